// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/table_tabs.h"

#include <QLineEdit>
#include <QTabBar>

#include "ui/models/quantity.h"

namespace penstock::ui {

namespace {

constexpr int kUnfoldedHeightMin = 150;

}  // namespace

TableTabs::TableTabs(BrowseDesk& browse, CommandDesk& commands, QWidget* parent)
    : QTabWidget(parent),
      m_queue(new QueuePanel(browse, this)),
      m_data(new DataPanel(browse, this)),
      m_sinks(new SinksPanel(commands, this)),
      m_shards(new ShardsPanel(browse, this)),
      m_events(new EventsPanel(this)),
      m_deadLetters(new DeadLettersPanel(browse, commands, this)),
      m_workload(new WorkloadPanel(commands, this)) {
  setObjectName(QStringLiteral("tableTabs"));
  setAccessibleName(QStringLiteral("Tables"));
  setDocumentMode(true);
  addTab(m_queue, QStringLiteral("Queue"));
  addTab(m_data, QStringLiteral("Data"));
  addTab(m_sinks, QStringLiteral("Sinks"));
  addTab(m_shards, QStringLiteral("Shards"));
  addTab(m_events, QStringLiteral("Events"));
  addTab(m_deadLetters, QStringLiteral("Dead letters"));
  addTab(m_workload, QStringLiteral("Workload"));
  tabBar()->setAccessibleName(QStringLiteral("Tables"));
  tabBar()->setExpanding(false);
  connect(m_data, &DataPanel::tablesKnown, m_queue, &QueuePanel::setTables);
  connect(this, &QTabWidget::tabBarClicked, this, [this](int index) {
    if (index >= 0 && m_fold == Fold::Folded) setFold(Fold::Open);
  });
  setFold(Fold::Open);
}

void TableTabs::tick(SteadyTime now) {
  m_queue->tick(now);
  m_data->tick(now);
  m_shards->tick(now);
  m_deadLetters->pages()->tick(now);
}

void TableTabs::showSample(const Snapshot& sample, const Snapshot* before) {
  m_sinks->showSample(sample, before);
  m_shards->showSample(sample);
  m_workload->showWorkload(sample.workload);
  std::uint64_t waiting = 0;
  for (const SinkSnapshot& sink : sample.sinks) waiting += sink.deadLettersWaiting;
  showDeadLetterCount(waiting);
}

void TableTabs::showDeadLetterCount(std::uint64_t waiting) {
  const QString text = waiting == 0 ? QStringLiteral("Dead letters")
                                    : QStringLiteral("Dead letters (%1)").arg(formatCount(waiting));
  const int tab = int(Tab::DeadLetters);
  if (tabText(tab) != text) setTabText(tab, text);
}

void TableTabs::setConnected(bool connected) {
  m_queue->setConnected(connected);
  m_data->setConnected(connected);
  m_sinks->setConnected(connected);
  m_shards->setConnected(connected);
  m_deadLetters->setConnected(connected);
  m_workload->setConnected(connected);
}

void TableTabs::setSink(const std::string& sink) {
  m_queue->setSink(sink);
  m_data->setSink(sink);
  m_shards->setSink(sink);
  m_deadLetters->setSink(sink);
}

void TableTabs::setShade(Shade shade) {
  m_sinks->setShade(shade);
  m_events->model().setShade(shade);
  m_workload->setShade(shade);
}

void TableTabs::setTimeStyle(TimeStyle style) {
  m_events->model().setTimeStyle(style);
  m_deadLetters->pages()->model().setTimeStyle(style);
  m_queue->setTimeStyle(style);
  m_sinks->setTimeStyle(style);
}

void TableTabs::open(Tab tab) {
  setCurrentIndex(int(tab));
  setFold(Fold::Open);
}

void TableTabs::focusFilter() {
  if (m_fold == Fold::Folded) setFold(Fold::Open);
  currentWidget()->setFocus(Qt::ShortcutFocusReason);
  if (auto* field = qobject_cast<QLineEdit*>(currentWidget()->focusProxy())) field->selectAll();
}

void TableTabs::setFold(Fold fold) {
  const bool folded = fold == Fold::Folded;
  const bool changed = fold != m_fold;
  m_fold = fold;
  setMinimumHeight(folded ? tabBar()->sizeHint().height() : kUnfoldedHeightMin);
  setMaximumHeight(folded ? tabBar()->sizeHint().height() : QWIDGETSIZE_MAX);
  if (changed) emit foldChanged();
}

}  // namespace penstock::ui
