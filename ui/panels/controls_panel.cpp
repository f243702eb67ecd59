// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/controls_panel.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <ranges>

#include "metrics/rates.h"
#include "model/limits.h"
#include "ui/models/display_text.h"
#include "ui/models/quantity.h"
#include "ui/panels/controls/control_tips.h"
#include "ui/panels/controls/failover_box.h"
#include "ui/panels/number_field.h"

namespace penstock::ui {

namespace {

constexpr int kPanelWidth = 252;
constexpr int kTableRole = Qt::UserRole + 1;  // of an entry of the scopes; empty: it is none
constexpr int kTableNameMax = 40;

QString tip(const char* text) { return QStringLiteral("<p>") + QString::fromUtf8(text); }

QLabel* makeProgressLabel(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  QFont small = label->font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  label->setFont(small);
  label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  // Three lines, kept free, so that an answer moves nothing.
  label->setFixedHeight(QFontMetrics(small).lineSpacing() * 3 + 2);
  label->setAccessibleName(QStringLiteral("Progress of the last command"));
  return label;
}

QGroupBox* makeGroup(const QString& title, QWidget* parent) {
  auto* group = new QGroupBox(title, parent);
  auto* column = new QVBoxLayout(group);
  column->setContentsMargins(8, 6, 8, 6);
  column->setSpacing(5);
  return group;
}

}  // namespace

ControlsPanel::ControlsPanel(CommandDesk& desk, QWidget* parent)
    : QScrollArea(parent), m_desk(desk) {
  setObjectName(QStringLiteral("controlsPanel"));
  setAccessibleName(QStringLiteral("Controls"));
  setFrameShape(QFrame::NoFrame);
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFixedWidth(kPanelWidth);
  setFocusPolicy(Qt::NoFocus);
  auto* content = new QWidget(this);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(6, 4, 6, 4);
  column->setSpacing(6);
  column->addWidget(makeScope());
  column->addWidget(makeVerbs());
  column->addWidget(makeSettings());
  m_failover = new FailoverBox(m_desk, content);
  column->addWidget(m_failover);
  column->addStretch(1);
  setWidget(content);
  connect(&m_desk, &CommandDesk::progressed, this, &ControlsPanel::showProgress);
  showAvailability();
}

QWidget* ControlsPanel::makeScope() {
  QGroupBox* group = makeGroup(QStringLiteral("Scope"), this);
  m_scope = new QComboBox(group);
  m_scope->setAccessibleName(QStringLiteral("Scope of the commands below"));
  m_scope->setToolTip(
      tip("What the commands below act on: all sinks of this node, one sink, or (pause and resume "
          "alone) one table."));
  m_scope->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_scope->setMinimumContentsLength(10);
  m_scope->addItem(QStringLiteral("This node"), QString());
  group->layout()->addWidget(m_scope);
  connect(m_scope, &QComboBox::activated, this, [this] { emit scopeChanged(scope()); });
  return group;
}

QPushButton* ControlsPanel::makeButton(const QString& text, const QString& tooltip,
                                       QVBoxLayout* into) {
  auto* button = new QPushButton(text, this);
  button->setToolTip(tooltip);
  button->setMinimumHeight(28);
  into->addWidget(button);
  return button;
}

QWidget* ControlsPanel::makeVerbs() {
  QGroupBox* group = makeGroup(QStringLiteral("Flushing"), this);
  auto* column = static_cast<QVBoxLayout*>(group->layout());
  m_pause = makeButton(QStringLiteral("&Pause flushing"), tip(kPauseTip), column);
  m_pause->setObjectName(QStringLiteral("pauseButton"));
  m_flush = makeButton(QStringLiteral("F&lush now"), tip(kFlushTip), column);
  m_flush->setObjectName(QStringLiteral("flushButton"));
  m_drain = makeButton(QStringLiteral("&Drain"), tip(kDrainTip), column);
  m_drain->setObjectName(QStringLiteral("drainButton"));
  m_afterDrain = new QComboBox(group);
  m_afterDrain->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_afterDrain->setMinimumContentsLength(10);
  m_afterDrain->setAccessibleName(QStringLiteral("After the drain"));
  m_afterDrain->setToolTip(tip("What happens to intake once everything is persisted."));
  m_afterDrain->addItem(QStringLiteral("then open intake again"));
  m_afterDrain->addItem(QStringLiteral("then keep intake held"));
  column->addWidget(m_afterDrain);
  m_verbProgress = makeProgressLabel(group);
  m_verbProgress->setObjectName(QStringLiteral("verbProgress"));
  column->addWidget(m_verbProgress);
  connect(m_pause, &QPushButton::clicked, this, &ControlsPanel::pauseOrResume);
  connect(m_flush, &QPushButton::clicked, this, &ControlsPanel::flushNow);
  connect(m_drain, &QPushButton::clicked, this, &ControlsPanel::drain);
  return group;
}

QWidget* ControlsPanel::makeSettings() {
  QGroupBox* group = makeGroup(QStringLiteral("Settings"), this);
  auto* column = static_cast<QVBoxLayout*>(group->layout());
  m_pool = new NumberField(
      {QStringLiteral("Pool si&ze"),
       {},
       QStringLiteral("1–64 workers, threads of this machine"),
       QStringLiteral("How many workers prepare and commit batches. SQLite commits one at a time: "
                      "more workers prepare, they do not commit.")},
      {limits::kWorkersMin, limits::kWorkersMax, 1}, group);
  m_batchRows = new NumberField(
      {QStringLiteral("&Batch rows"),
       {},
       QStringLiteral("1–200,000, so that a batch fits in memory"),
       QStringLiteral("At most so many rows in one commit. Larger batches give more throughput and "
                      "longer commits; the engine takes fewer when commits become slow.")},
      {int(limits::kBatchRowsMin), int(limits::kBatchRowsMax), 500}, group);
  m_linger = new NumberField(
      {QStringLiteral("Li&nger"), QStringLiteral("ms"),
       QStringLiteral("0–60,000 ms, the longest wait to fill"),
       QStringLiteral("How long the oldest change set may wait for its batch to fill. Shorter: "
                      "persisted sooner; longer: larger and fewer commits.")},
      {0, int(limits::kLingerMax.count()), 10}, group);
  for (NumberField* field : {m_pool, m_batchRows, m_linger}) {
    column->addWidget(field);
    connect(field, &NumberField::edited, this, &ControlsPanel::showAvailability);
  }
  auto* row = new QHBoxLayout;
  m_apply = new QPushButton(QStringLiteral("&Apply"), group);
  m_apply->setObjectName(QStringLiteral("applyButton"));
  m_apply->setToolTip(tip("Sends the changed settings. They hold until the next start."));
  m_revert = new QPushButton(QStringLiteral("&Revert"), group);
  m_revert->setObjectName(QStringLiteral("revertButton"));
  m_revert->setToolTip(tip("Shows again what is in effect."));
  row->addWidget(m_apply);
  row->addWidget(m_revert);
  column->addLayout(row);
  m_settingsProgress = makeProgressLabel(group);
  m_settingsProgress->setObjectName(QStringLiteral("settingsProgress"));
  column->addWidget(m_settingsProgress);
  connect(m_apply, &QPushButton::clicked, this, &ControlsPanel::applySettings);
  connect(m_revert, &QPushButton::clicked, this, &ControlsPanel::revertSettings);
  return group;
}

std::string ControlsPanel::scope() const { return m_scope->currentData().toString().toStdString(); }

std::string ControlsPanel::table() const {
  return m_scope->currentData(kTableRole).toString().toStdString();
}

int ControlsPanel::indexOf(const std::string& sink, const std::string& table) const {
  for (int i = 0; i < m_scope->count(); ++i) {
    if (m_scope->itemData(i).toString().toStdString() == sink &&
        m_scope->itemData(i, kTableRole).toString().toStdString() == table) {
      return i;
    }
  }
  return -1;
}

void ControlsPanel::setScope(const std::string& sink) {
  const int at = indexOf(sink, {});
  if (at >= 0) m_scope->setCurrentIndex(at);
}

void ControlsPanel::setTable(const std::string& table) {
  const int at = indexOf({}, table);
  if (at >= 0) m_scope->setCurrentIndex(at);
}

void ControlsPanel::setTables(const QStringList& tables) { m_tables = tables; }

QString ControlsPanel::scopeName() const {
  const std::string sink = scope();
  if (!table().empty()) return QStringLiteral("table ") + displayText(table(), kTableNameMax);
  return sink.empty() ? m_nodeName : QStringLiteral("sink ") + displayText(sink);
}

void ControlsPanel::showSample(const Snapshot& sample) {
  m_hasSample = true;
  m_nodeName = displayText(sample.node);
  showScopes(sample);
  m_held = !sample.intakeHeldBy.empty();
  const SinkSnapshot* sink = findSink(sample, scope());
  if (sink != nullptr) {
    m_waiting = sink->queueDepth;
    m_pool->setInEffect(int(sink->workers));
    m_batchRows->setInEffect(int(sink->batchRows));
    m_linger->setInEffect(int(sink->lingerMs));
  }
  m_paused = isPaused(sample);
  m_failover->showSample(sample);
  showPauseButton();
  showAvailability();
}

bool ControlsPanel::isPaused(const Snapshot& sample) const {
  const std::string chosen = table();
  return std::ranges::any_of(sample.sinks, [&](const SinkSnapshot& sink) {
    if (!chosen.empty()) {
      return std::ranges::count(sink.pausedTables, chosen, &PausedTableSnapshot::table) > 0;
    }
    return sink.state == SinkState::Paused && (scope().empty() || scope() == sink.name);
  });
}

// The list is changed only when the sinks are others; an open list is left alone.
void ControlsPanel::showScopes(const Snapshot& sample) {
  struct Entry {
    QString text;
    QString sink;
    QString table;
  };
  std::vector<Entry> wanted{{QStringLiteral("This node (%1)").arg(m_nodeName), {}, {}}};
  for (const SinkSnapshot& sink : sample.sinks) {
    wanted.push_back({QStringLiteral("Sink %1").arg(displayText(sink.name)),
                      QString::fromStdString(sink.name),
                      {}});
  }
  QStringList paused;
  for (const SinkSnapshot& sink : sample.sinks) {
    for (const PausedTableSnapshot& each : sink.pausedTables) {
      paused << QString::fromStdString(each.table);
    }
  }
  paused.removeDuplicates();
  const auto addTable = [&](const QString& table, const char* text) {
    wanted.push_back({QString::fromLatin1(text).arg(displayText(table, kTableNameMax)), {}, table});
  };
  for (const QString& table : paused) addTable(table, "Table %1 (paused)");
  for (const QString& table : m_tables) {
    if (!paused.contains(table)) addTable(table, "Table %1");
  }
  const bool isShown = std::ranges::equal(
      wanted, std::views::iota(0, m_scope->count()), [this](const Entry& entry, int at) {
        return m_scope->itemText(at) == entry.text && m_scope->itemData(at) == entry.sink &&
               m_scope->itemData(at, kTableRole) == entry.table;
      });
  if (isShown || m_scope->view()->isVisible()) return;
  const std::string sinkBefore = scope();
  const std::string tableBefore = table();
  m_scope->clear();
  for (const Entry& entry : wanted) {
    m_scope->addItem(entry.text, entry.sink);
    m_scope->setItemData(m_scope->count() - 1, entry.table, kTableRole);
  }
  m_scope->setCurrentIndex(std::max(0, indexOf(sinkBefore, tableBefore)));
}

void ControlsPanel::showPauseButton() {
  const bool isTable = !table().empty();
  const QString text =
      isTable    ? (m_paused ? QStringLiteral("&Resume table") : QStringLiteral("&Pause table"))
      : m_paused ? QStringLiteral("Resume flus&hing")
                 : QStringLiteral("&Pause flushing");
  if (m_pause->text() == text) return;
  m_pause->setText(text);
  m_pause->setToolTip(tip(isTable ? (m_paused ? kResumeTableTip : kPauseTableTip)
                                  : (m_paused ? kResumeTip : kPauseTip)));
}

void ControlsPanel::setConnected(bool connected, const QString& why) {
  m_connected = connected;
  m_whyNot = why;
  m_failover->setConnected(connected);
  showAvailability();
}

void ControlsPanel::showAvailability() {
  const bool can = m_connected && m_hasSample && !m_desk.isReadOnly();
  const bool isWhole = table().empty();
  m_pause->setEnabled(can);
  m_flush->setEnabled(can && isWhole);
  m_drain->setEnabled(can && (isWhole || m_held));
  m_afterDrain->setEnabled(can && isWhole);
  m_flush->setToolTip(tip(isWhole ? kFlushTip : kNotForTables));
  const QString drainText = m_held ? QStringLiteral("Open intake") : QStringLiteral("&Drain");
  if (m_drain->text() != drainText) m_drain->setText(drainText);
  m_drain->setToolTip(tip(m_held ? kReleaseTip : isWhole ? kDrainTip : kNotForTables));
  bool changed = false;
  bool valid = true;
  for (const NumberField* field : {m_pool, m_batchRows, m_linger}) {
    changed = changed || field->isChanged();
    valid = valid && field->isValid();
  }
  m_apply->setEnabled(can && changed && valid && isWhole);
  m_revert->setEnabled(changed);
  const QString whyNot = m_desk.isReadOnly()
                             ? QStringLiteral("This window is read-only (--read-only): it watches.")
                             : (can ? QString() : m_whyNot);
  if (!whyNot.isEmpty() && (m_latest[0].empty() || !m_connected)) {
    m_verbProgress->setText(whyNot);
  } else if (whyNot.isEmpty() && m_verbProgress->text() == m_whyNot) {
    m_verbProgress->clear();
  }
}

void ControlsPanel::pauseOrResume() {
  if (!m_pause->isEnabled()) return;
  Command command;
  if (m_paused) {
    command.kind = CommandKind::Resume;
    command.sink = scope();
    command.table = table();
    send({command}, Place::Verbs);
    return;
  }
  const QString question =
      table().empty() ? QStringLiteral("Pause flushing of %1?") : QStringLiteral("Pause %1?");
  confirm(question.arg(scopeName()), pauseConsequence(), CommandKind::Pause);
}

QString ControlsPanel::pauseConsequence() const {
  if (!table().empty()) {
    return QStringLiteral(
               "Nothing more goes to this table of node %1 until somebody resumes it. What comes "
               "for it, and what follows that in the same group or row, is held as dead letters, "
               "and follows in order then. All else goes on.")
        .arg(m_nodeName);
  }
  return QStringLiteral(
             "%1 change sets wait now. Nothing more goes to the database until somebody "
             "resumes; intake goes on until a budget is full.")
      .arg(formatCount(m_waiting));
}

void ControlsPanel::flushNow() {
  if (!m_flush->isEnabled()) return;
  Command command;
  command.kind = CommandKind::Flush;
  command.sink = scope();
  send({command}, Place::Verbs);
}

void ControlsPanel::drain() {
  if (!m_drain->isEnabled()) return;
  if (m_held) {
    Command command;
    command.kind = CommandKind::Release;
    send({command}, Place::Verbs);
    return;
  }
  const bool stays = m_afterDrain->currentIndex() == 1;
  confirm(
      QStringLiteral("Drain %1?").arg(scopeName()),
      QStringLiteral("Intake is held while %1 waiting change sets are persisted, and %2.")
          .arg(formatCount(m_waiting), stays ? QStringLiteral("stays held until somebody opens it")
                                             : QStringLiteral("opens again after that")),
      CommandKind::Drain);
}

void ControlsPanel::confirm(const QString& question, const QString& consequence, CommandKind kind) {
  if (!m_question.isNull()) {
    m_question->activateWindow();
    return;
  }
  m_question = new QMessageBox(QMessageBox::Question, commandVerb(kind), question,
                               QMessageBox::Cancel, window());
  m_question->setAttribute(Qt::WA_DeleteOnClose);
  m_question->setTextFormat(Qt::PlainText);
  m_question->setInformativeText(consequence);
  const bool isOfTable = kind == CommandKind::Pause && !table().empty();
  QPushButton* yes = m_question->addButton(
      isOfTable ? QStringLiteral("Pause table") : commandVerb(kind), QMessageBox::AcceptRole);
  yes->setObjectName(QStringLiteral("confirmButton"));
  m_question->setDefaultButton(yes);
  Command command;
  command.kind = kind;
  command.sink = scope();
  command.table = table();
  if (m_afterDrain->currentIndex() == 1) command.afterDrain = Command::AfterDrain::StayHeld;
  connect(yes, &QPushButton::clicked, this, [this, command] { send({command}, Place::Verbs); });
  m_question->open();
}

void ControlsPanel::applySettings() {
  if (!m_apply->isEnabled()) return;
  std::vector<Command> commands;
  if (m_pool->isChanged()) {
    Command command;
    command.kind = CommandKind::Resize;
    command.sink = scope();
    command.workers = std::uint32_t(m_pool->value());
    commands.push_back(std::move(command));
  }
  if (m_batchRows->isChanged() || m_linger->isChanged()) {
    Command command;
    command.kind = CommandKind::Configure;
    command.sink = scope();
    if (m_batchRows->isChanged()) command.batchRows = std::uint32_t(m_batchRows->value());
    if (m_linger->isChanged()) command.lingerMs = std::uint32_t(m_linger->value());
    commands.push_back(std::move(command));
  }
  send(std::move(commands), Place::Settings);
}

void ControlsPanel::revertSettings() {
  for (NumberField* field : {m_pool, m_batchRows, m_linger}) field->revert();
}

// What was not confirmed goes out under its old id: the node does it at most once.
CommandId ControlsPanel::sendOrRepeat(Command command, const std::vector<CommandId>& before) {
  for (const CommandId id : before) {
    const CommandProgress* progress = m_desk.find(id);
    const bool repeats = progress != nullptr && progress->command.kind == command.kind &&
                         progress->command.sink == command.sink &&
                         progress->command.table == command.table &&
                         progress->command.workers == command.workers &&
                         progress->command.batchRows == command.batchRows &&
                         progress->command.lingerMs == command.lingerMs &&
                         progress->stage == CommandProgress::Stage::NotConfirmed;
    if (!repeats) continue;
    m_desk.repeat(id);
    return id;
  }
  return m_desk.send(std::move(command));
}

void ControlsPanel::send(std::vector<Command> commands, Place place) {
  std::vector<CommandId> sent;
  for (Command& command : commands) {
    sent.push_back(sendOrRepeat(std::move(command), m_latest[std::size_t(place)]));
  }
  m_latest[std::size_t(place)] = std::move(sent);
  showLatest(place);
}

void ControlsPanel::showProgress(const CommandProgress& progress) {
  for (const Place place : {Place::Verbs, Place::Settings}) {
    const std::vector<CommandId>& latest = m_latest[std::size_t(place)];
    if (std::ranges::find(latest, progress.command.id) != latest.end()) showLatest(place);
  }
}

void ControlsPanel::showLatest(Place place) {
  std::vector<CommandProgress> followed;
  QStringList lines;
  for (const CommandId id : m_latest[std::size_t(place)]) {
    const CommandProgress* progress = m_desk.find(id);
    if (progress == nullptr) continue;
    followed.push_back(*progress);
    lines << progressLine(*progress);
  }
  if (followed.empty()) return;
  QLabel* label = place == Place::Verbs ? m_verbProgress : m_settingsProgress;
  label->setText(progressSummary(followed));
  label->setToolTip(toolTipText(lines.join('\n').toStdString()));
}

}  // namespace penstock::ui
