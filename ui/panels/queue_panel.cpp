// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/queue_panel.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

void setChoices(QComboBox& choice, const QStringList& tables, const QString& pattern) {
  const QString chosen = choice.currentData().toString();
  while (choice.count() > 1) choice.removeItem(1);
  for (const QString& table : tables) choice.addItem(pattern.arg(displayText(table, 64)), table);
  choice.setCurrentIndex(std::max(0, choice.findData(chosen)));
}

}  // namespace

QueuePanel::QueuePanel(BrowseDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_stack(new QStackedWidget(this)),
      m_pages(new PageTable(desk, BrowseSubject::Queue, this)),
      m_trace(new PageTable(desk, BrowseSubject::Trace, this)),
      m_traced(new QComboBox(this)),
      m_order(new QComboBox(this)),
      m_table(new QComboBox(this)) {
  m_order->addItem(QStringLiteral("Oldest first"));
  m_order->addItem(QStringLiteral("Newest first"));
  m_order->setAccessibleName(QStringLiteral("Order of the queue"));
  m_table->addItem(QStringLiteral("All tables"), QString());
  m_table->setAccessibleName(QStringLiteral("Only change sets of this table"));
  m_table->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_table->setMinimumContentsLength(12);
  auto* trace = new QPushButton(QStringLiteral("Trace …"), this);
  trace->setObjectName(QStringLiteral("traceButton"));
  trace->setToolTip(
      QStringLiteral("What became of the change sets of a row, an id or a sequence. "
                     "A double click on a line traces that one."));
  m_pages->addToBar(trace);
  m_pages->addToBar(m_order);
  m_pages->addToBar(m_table);
  makeTrace();
  m_stack->addWidget(m_pages);
  m_stack->addWidget(m_trace);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_stack);
  setFocusProxy(m_pages->filter());
  connect(trace, &QPushButton::clicked, this, &QueuePanel::showTrace);
  connect(m_pages->view(), &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
    traceOne(index.siblingAtColumn(0).data(PageModel::RawRole).toString());
  });
  connect(m_order, &QComboBox::activated, this, [this](int index) {
    m_pages->setOrder(index == 1 ? BrowseOrder::Descending : BrowseOrder::Ascending);
  });
  connect(m_table, &QComboBox::activated, this,
          [this] { m_pages->setTable(m_table->currentData().toString().toStdString()); });
}

void QueuePanel::makeTrace() {
  auto* back = new QPushButton(QStringLiteral("◀ Queue"), this);
  back->setObjectName(QStringLiteral("backToQueue"));
  back->setAccessibleName(QStringLiteral("Back to the queue"));
  back->setToolTip(QStringLiteral("Shows again what waits"));
  m_traced->setObjectName(QStringLiteral("tracedBy"));
  m_traced->setAccessibleName(QStringLiteral("What is traced"));
  m_traced->addItem(QStringLiteral("Id or sequence"), QString());
  m_traced->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_traced->setMinimumContentsLength(16);
  m_trace->addToBar(back);
  m_trace->addToBar(m_traced);
  connect(back, &QPushButton::clicked, this, &QueuePanel::showQueue);
  connect(m_traced, &QComboBox::activated, this,
          [this] { m_trace->setTable(m_traced->currentData().toString().toStdString()); });
}

void QueuePanel::setTables(const QStringList& tables) {
  QStringList shown;
  for (int i = 1; i < m_table->count(); ++i) shown << m_table->itemData(i).toString();
  if (shown == tables) return;
  setChoices(*m_table, tables, QStringLiteral("%1"));
  setChoices(*m_traced, tables, QStringLiteral("Row of %1"));
  m_pages->setTable(m_table->currentData().toString().toStdString());
  m_trace->setTable(m_traced->currentData().toString().toStdString());
}

void QueuePanel::showTrace() {
  m_stack->setCurrentWidget(m_trace);
  setFocusProxy(m_trace->filter());
  m_trace->filter()->setFocus(Qt::OtherFocusReason);
}

void QueuePanel::showQueue() {
  m_stack->setCurrentWidget(m_pages);
  setFocusProxy(m_pages->filter());
  m_pages->filter()->setFocus(Qt::OtherFocusReason);
}

void QueuePanel::traceOne(const QString& sequenceOrId) {
  m_traced->setCurrentIndex(0);
  m_trace->setTable({});
  m_trace->filter()->setText(sequenceOrId);
  showTrace();
}

void QueuePanel::setSink(const std::string& sink) { m_pages->setSink(sink); }

void QueuePanel::setConnected(bool connected) {
  m_pages->setConnected(connected);
  m_trace->setConnected(connected);
}

void QueuePanel::setTimeStyle(TimeStyle style) { m_trace->model().setTimeStyle(style); }

void QueuePanel::tick(SteadyTime now) {
  m_pages->tick(now);
  m_trace->tick(now);
}

}  // namespace penstock::ui
