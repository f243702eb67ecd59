// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QImageWriter>
#include <QPushButton>
#include <QStatusBar>
#include <QVBoxLayout>

#include "model/limits.h"
#include "ui/dialogs/about_dialog.h"
#include "ui/dialogs/add_sink_dialog.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/health_dialog.h"
#include "ui/dialogs/hints.h"
#include "ui/dialogs/leave_demo_dialog.h"
#include "ui/dialogs/manual_dialog.h"
#include "ui/dialogs/quit_dialog.h"
#include "ui/dialogs/table_export.h"
#include "ui/main_window/environment_stripe.h"
#include "ui/main_window/footer.h"
#include "ui/main_window/node_bar.h"
#include "ui/main_window/status_line.h"
#include "ui/models/display_text.h"
#include "ui/panels/controls_panel.h"

namespace penstock::ui {

namespace {

constexpr std::chrono::milliseconds kTurn{100};
constexpr int kTurnsPerNumbers = 5;
constexpr QSize kMadeFor{1280, 800};
constexpr QSize kUsableFrom{1024, 600};
constexpr int kMenuHeight = 24;
constexpr int kTablesHeight = 180;
constexpr int kLowHeight = 760;      // below it the tables fold to their tabs
constexpr int kVeryLowHeight = 660;  // below it the sparklines go

// A dock without a title bar: it is placed by the window and hidden from the View menu.
QDockWidget* makeDock(const QString& name, const QString& title, QWidget* content,
                      QMainWindow* window) {
  auto* dock = new QDockWidget(title, window);
  dock->setObjectName(name);
  dock->setFeatures(QDockWidget::NoDockWidgetFeatures);
  dock->setTitleBarWidget(new QWidget(dock));
  dock->setWidget(content);
  return dock;
}

std::int64_t wallMicrosOf(const Clock& clock) { return clock.wallNow().time_since_epoch().count(); }

}  // namespace

MainWindow::MainWindow(EngineLink& link, MainWindowOptions options, QWidget* parent)
    : QMainWindow(parent),
      m_link(link),
      m_options(std::move(options)),
      m_clock(*m_options.clock),
      m_memory(m_options.layoutFile),
      m_commands(new CommandDesk(link, m_clock, this)),
      m_browse(new BrowseDesk(link, this)) {
  setObjectName(QStringLiteral("penstock"));
  m_commands->setOperator(m_options.operatorName.toStdString());
  // Who looks after a thing that matters unlocks it when something is to be done.
  m_locked = m_options.readOnly || m_options.environment == QStringLiteral("prod");
  makeHeader();
  makeCentre();
  makeDocks();
  connectActions();
  connectParts();
  restoreChoices();
  setMinimumSize(kUsableFrom);
  resize(kMadeFor);
  if (m_options.resetLayout) m_memory.forget();
  if (m_memory.restore(*this) == LayoutMemory::Restored::No) resetLayout();
  applyShade();
  applyLock();
  applyHeights();
  if (m_options.demo && m_memory.choice(QStringLiteral("hintsDismissed")).isEmpty()) showHints();
  m_timer.setTimerType(Qt::CoarseTimer);
  m_timer.start(kTurn);
  refresh();
}

MainWindow::~MainWindow() = default;

void MainWindow::makeHeader() {
  auto* header = new QWidget(this);
  auto* menus = new QMenuBar(header);
  m_actions = std::make_unique<MainActions>(*menus, *this);
  m_stripe = new EnvironmentStripe(header);
  menus->setCornerWidget(m_stripe->word());
  menus->setFixedHeight(kMenuHeight);
  m_nodeBar = new NodeBar(header);
  m_status = new StatusLine(header);
  m_tiles = new TileRow(header);
  auto* column = new QVBoxLayout(header);
  column->setContentsMargins(0, 0, 0, 2);
  column->setSpacing(0);
  column->addWidget(menus);
  column->addWidget(m_stripe);
  column->addWidget(m_nodeBar);
  column->addWidget(m_status);
  column->addSpacing(3);
  column->addWidget(m_tiles);
  setMenuWidget(header);
}

void MainWindow::makeCentre() {
  m_charts = new ChartSet(m_store, this);
  m_charts->setSpan(m_options.range);
  setCentralWidget(m_charts);
  m_footer = new Footer(m_options.version, this);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->setContentsMargins(0, 0, 0, 0);
  statusBar()->setFixedHeight(24);
  statusBar()->addPermanentWidget(m_footer, 1);
}

void MainWindow::makeDocks() {
  m_controls = new ControlsPanel(*m_commands, this);
  m_tables = new TableTabs(*m_browse, *m_commands, this);
  m_controlsDock =
      makeDock(QStringLiteral("controlsDock"), QStringLiteral("Controls"), m_controls, this);
  m_tablesDock = makeDock(QStringLiteral("tablesDock"), QStringLiteral("Tables"), m_tables, this);
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  addDockWidget(Qt::RightDockWidgetArea, m_controlsDock);
  addDockWidget(Qt::BottomDockWidgetArea, m_tablesDock);
}

void MainWindow::connectActions() {
  MainActions& acts = *m_actions;
  const auto on = [this, &acts](Act act, auto slot) {
    connect(acts[act], &QAction::triggered, this, slot);
  };
  on(Act::Export, [this] { openExport(ExportWhat::All); });
  on(Act::ExportCsv, [this] { openExport(ExportWhat::Csv); });
  on(Act::ExportCharts, [this] { openExport(ExportWhat::Charts); });
  on(Act::Screenshot, [this] { openScreenshot(); });
  on(Act::LeaveDemo, [this] { openLeaveDemo(); });
  on(Act::Quit, [this] { close(); });
  on(Act::Manual, [this] { openManual(); });
  on(Act::Hints, [this] { showHints(); });
  on(Act::About,
     [this] { (new AboutDialog(m_options.version, m_options.dataDirectory, this))->open(); });
  acts[Act::LeaveDemo]->setVisible(m_options.demo);
  for (const Act act : {Act::Export, Act::ExportCsv, Act::ExportCharts}) {
    m_nodeBar->exportMenu()->addAction(acts[act]);
  }
  connectViewActions();
  connectEngineActions();
}

void MainWindow::connectViewActions() {
  MainActions& acts = *m_actions;
  const auto on = [this, &acts](Act act, auto slot) {
    connect(acts[act], &QAction::triggered, this, slot);
  };
  const auto toggleFreeze = [this] {
    m_charts->isFrozen() ? m_charts->backToLive() : m_charts->freeze();
  };
  on(Act::Freeze, toggleFreeze);
  connect(m_nodeBar, &NodeBar::freezeToggled, this, toggleFreeze);
  on(Act::BackToLive, [this] { m_charts->backToLive(); });
  on(Act::DepthInBytes, [this](bool bytes) {
    m_charts->setDepthUnit(bytes ? DepthUnit::Bytes : DepthUnit::ChangeSets);
  });
  on(Act::TimesInUtc, [this](bool utc) {
    const TimeStyle style = utc ? TimeStyle::Utc : TimeStyle::Local;
    m_charts->setTimeStyle(style);
    m_tables->setTimeStyle(style);
    m_memory.setChoice(QStringLiteral("utc"), utc ? QStringLiteral("yes") : QString());
    showNumbers();
  });
  on(Act::Filter, [this] { m_tables->focusFilter(); });
  on(Act::ThemeSystem, [this] { setTheme(Theme::System); });
  on(Act::ThemeLight, [this] { setTheme(Theme::Light); });
  on(Act::ThemeDark, [this] { setTheme(Theme::Dark); });
  on(Act::FullScreen, [this](bool full) { full ? showFullScreen() : showNormal(); });
  on(Act::FoldTables, [this](bool fold) {
    m_tables->setFold(fold ? TableTabs::Fold::Folded : TableTabs::Fold::Open);
  });
  on(Act::ResetLayout, [this] { resetLayout(); });
  for (int i = 0; i < kChartCount; ++i) {
    connect(acts.chart(i), &QAction::triggered, this, [this, i] { m_charts->focusChart(i); });
  }
  const std::vector<RangeChoice>& ranges = rangeChoices();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    connect(acts.range(int(i)), &QAction::triggered, this, [this, span = ranges[i].span] {
      m_charts->setSpan(span);
      m_nodeBar->showSpan(span);
    });
  }
}

