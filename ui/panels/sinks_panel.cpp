// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/sinks_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace penstock::ui {

SinksPanel::SinksPanel(QWidget* parent)
    : QWidget(parent),
      m_model(new SinksModel(this)),
      m_view(new QTableView(this)),
      m_empty(new QLabel(QStringLiteral("No sink has reported yet."), m_view)) {
  m_view->setObjectName(QStringLiteral("Sinks"));
  m_view->setAccessibleName(QStringLiteral("Sinks"));
  m_view->setModel(m_model);
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_view->setAlternatingRowColors(true);
  m_view->setTabKeyNavigation(false);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 6);
  m_view->horizontalHeader()->setStretchLastSection(true);
  m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const QFontMetrics metrics = m_view->fontMetrics();
  const int figure = metrics.horizontalAdvance('8');
  const std::array<int, SinksModel::ColumnCount> figures{9, 8, 10, 8, 9, 7, 8, 25, 22, 20, 20};
  for (int column = 0; column < SinksModel::ColumnCount; ++column) {
    m_view->setColumnWidth(column, figures[std::size_t(column)] * figure + 12);
  }
  m_empty->setAlignment(Qt::AlignCenter);
  auto* over = new QVBoxLayout(m_view);
  over->addWidget(m_empty);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2, 2, 2, 2);
  column->addWidget(m_view);
  setFocusProxy(m_view);
  connect(m_view, &QTableView::doubleClicked, this,
          [this](const QModelIndex& index) { emit sinkChosen(m_model->sinkAt(index.row())); });
}

void SinksPanel::showSample(const Snapshot& sample, const Snapshot* before) {
  m_model->show(sample, before);
  m_empty->setVisible(m_model->rowCount() == 0);
}

}  // namespace penstock::ui
