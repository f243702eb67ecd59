// SPDX-License-Identifier: GPL-3.0-or-later
// The window in which an operator watches and steers one node. It puts the parts together and runs
// them from one timer: the engine is asked ten times a second, numbers change twice a second,
// charts draw five times a second.
#pragma once

#include <QMainWindow>
#include <QPointer>
#include <QTimer>

#include "engine/engine_link.h"
#include "ui/dialogs/export_run.h"
#include "ui/main_window/layout_memory.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window_options.h"
#include "ui/main_window/table_tabs.h"
#include "ui/panels/tile_row.h"

class QDockWidget;

namespace penstock::ui {

class AddSinkDialog;
class ControlsPanel;
class EnvironmentStripe;
class ExportDialog;
class Footer;
class HealthDialog;
class Hints;
class ManualDialog;
class NodeBar;
class QuitDialog;
class StatusLine;

/// Threads: GUI.
/// Owns: everything in it; link and clock outlive it.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  MainWindow(EngineLink& link, MainWindowOptions options, QWidget* parent = nullptr);
  ~MainWindow() override;

  /// One turn of the timer; also for who wants the newest shown at once.
  void refresh();
  /// Saves the window as it is now as a PNG file.
  [[nodiscard]] Status saveScreenshot(const QString& path);
  /// CSV and charts (PNG, SVG, PDF) of the last `range` into a folder; `done` is called once,
  /// later.
  void exportAll(const QString& folder, std::chrono::seconds range, ExportRun::Done done);

  ControlsPanel* controls() const { return m_controls; }
  TableTabs* tables() const { return m_tables; }
  ChartSet* charts() const { return m_charts; }
  TileRow* tiles() const { return m_tiles; }
  StatusLine* statusLine() const { return m_status; }
  Footer* footer() const { return m_footer; }
  const MainActions& actionsOf() const { return *m_actions; }

 public slots:
  void resetLayout();
  void setTheme(penstock::ui::Theme theme);

 protected:
  void closeEvent(QCloseEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  enum class ExportWhat : std::uint8_t { All, Csv, Charts };

  void makeHeader();
  void makeCentre();
  void makeDocks();
  void connectActions();
  void connectEngineActions();
  void connectViewActions();
  void connectParts();
  void restoreChoices();

  void pollLink();
  void showNumbers();
  void showConnection(const struct StatusInput& input);
  void showEvents(const Snapshot& sample);
  void showFrozen();
  void applyShade();
  void applyLock();
  void applyHeights();

  void openExport(ExportWhat what);
  void openTableExport(const BrowseRequest& request);
  void openChartTable(int chart);
  void openScreenshot();
  void openManual();
  void openHealth();
  void openAddSink();
  void openLeaveDemo();
  void showHints();
  ExportSource exportSource(TimeSpan span) const;
  bool hasWorkLeft() const;
  void askBeforeQuit();

  EngineLink& m_link;
  const MainWindowOptions m_options;
  const Clock& m_clock;
  const LayoutMemory m_memory;
  SampleStore m_store;
  CommandDesk* m_commands;
  BrowseDesk* m_browse;
  std::unique_ptr<MainActions> m_actions;
  EnvironmentStripe* m_stripe = nullptr;
  NodeBar* m_nodeBar = nullptr;
  StatusLine* m_status = nullptr;
  TileRow* m_tiles = nullptr;
  ChartSet* m_charts = nullptr;
  ControlsPanel* m_controls = nullptr;
  TableTabs* m_tables = nullptr;
  Footer* m_footer = nullptr;
  QDockWidget* m_controlsDock = nullptr;
  QDockWidget* m_tablesDock = nullptr;
  QTimer m_timer;
  QPointer<ExportDialog> m_exportDialog;
  QPointer<ManualDialog> m_manual;
  QPointer<HealthDialog> m_health;
  QPointer<AddSinkDialog> m_addSink;
  QPointer<QuitDialog> m_quitDialog;
  QPointer<Hints> m_hints;
  QPointer<ExportRun> m_exportRun;
  std::string m_sink;
  std::uint64_t m_lastSample = 0;
  int m_turn = 0;
  bool m_locked = false;
  bool m_mayClose = false;
  bool m_wasLow = false;
};

}  // namespace penstock::ui
