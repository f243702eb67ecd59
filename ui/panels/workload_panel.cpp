// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/workload_panel.h"

#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/display_text.h"
#include "ui/models/quantity.h"
#include "ui/models/state_mark.h"
#include "ui/panels/elided_label.h"

namespace penstock::ui {

namespace {

bool isOn(WorkloadState state) {
  return state == WorkloadState::Running || state == WorkloadState::Checking;
}

QString stateWord(WorkloadState state) {
  switch (state) {
    case WorkloadState::None:
      return QStringLiteral("nothing runs");
    case WorkloadState::Running:
      return QStringLiteral("running");
    case WorkloadState::Checking:
      return QStringLiteral("checking the result");
    case WorkloadState::Passed:
      return QStringLiteral("check passed");
    case WorkloadState::Failed:
      return QStringLiteral("check failed");
    case WorkloadState::Cancelled:
      return QStringLiteral("stopped before its end, not checked");
  }
  return {};
}

Tone toneOf(WorkloadState state) {
  switch (state) {
    case WorkloadState::Passed:
      return Tone::Good;
    case WorkloadState::Failed:
      return Tone::Alarm;
    case WorkloadState::Checking:
      return Tone::Notice;
    default:
      return Tone::Neutral;
  }
}

QString amountText(const WorkloadSnapshot& workload) {
  const bool bytes = workload.name == "replay";
  const auto amount = [bytes](std::uint64_t value) {
    return bytes ? formatQuantity(double(value), Unit::Bytes) : formatCount(value);
  };
  QString text = amount(workload.done);
  if (workload.total > 0) text += QStringLiteral(" of %1").arg(amount(workload.total));
  if (!bytes) text += QStringLiteral(" change sets");
  if (workload.rejected > 0) {
    text += QStringLiteral(", %1 rejected").arg(formatCount(workload.rejected));
  }
  if (workload.shed > 0) text += QStringLiteral(", %1 shed").arg(formatCount(workload.shed));
  if (workload.secondsLeft >= 0 && isOn(workload.state)) {
    text +=
        QStringLiteral(", about %1 left").arg(formatDuration(std::max(1.0, workload.secondsLeft)));
  }
  return text;
}

// In thousandths. What has no end of its own is done when its result is checked.
int barValue(const WorkloadSnapshot& workload) {
  if (workload.total == 0) return workload.state == WorkloadState::Passed ? 1000 : 0;
  return int(double(workload.done) / double(workload.total) * 1000);
}

QString stopWord(const WorkloadSnapshot& workload) {
  if (workload.state == WorkloadState::Checking) return QStringLiteral("Skip the &check");
  return workload.name == "replay" ? QStringLiteral("Cance&l") : QStringLiteral("S&top");
}

QSpinBox* makeRateBox(QWidget* parent) {
  auto* box = new QSpinBox(parent);
  box->setRange(0, 1'000'000);
  box->setSingleStep(500);
  box->setGroupSeparatorShown(true);
  box->setSuffix(QStringLiteral(" /s"));
  box->setSpecialValueText(QStringLiteral("as fast as it can"));
  return box;
}

}  // namespace

WorkloadPanel::WorkloadPanel(CommandDesk& desk, QWidget* parent) : QWidget(parent), m_desk(desk) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 2, 4, 2);
  row->addWidget(makeGame(), 3);
  row->addWidget(makeReplay(), 4);
  row->addWidget(makeState(), 5);
  connect(&m_desk, &CommandDesk::progressed, this, &WorkloadPanel::showProgress);
  showWorkload({});
}

