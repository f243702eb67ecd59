// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/dead_letters_panel.h"

#include <QItemSelectionModel>
#include <QJsonDocument>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace penstock::ui {

namespace {

// A change set as its lines; what is no JSON object stays as it is.
QString spread(const QString& text) {
  const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
  if (document.isNull()) return text;
  return QString::fromUtf8(document.toJson(QJsonDocument::Indented)).trimmed();
}

}  // namespace

DeadLettersPanel::DeadLettersPanel(BrowseDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_pages(new PageTable(desk, BrowseSubject::DeadLetters, this)),
      m_details(new QPlainTextEdit(this)) {
  m_details->setReadOnly(true);
  m_details->setTabChangesFocus(true);
  m_details->setAccessibleName(QStringLiteral("The chosen dead letter in full"));
  m_details->setPlaceholderText(QStringLiteral("Choose a dead letter to see all of it."));
  m_pages->view()->setSelectionMode(QAbstractItemView::SingleSelection);
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setObjectName(QStringLiteral("deadLettersSplitter"));
  splitter->addWidget(m_pages);
  splitter->addWidget(m_details);
  splitter->setStretchFactor(0, 5);
  splitter->setStretchFactor(1, 2);
  splitter->setChildrenCollapsible(false);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(splitter);
  setFocusProxy(m_pages->filter());
  connect(m_pages->view()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &DeadLettersPanel::showDetails);
}

void DeadLettersPanel::showDetails() {
  const QModelIndexList chosen = m_pages->view()->selectionModel()->selectedRows();
  if (chosen.isEmpty()) {
    m_details->clear();
    return;
  }
  const PageModel& model = m_pages->model();
  QString text;
  for (int column = 0; column < model.columnCount(); ++column) {
    const QString title = model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const QString raw = chosen.front().siblingAtColumn(column).data(PageModel::RawRole).toString();
    const bool isLast = column + 1 == model.columnCount();
    text += isLast ? QStringLiteral("%1:\n%2").arg(title, spread(raw))
                   : QStringLiteral("%1: %2\n").arg(title, raw);
  }
  m_details->setPlainText(text);
}

}  // namespace penstock::ui
