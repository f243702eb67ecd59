// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/cell_copy.h"

#include <QAbstractItemView>
#include <QClipboard>
#include <QGuiApplication>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <algorithm>

namespace penstock::ui {

namespace {

class CopyKey : public QObject {
 public:
  CopyKey(QAbstractItemView& view, int role) : QObject(&view), m_view(view), m_role(role) {
    view.installEventFilter(this);
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    const bool isCopy = event->type() == QEvent::KeyPress &&
                        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy);
    if (!isCopy) return QObject::eventFilter(watched, event);
    QGuiApplication::clipboard()->setText(selectedCells(*m_view.selectionModel(), m_role));
    return true;
  }

 private:
  QAbstractItemView& m_view;
  const int m_role;
};

}  // namespace

QString selectedCells(const QItemSelectionModel& selection, int role) {
  QModelIndexList cells = selection.selectedIndexes();
  std::sort(cells.begin(), cells.end());
  QString text;
  for (int i = 0; i < cells.size(); ++i) {
    if (i > 0) text += cells[i].row() == cells[i - 1].row() ? '\t' : '\n';
    text += cells[i].data(role).toString();
  }
  return text;
}

void copyCellsOnKey(QAbstractItemView& view, int role) { new CopyKey(view, role); }

}  // namespace penstock::ui