QWidget* WorkloadPanel::makeGame() {
  auto* group = new QGroupBox(QStringLiteral("Game: 700 players"), this);
  auto* grid = new QGridLayout(group);
  grid->setContentsMargins(8, 4, 8, 4);
  grid->setVerticalSpacing(3);
  m_gameRate = makeRateBox(group);
  m_gameRate->setValue(2'000);
  m_gameRate->setAccessibleName(QStringLiteral("Rate of the game, change sets per second"));
  m_gameSize = new QDoubleSpinBox(group);
  m_gameSize->setRange(0.1, 100);
  m_gameSize->setSingleStep(0.5);
  m_gameSize->setDecimals(1);
  m_gameSize->setValue(1);
  m_gameSize->setPrefix(QStringLiteral("× "));
  m_gameSize->setAccessibleName(QStringLiteral("Size of the game"));
  m_gameSize->setToolTip(QStringLiteral("× 1 is 700 players with about 150 writes each"));
  m_startGame = new QPushButton(QStringLiteral("Start &game"), group);
  m_startGame->setObjectName(QStringLiteral("startGame"));
  grid->addWidget(new QLabel(QStringLiteral("Rate"), group), 0, 0);
  grid->addWidget(m_gameRate, 0, 1);
  grid->addWidget(new QLabel(QStringLiteral("Size"), group), 1, 0);
  grid->addWidget(m_gameSize, 1, 1);
  grid->addWidget(m_startGame, 2, 0, 1, 2);
  grid->setColumnStretch(1, 1);
  grid->setRowStretch(3, 1);
  connect(m_startGame, &QPushButton::clicked, this, &WorkloadPanel::startGame);
  return group;
}

QWidget* WorkloadPanel::makeReplay() {
  auto* group = new QGroupBox(QStringLiteral("Replay a file of change sets"), this);
  auto* grid = new QGridLayout(group);
  grid->setContentsMargins(8, 4, 8, 4);
  grid->setVerticalSpacing(3);
  m_file = new QLineEdit(group);
  m_file->setPlaceholderText(QStringLiteral("NDJSON file (.ndjson, .gz, .zst)"));
  m_file->setAccessibleName(QStringLiteral("File to replay"));
  m_choose = new QPushButton(QStringLiteral("Choose …"), group);
  m_replayRate = makeRateBox(group);
  m_replayRate->setAccessibleName(QStringLiteral("Rate of the replay, change sets per second"));
  m_startReplay = new QPushButton(QStringLiteral("Start rep&lay"), group);
  m_startReplay->setObjectName(QStringLiteral("startReplay"));
  grid->addWidget(m_file, 0, 0, 1, 2);
  grid->addWidget(m_choose, 0, 2);
  grid->addWidget(new QLabel(QStringLiteral("Rate"), group), 1, 0);
  grid->addWidget(m_replayRate, 1, 1, 1, 2);
  grid->addWidget(m_startReplay, 2, 0, 1, 3);
  grid->setColumnStretch(1, 1);
  grid->setRowStretch(3, 1);
  connect(m_file, &QLineEdit::textChanged, this, &WorkloadPanel::showAvailability);
  connect(m_choose, &QPushButton::clicked, this, &WorkloadPanel::openChooser);
  connect(m_startReplay, &QPushButton::clicked, this, &WorkloadPanel::startReplay);
  return group;
}

QWidget* WorkloadPanel::makeState() {
  auto* group = new QGroupBox(QStringLiteral("Now"), this);
  auto* grid = new QGridLayout(group);
  grid->setContentsMargins(8, 4, 8, 4);
  grid->setVerticalSpacing(3);
  m_mark = new QLabel(group);
  m_mark->setFixedSize(14, 14);
  m_title = new ElidedLabel(group);
  m_bar = new QProgressBar(group);
  m_bar->setRange(0, 1000);
  m_bar->setAccessibleName(QStringLiteral("Progress of the workload"));
  m_message = new QLabel(group);
  m_message->setWordWrap(true);
  m_message->setTextFormat(Qt::PlainText);
  m_message->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  m_command = new ElidedLabel(group);
  m_stop = new QPushButton(QStringLiteral("S&top"), group);
  m_stop->setObjectName(QStringLiteral("stopWorkload"));
  m_stop->setToolTip(QStringLiteral("No more is submitted; what is journaled is still persisted"));
  grid->addWidget(m_mark, 0, 0);
  grid->addWidget(m_title, 0, 1);
  grid->addWidget(m_stop, 0, 2);
  grid->addWidget(m_bar, 1, 0, 1, 3);
  grid->addWidget(m_message, 2, 0, 1, 3);
  grid->addWidget(m_command, 3, 0, 1, 3);
  grid->setColumnStretch(1, 1);
  grid->setRowStretch(2, 1);
  connect(m_stop, &QPushButton::clicked, this, &WorkloadPanel::stop);
  return group;
}

void WorkloadPanel::showWorkload(const WorkloadSnapshot& workload) {
  m_state = workload.state;
  const QString name = displayText(workload.name);
  m_title->setFullText(name.isEmpty() ? QStringLiteral("Nothing runs. Start one on the left.")
                                      : QStringLiteral("%1: %2").arg(name, stateWord(m_state)));
  const Tone tone = toneOf(m_state);
  m_mark->setPixmap(tone == Tone::Neutral ? QPixmap() : markIcon(tone, m_shade, 12).pixmap(12, 12));
  const bool endless = workload.total == 0 && isOn(m_state);
  const int range = endless ? 0 : 1000;
  if (m_bar->maximum() != range) m_bar->setRange(0, range);
  if (!endless) m_bar->setValue(barValue(workload));
  m_bar->setTextVisible(workload.total > 0);
  QString message = name.isEmpty() ? QString() : amountText(workload);
  if (!workload.message.empty()) message += QStringLiteral("\n") + displayText(workload.message);
  if (message != m_message->text()) m_message->setText(message);
  const QString stopText = stopWord(workload);
  if (m_stop->text() != stopText) m_stop->setText(stopText);
  showAvailability();
}

QString WorkloadPanel::stateText() const {
  return m_title->fullText() + QStringLiteral(" ") + m_message->text();
}

void WorkloadPanel::setConnected(bool connected) {
  m_connected = connected;
  showAvailability();
}

void WorkloadPanel::showAvailability() {
  const bool can = m_connected && !m_desk.isReadOnly();
  m_startGame->setEnabled(can && !isOn(m_state));
  m_startReplay->setEnabled(can && !isOn(m_state) && !m_file->text().trimmed().isEmpty());
  m_stop->setEnabled(can && isOn(m_state));
}

void WorkloadPanel::startGame() {
  Command command;
  command.kind = CommandKind::StartWorkload;
  command.workload = "game";
  command.ratePerSecond = m_gameRate->value();
  command.size = m_gameSize->value();
  send(std::move(command));
}

void WorkloadPanel::startReplay() {
  Command command;
  command.kind = CommandKind::StartWorkload;
  command.workload = "replay";
  command.file = m_file->text().trimmed().toStdString();
  command.ratePerSecond = m_replayRate->value();
  send(std::move(command));
}

void WorkloadPanel::stop() {
  Command command;
  command.kind = CommandKind::StopWorkload;
  send(std::move(command));
}

void WorkloadPanel::chooseFile(const QString& path) { m_file->setText(path); }

void WorkloadPanel::openChooser() {
  if (m_chooser.isNull()) {
    m_chooser = new QFileDialog(this, QStringLiteral("Replay a file of change sets"));
    m_chooser->setAttribute(Qt::WA_DeleteOnClose);
    m_chooser->setFileMode(QFileDialog::ExistingFile);
    m_chooser->setNameFilters({QStringLiteral("Change sets (*.ndjson *.jsonl *.json *.gz *.zst)"),
                               QStringLiteral("All files (*)")});
    connect(m_chooser, &QFileDialog::fileSelected, this, &WorkloadPanel::chooseFile);
  }
  m_chooser->open();
}

void WorkloadPanel::send(Command command) {
  m_latest = m_desk.send(std::move(command));
  if (const CommandProgress* progress = m_desk.find(m_latest)) showProgress(*progress);
}

void WorkloadPanel::showProgress(const CommandProgress& progress) {
  if (progress.command.id != m_latest) return;
  m_command->setFullText(commandVerb(progress.command.kind) + QStringLiteral(": ") +
                         progressText(progress));
}

}  // namespace penstock::ui
