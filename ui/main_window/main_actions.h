// SPDX-License-Identifier: GPL-3.0-or-later
// Every action of the window with its menu and its key, in one table. What an action does is
// connected by the window; here stands what there is.
#pragma once

#include <QAction>
#include <QMenuBar>
#include <map>
#include <vector>

namespace penstock::ui {

enum class Act : std::uint8_t {
  Export,
  ExportCsv,
  ExportCharts,
  Screenshot,
  LeaveDemo,
  Quit,
  Freeze,
  BackToLive,
  DepthInBytes,
  TimesInUtc,
  Filter,
  ThemeSystem,
  ThemeLight,
  ThemeDark,
  FullScreen,
  FoldTables,
  ResetLayout,
  PauseOrResume,
  Flush,
  Drain,
  ApplySettings,
  RevertSettings,
  Lock,
  Health,
  ShowSinks,
  AddSink,
  ShowDeadLetters,
  StartWorkload,
  Manual,
  Hints,
  About,
};

/// Threads: GUI.
/// Owns: menus and actions, through the menu bar.
class MainActions {
 public:
  /// Fills the menu bar; `owner` gets every action, so that keys work in all of the window.
  MainActions(QMenuBar& bar, QWidget& owner);

  QAction* operator[](Act act) const { return m_actions.at(act); }
  /// Ctrl+1 … 6.
  QAction* chart(int index) const { return m_charts[std::size_t(index)]; }
  /// Alt+1 … 7.
  QAction* range(int index) const { return m_ranges[std::size_t(index)]; }

 private:
  void addCharts(QMenu& menu, QWidget& owner);
  void addRanges(QMenu& menu, QWidget& owner);

  std::map<Act, QAction*> m_actions;
  std::vector<QAction*> m_charts;
  std::vector<QAction*> m_ranges;
};

}  // namespace penstock::ui
