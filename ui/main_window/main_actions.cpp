// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/main_actions.h"

#include <QActionGroup>

#include "ui/charts/chart_spec.h"

namespace penstock::ui {

namespace {

struct ActSpec {
  Act act;
  const char* menu;
  const char* text;
  const char* key;  ///< empty: none
  enum class Kind : std::uint8_t { Plain, Checkable, AfterLine } kind = Kind::Plain;
};

constexpr ActSpec::Kind kCheckable = ActSpec::Kind::Checkable;
constexpr ActSpec::Kind kAfterLine = ActSpec::Kind::AfterLine;

constexpr ActSpec kActs[] = {
    {Act::Export, "&File", "&Export what is in view …", ""},
    {Act::ExportCsv, "&File", "Export &CSV of the visible range …", "Ctrl+E"},
    {Act::ExportCharts, "&File", "Export c&harts …", "Ctrl+Shift+E"},
    {Act::Screenshot, "&File", "&Save a picture of the window …", ""},
    {Act::LeaveDemo, "&File", "&Leave the demo …", "", kAfterLine},
    {Act::Quit, "&File", "&Quit", "Ctrl+Q", kAfterLine},
    {Act::Freeze, "&View", "&Freeze charts", "F8", kCheckable},
    {Act::BackToLive, "&View", "Back to &live", ""},
    {Act::DepthInBytes, "&View", "Queue depth in &bytes", "", kCheckable},
    {Act::TimesInUtc, "&View", "Times in &UTC", "", kCheckable},
    {Act::Filter, "&View", "F&ilter the table", "Ctrl+F"},
    {Act::ThemeSystem, "&View", "&System colours", "", kAfterLine},
    {Act::ThemeLight, "&View", "Li&ght", ""},
    {Act::ThemeDark, "&View", "&Dark", ""},
    {Act::FullScreen, "&View", "Full s&creen", "F11", kCheckable},
    {Act::FoldTables, "&View", "F&old the tables", "", kCheckable},
    {Act::ResetLayout, "&View", "&Reset layout", "Ctrl+0"},
    {Act::PauseOrResume, "&Engine", "&Pause flushing", "Ctrl+Shift+P"},
    {Act::Flush, "&Engine", "&Flush now", "Ctrl+Shift+F"},
    {Act::Drain, "&Engine", "&Drain", ""},
    {Act::ApplySettings, "&Engine", "&Apply settings", "", kAfterLine},
    {Act::RevertSettings, "&Engine", "&Revert settings", ""},
    {Act::Lock, "&Engine", "&Lock (watch only)", "", kCheckable},
    {Act::Health, "&Engine", "Configuration &health …", "", kAfterLine},
    {Act::ShowSinks, "&Sinks", "&Sinks of this node", ""},
    {Act::AddSink, "&Sinks", "&Add sink …", ""},
    {Act::ShowDeadLetters, "&Sinks", "&Dead letters", ""},
    {Act::StartWorkload, "&Workload", "&Start or replay …", ""},
    {Act::Manual, "&Help", "&Manual", "F1"},
    {Act::Hints, "&Help", "&Hints for a first look", ""},
    {Act::About, "&Help", "&About Penstock", "", kAfterLine},
};

QMenu* menuOf(QMenuBar& bar, const QString& title) {
  for (QAction* action : bar.actions()) {
    if (action->text() == title) return action->menu();
  }
  return bar.addMenu(title);
}

}  // namespace

MainActions::MainActions(QMenuBar& bar, QWidget& owner) {
  for (const ActSpec& spec : kActs) {
    QMenu* menu = menuOf(bar, QString::fromUtf8(spec.menu));
    if (spec.kind == kAfterLine) menu->addSeparator();
    auto* action = new QAction(QString::fromUtf8(spec.text), &owner);
    action->setShortcut(QKeySequence(QString::fromUtf8(spec.key)));
    action->setCheckable(spec.kind == kCheckable);
    menu->addAction(action);
    owner.addAction(action);
    m_actions[spec.act] = action;
    if (spec.act == Act::BackToLive) {
      addRanges(*menu->addMenu(QStringLiteral("&Range")), owner);
      addCharts(*menu->addMenu(QStringLiteral("&Chart")), owner);
    }
  }
  auto* themes = new QActionGroup(&owner);
  for (const Act act : {Act::ThemeSystem, Act::ThemeLight, Act::ThemeDark}) {
    m_actions[act]->setCheckable(true);
    themes->addAction(m_actions[act]);
  }
}

void MainActions::addCharts(QMenu& menu, QWidget& owner) {
  const std::vector<ChartSpec> charts = dashboardCharts(DepthUnit::ChangeSets);
  for (std::size_t i = 0; i < charts.size(); ++i) {
    QAction* action = menu.addAction(charts[i].title);
    action->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)));
    owner.addAction(action);
    m_charts.push_back(action);
  }
}

void MainActions::addRanges(QMenu& menu, QWidget& owner) {
  const std::vector<RangeChoice>& ranges = rangeChoices();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    QAction* action = menu.addAction(QStringLiteral("Last ") + ranges[i].name);
    action->setShortcut(QKeySequence(QStringLiteral("Alt+%1").arg(i + 1)));
    action->setEnabled(ranges[i].availability == RangeChoice::Availability::Now);
    owner.addAction(action);
    m_ranges.push_back(action);
  }
}

}  // namespace penstock::ui