void MainWindow::connectEngineActions() {
  MainActions& acts = *m_actions;
  const auto on = [this, &acts](Act act, auto slot) {
    connect(acts[act], &QAction::triggered, this, slot);
  };
  on(Act::PauseOrResume, [this] { m_controls->pauseOrResume(); });
  on(Act::Flush, [this] { m_controls->flushNow(); });
  on(Act::Drain, [this] { m_controls->drain(); });
  on(Act::ApplySettings, [this] { m_controls->applySettings(); });
  on(Act::RevertSettings, [this] { m_controls->revertSettings(); });
  on(Act::Health, [this] { openHealth(); });
  on(Act::AddSink, [this] { openAddSink(); });
  on(Act::ShowSinks, [this] { m_tables->open(TableTabs::Tab::Sinks); });
  on(Act::ShowDeadLetters, [this] { m_tables->open(TableTabs::Tab::DeadLetters); });
  on(Act::StartWorkload, [this] { m_tables->open(TableTabs::Tab::Workload); });
  const auto toggleLock = [this] {
    m_locked = m_options.readOnly || !m_locked;
    applyLock();
  };
  on(Act::Lock, toggleLock);
  connect(m_nodeBar, &NodeBar::lockToggled, this, toggleLock);
}

void MainWindow::connectParts() {
  connect(&m_timer, &QTimer::timeout, this, &MainWindow::refresh);
  connect(m_nodeBar, &NodeBar::spanChosen, m_charts, &ChartSet::setSpan);
  connect(m_nodeBar, &NodeBar::liveWanted, this, [this] {
    m_charts->backToLive();
    showFrozen();
  });
  const auto lookAt = [this](const std::string& sink) {
    m_sink = sink;
    m_store.setSink(sink);
    m_nodeBar->chooseSink(sink);
    m_tables->setSink(sink);
    showNumbers();
  };
  connect(m_nodeBar, &NodeBar::sinkChosen, this, lookAt);
  connect(m_tables->sinks(), &SinksPanel::sinkChosen, this, lookAt);
  connect(m_controls, &ControlsPanel::scopeChanged, this, [this] { showNumbers(); });
  connect(m_tables->data(), &DataPanel::tablesKnown, m_controls, &ControlsPanel::setTables);
  connect(m_charts, &ChartSet::frozenChanged, this, &MainWindow::showFrozen);
  connect(m_charts, &ChartSet::spanChanged, this,
          [this] { m_nodeBar->showSpan(m_charts->span()); });
  connect(m_status->tryNow(), &QPushButton::clicked, this, [this] {
    if (m_options.tryNow) m_options.tryNow();
  });
  connect(m_tables->events(), &EventsPanel::momentChosen, m_charts, &ChartSet::showMoment);
  for (PageTable* pages : {m_tables->data()->pages(), m_tables->deadLetters()->pages()}) {
    connect(pages, &PageTable::exportWanted, this, &MainWindow::openTableExport);
  }
  connect(m_tables->shards(), &ShardsPanel::exportWanted, this, &MainWindow::openTableExport);
  connect(m_charts, &ChartSet::tableWanted, this, &MainWindow::openChartTable);
  connect(m_tables, &TableTabs::foldChanged, this, [this] {
    (*m_actions)[Act::FoldTables]->setChecked(m_tables->fold() == TableTabs::Fold::Folded);
    if (m_tables->fold() == TableTabs::Fold::Open) {
      resizeDocks({m_tablesDock}, {kTablesHeight}, Qt::Vertical);
    }
  });
  m_nodeBar->showSpan(m_options.range);
}

