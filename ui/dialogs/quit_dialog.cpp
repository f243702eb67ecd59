// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/quit_dialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/display_text.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

namespace {

std::uint64_t waitingOf(const Snapshot& sample) {
  return sample.sinks.empty() ? 0 : sample.sinks.front().queueDepth;
}

QString sentence(std::uint64_t waiting) {
  return QStringLiteral("%1 change sets are safe in the journal and not yet in the database.")
      .arg(formatCount(waiting));
}

}  // namespace

QuitDialog::QuitDialog(CommandDesk& desk, std::uint64_t waiting,
                       std::chrono::milliseconds drainTimeout, QWidget* parent)
    : QDialog(parent),
      m_desk(desk),
      m_message(new QLabel(sentence(waiting), this)),
      m_bar(new QProgressBar(this)),
      m_progress(new QLabel(this)),
      m_drain(new QPushButton(QStringLiteral("&Drain and quit"), this)),
      m_quit(new QPushButton(QStringLiteral("&Quit now"), this)),
      m_cancel(new QPushButton(QStringLiteral("Cancel"), this)),
      m_drainTimeout(drainTimeout),
      m_waiting(waiting),
      m_waitingAtStart(waiting) {
  setObjectName(QStringLiteral("quitDialog"));
  setWindowTitle(QStringLiteral("Quit Penstock"));
  setMinimumWidth(520);
  QFont bold = m_message->font();
  bold.setBold(true);
  m_message->setFont(bold);
  m_message->setWordWrap(true);
  m_progress->setWordWrap(true);
  m_progress->setTextFormat(Qt::PlainText);
  m_progress->setText(QStringLiteral("Quit now: the next start carries on where this one stood."));
  m_progress->setMinimumHeight(m_progress->fontMetrics().lineSpacing() * 2);
  m_bar->setRange(0, 1000);
  m_bar->setAccessibleName(QStringLiteral("Progress of the drain"));
  QSizePolicy keepsPlace = m_bar->sizePolicy();
  keepsPlace.setRetainSizeWhenHidden(true);
  m_bar->setSizePolicy(keepsPlace);
  m_bar->hide();
  m_drain->setToolTip(
      QStringLiteral("Holds intake, persists everything for at most %1, then quits")
          .arg(formatDuration(std::chrono::duration<double>(drainTimeout).count())));
  m_drain->setDefault(true);
  m_drain->setEnabled(!desk.isReadOnly());
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  for (QPushButton* button : {m_drain, m_quit, m_cancel}) buttons->addWidget(button);
  auto* column = new QVBoxLayout(this);
  column->addWidget(m_message);
  column->addWidget(m_bar);
  column->addWidget(m_progress);
  column->addLayout(buttons);
  connect(m_drain, &QPushButton::clicked, this, &QuitDialog::startDrain);
  connect(m_quit, &QPushButton::clicked, this, &QDialog::accept);
  connect(m_cancel, &QPushButton::clicked, this, &QuitDialog::reject);
  connect(&m_desk, &CommandDesk::progressed, this, &QuitDialog::followDrain);
}

QString QuitDialog::message() const { return m_message->text() + '\n' + m_progress->text(); }

void QuitDialog::showSample(const Snapshot& sample) {
  const std::uint64_t waiting = waitingOf(sample);
  m_waiting = waiting;
  m_message->setText(sentence(waiting));
  if (m_command == CommandId{}) return;
  m_waitingAtStart = std::max(m_waitingAtStart, waiting);
  const double share = m_waitingAtStart == 0 ? 1 : 1 - double(waiting) / double(m_waitingAtStart);
  m_bar->setValue(int(share * 1000));
}

void QuitDialog::startDrain() {
  Command command;
  command.kind = CommandKind::Drain;
  command.afterDrain = Command::AfterDrain::StayHeld;
  command.why = "quit";
  command.deadlineMs = static_cast<std::uint32_t>(m_drainTimeout.count());
  m_waitingAtStart = m_waiting;
  m_drain->setEnabled(false);
  m_bar->show();
  m_progress->setText(QStringLiteral("Draining: intake is held, the rest is being persisted …"));
  m_cancel->setText(QStringLiteral("Cancel the drain"));
  m_command = m_desk.send(std::move(command));
}

void QuitDialog::followDrain(const CommandProgress& progress) {
  if (m_command == CommandId{} || progress.command.id != m_command) return;
  if (progress.stage == CommandProgress::Stage::InEffect) {
    accept();
  } else if (progress.stage == CommandProgress::Stage::Failed) {
    m_progress->setText(unfinishedText(progress));
    m_drain->setEnabled(true);
    m_cancel->setText(QStringLiteral("Cancel"));
    m_command = CommandId{};
  } else if (progress.stage == CommandProgress::Stage::NotConfirmed) {
    m_progress->setText(QStringLiteral("The drain is not confirmed yet; still waiting …"));
  }
}

QString QuitDialog::unfinishedText(const CommandProgress& progress) const {
  const std::uint64_t persisted = m_waitingAtStart - std::min(m_waitingAtStart, m_waiting);
  return QStringLiteral(
             "The drain did not end: %1. %2 change sets were persisted, %3 are left in the "
             "journal, where they are safe. Quit now: the next start carries on with them.")
      .arg(displayText(progress.message), formatCount(persisted), formatCount(m_waiting));
}

// Leaving a drain opens intake again: the window stays as it was before.
void QuitDialog::reject() {
  if (m_command != CommandId{}) {
    m_command = CommandId{};
    Command release;
    release.kind = CommandKind::Release;
    release.why = "quit cancelled";
    (void)m_desk.send(std::move(release));
  }
  QDialog::reject();
}

}  // namespace penstock::ui