void MainWindow::restoreChoices() {
  Theme theme = m_options.theme;
  const QString kept = m_memory.choice(QStringLiteral("theme"));
  if (kept == QStringLiteral("light")) theme = Theme::Light;
  if (kept == QStringLiteral("dark")) theme = Theme::Dark;
  setTheme(theme);
  if (!m_memory.choice(QStringLiteral("utc")).isEmpty()) {
    (*m_actions)[Act::TimesInUtc]->setChecked(true);
    m_charts->setTimeStyle(TimeStyle::Utc);
    m_tables->setTimeStyle(TimeStyle::Utc);
  }
}

void MainWindow::refresh() {
  const SteadyTime begin = m_clock.steadyNow();
  pollLink();
  if (m_turn++ % kTurnsPerNumbers == 0) showNumbers();
  const ChartSet::Drawing drawing = m_charts->tick(begin, wallMicrosOf(m_clock));
  if (m_tables->fold() == TableTabs::Fold::Open) m_tables->tick(begin);
  if (!m_health.isNull()) m_health->tick(begin);
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(m_clock.steadyNow() - begin);
  // Charts paint later in this turn of the event loop; their pacer knows what that costs.
  if (drawing == ChartSet::Drawing::Done) took += m_charts->pacer().lastTook();
  m_footer->addFrame(took);
}

void MainWindow::pollLink() {
  (void)m_store.poll(m_link);
  m_commands->poll();
  m_browse->poll();
  for (const HistoryPage& page : m_link.takeHistory()) {
    if (m_store.addHistory(page) == SampleStore::Taken::Yes) continue;
    if (!m_exportDialog.isNull()) m_exportDialog->takeHistory(page);
    if (!m_exportRun.isNull()) m_exportRun->takeHistory(page);
  }
  const SnapshotPointer newest = m_link.newest();
  if (newest == nullptr || newest->number == m_lastSample) return;
  m_lastSample = newest->number;
  m_footer->addSample(*newest);
  showEvents(*newest);
}

void MainWindow::showEvents(const Snapshot& sample) {
  EventsModel& model = m_tables->events()->model();
  const std::vector<Event> events =
      m_link.eventsSince(model.lastNumber(sample.runId), limits::kEventRing);
  if (events.empty()) return;
  model.add(events, sample.runId);
  m_store.addEvents(events);
  m_tables->events()->showEmptyText();
}

void MainWindow::showNumbers() {
  StatusInput input;
  input.newest = m_link.newest();
  input.before = m_store.rateBase();
  input.recent.assign(m_store.recent().begin(), m_store.recent().end());
  input.sink = m_sink;
  input.link = m_link.state();
  input.nowMicros = wallMicrosOf(m_clock);
  input.timeStyle = m_charts->timeStyle();
  const StatusText status = statusText(input);
  m_status->showStatus(status);
  m_tiles->showTexts(tileTexts(input));
  m_tiles->showSparklines(m_store);
  if (input.newest != nullptr) {
    const Snapshot& sample = *input.newest;
    m_nodeBar->showSinks(sample.sinks);
    m_controls->showSample(sample);
    m_tables->showSample(sample, input.before.get());
    if (!m_quitDialog.isNull()) m_quitDialog->showSample(sample);
  }
  showConnection(input);
  showFrozen();
  m_footer->renew(m_store, m_clock.steadyNow(), m_charts->pacer().note());
  // At the end: there Qt would add the name of the application else.
  const QString title = displayText(input.link.node) + QStringLiteral(" – Penstock");
  setWindowTitle(status.titleTag.isEmpty() ? title : status.titleTag + ' ' + title);
}

void MainWindow::showConnection(const StatusInput& input) {
  const bool linked = input.link.phase == LinkState::Phase::Connected;
  const bool connected = linked && input.newest != nullptr;
  const QString why = input.newest == nullptr
                          ? QStringLiteral("Waiting for the first sample of the node.")
                          : QStringLiteral("Not connected: nothing can be sent now.");
  m_controls->setConnected(connected, why);
  m_tables->setConnected(linked);
  if (!m_health.isNull()) m_health->setConnected(linked);
  m_nodeBar->showNode(displayText(input.link.node));
  const QString environment =
      input.newest == nullptr ? m_options.environment : displayText(input.newest->environment);
  m_stripe->setEnvironment(environment);
}

void MainWindow::showFrozen() {
  const bool frozen = m_charts->isFrozen();
  m_nodeBar->showFrozen(frozen);
  (*m_actions)[Act::Freeze]->setChecked(frozen);
  (*m_actions)[Act::BackToLive]->setEnabled(frozen);
}

void MainWindow::setTheme(Theme theme) {
  if (auto* application = qobject_cast<QApplication*>(QCoreApplication::instance())) {
    (void)applyTheme(*application, theme);
  }
  const Act act = theme == Theme::Light  ? Act::ThemeLight
                  : theme == Theme::Dark ? Act::ThemeDark
                                         : Act::ThemeSystem;
  (*m_actions)[act]->setChecked(true);
  m_memory.setChoice(QStringLiteral("theme"), theme == Theme::Light  ? QStringLiteral("light")
                                              : theme == Theme::Dark ? QStringLiteral("dark")
                                                                     : QString());
  applyShade();
}

void MainWindow::applyShade() {
  const Shade shade = shadeOf(palette());
  m_status->setShade(shade);
  m_tiles->setShade(shade);
  m_charts->setShade(shade);
  m_tables->setShade(shade);
  if (!m_health.isNull()) m_health->setShade(shade);
}

void MainWindow::applyLock() {
  m_commands->setReadOnly(m_locked);
  m_nodeBar->showLock(m_options.readOnly
                          ? NodeBar::Lock::LockedForGood
                          : (m_locked ? NodeBar::Lock::Locked : NodeBar::Lock::Open));
  (*m_actions)[Act::Lock]->setChecked(m_locked);
  (*m_actions)[Act::Lock]->setEnabled(!m_options.readOnly);
  (*m_actions)[Act::AddSink]->setEnabled(!m_locked && m_options.sinkSetup.add);
  m_tables->deadLetters()->showAvailability();
  showNumbers();
}

void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && m_tables != nullptr) applyShade();
  if (event->type() == QEvent::WindowStateChange && m_actions != nullptr) {
    (*m_actions)[Act::FullScreen]->setChecked(isFullScreen());
  }
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  if (m_tables != nullptr) applyHeights();
}

// Folding follows the height only when it crosses the line, so that an operator's choice stays.
void MainWindow::applyHeights() {
  m_tiles->setSparklines(height() < kVeryLowHeight ? Tile::Sparkline::Hidden
                                                   : Tile::Sparkline::Shown);
  const bool low = height() < kLowHeight;
  if (low == m_wasLow) return;
  m_wasLow = low;
  m_tables->setFold(low ? TableTabs::Fold::Folded : TableTabs::Fold::Open);
}

void MainWindow::resetLayout() {
  m_memory.forget();
  for (QDockWidget* dock : {m_controlsDock, m_tablesDock}) {
    dock->setFloating(false);
    dock->show();
  }
  addDockWidget(Qt::RightDockWidgetArea, m_controlsDock);
  addDockWidget(Qt::BottomDockWidgetArea, m_tablesDock);
  m_tables->setFold(height() < kLowHeight ? TableTabs::Fold::Folded : TableTabs::Fold::Open);
  m_tables->setCurrentIndex(0);
  if (m_charts->maximised() >= 0) m_charts->toggleMaximised(m_charts->maximised());
  resizeDocks({m_tablesDock}, {kTablesHeight}, Qt::Vertical);
}

}  // namespace penstock::ui
