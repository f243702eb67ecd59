// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/controls/failover_box.h"

#include <QComboBox>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/display_text.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

namespace {

/// Nobody is told that anything is persisted meanwhile; then all stays as it was.
constexpr std::uint32_t kDeadlineMs = 60'000;

bool isWell(const SinkSnapshot& sink) {
  return sink.state == SinkState::Running || sink.state == SinkState::Idle;
}

QString countOf(std::uint64_t count, const char* one, const char* many) {
  return count == 1 ? QStringLiteral("1 ") + QString::fromLatin1(one)
                    : formatCount(count) + QLatin1Char(' ') + QString::fromLatin1(many);
}

}  // namespace

FailoverBox::FailoverBox(CommandDesk& desk, QWidget* parent)
    : QGroupBox(QStringLiteral("Fail over"), parent),
      m_desk(desk),
      m_standby(new QComboBox(this)),
      m_button(new QPushButton(QStringLiteral("Fail o&ver …"), this)),
      m_progress(new QLabel(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 6, 8, 6);
  column->setSpacing(5);
  column->addWidget(m_standby);
  column->addWidget(m_button);
  column->addWidget(m_progress);
  m_standby->setAccessibleName(QStringLiteral("The standby that is to be the primary"));
  m_standby->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_standby->setMinimumContentsLength(10);
  m_button->setObjectName(QStringLiteral("failoverButton"));
  m_button->setMinimumHeight(28);
  m_button->setToolTip(QStringLiteral(
      "<p>Makes the standby the primary: its commits then mean persisted. Use it when the "
      "primary's database is down for long, or before it is taken away."));
  m_progress->setTextFormat(Qt::PlainText);
  m_progress->setWordWrap(true);
  m_progress->setAccessibleName(QStringLiteral("Progress of the failover"));
  m_progress->hide();
  connect(m_button, &QPushButton::clicked, this, &FailoverBox::ask);
  connect(&m_desk, &CommandDesk::progressed, this, &FailoverBox::showProgress);
  hide();
}

QString FailoverBox::progress() const { return m_progress->text(); }

void FailoverBox::showSample(const Snapshot& sample) {
  m_sinks = sample.sinks;
  showStandbys();
  showAvailability();
}

void FailoverBox::setConnected(bool connected) {
  m_connected = connected;
  showAvailability();
}

// The list is changed only when the standbys are others.
void FailoverBox::showStandbys() {
  QStringList wanted;
  for (const SinkSnapshot& sink : m_sinks) {
    if (sink.role == "standby") wanted << QString::fromStdString(sink.name);
  }
  QStringList shown;
  for (int i = 0; i < m_standby->count(); ++i) shown << m_standby->itemData(i).toString();
  if (wanted != shown) {
    m_standby->clear();
    for (const QString& name : wanted) m_standby->addItem(displayText(name), name);
  }
  setVisible(!wanted.isEmpty());
}

void FailoverBox::showAvailability() {
  const bool can = m_connected && m_standby->count() > 0 && !m_desk.isReadOnly();
  m_standby->setEnabled(can);
  m_button->setEnabled(can);
}

QString FailoverBox::consequence(const SinkSnapshot& primary, const SinkSnapshot& standby) const {
  const QString from = displayText(primary.name);
  const QString to = displayText(standby.name);
  QStringList said;
  const std::uint64_t lacks =
      standby.queueDepth > primary.queueDepth ? standby.queueDepth - primary.queueDepth : 0;
  said << (lacks == 0
               ? QStringLiteral("%1 has come as far as %2.").arg(to, from)
               : QStringLiteral("%1 lacks %2 that %3 has. Until it has them, nobody is told that "
                                "anything more is persisted.")
                     .arg(to, countOf(lacks, "change set", "change sets"), from));
  if (standby.deadLettersWaiting > 0) {
    said << QStringLiteral(
                "It has %1 of its own: its tables lack them until somebody retries them.")
                .arg(countOf(standby.deadLettersWaiting, "dead letter", "dead letters"));
  }
  if (!isWell(standby)) {
    said << QStringLiteral("It does not flush now: %1 (%2).")
                .arg(displayText(sinkStateName(standby.state)), displayText(standby.stateReason));
  }
  said << QStringLiteral(
              "%1 becomes a standby and catches up by itself. If %2 is not ready within "
              "%3 s, all stays as it is.")
              .arg(from, to)
              .arg(kDeadlineMs / 1000);
  said << QStringLiteral("Whatever reads the database has to be pointed to %1 as well.")
              .arg(displayText(standby.target));
  return said.join(QStringLiteral("\n\n"));
}

void FailoverBox::ask() {
  if (!m_question.isNull()) {
    m_question->activateWindow();
    return;
  }
  const std::string chosen = m_standby->currentData().toString().toStdString();
  const auto standby = std::ranges::find(m_sinks, chosen, &SinkSnapshot::name);
  if (standby == m_sinks.end()) return;
  m_question = new QMessageBox(QMessageBox::Warning, QStringLiteral("Fail over"),
                               QStringLiteral("Make %1 the primary?").arg(displayText(chosen)),
                               QMessageBox::Cancel, window());
  m_question->setAttribute(Qt::WA_DeleteOnClose);
  m_question->setTextFormat(Qt::PlainText);
  m_question->setInformativeText(consequence(m_sinks.front(), *standby));
  QPushButton* yes = m_question->addButton(QStringLiteral("Fail over"), QMessageBox::AcceptRole);
  yes->setObjectName(QStringLiteral("confirmButton"));
  m_question->setDefaultButton(qobject_cast<QPushButton*>(m_question->button(QMessageBox::Cancel)));
  connect(yes, &QPushButton::clicked, this, [this, chosen] { send(chosen); });
  m_question->open();
}

void FailoverBox::send(const std::string& standby) {
  Command command;
  command.kind = CommandKind::FailOver;
  command.sink = standby;
  command.deadlineMs = kDeadlineMs;
  m_latest = m_desk.send(command);
}

void FailoverBox::showProgress(const CommandProgress& progress) {
  if (progress.command.kind != CommandKind::FailOver) return;
  if (m_latest != CommandId{} && progress.command.id != m_latest) return;
  m_progress->setText(displayText(progressLine(progress)));
  m_progress->show();
}

}  // namespace penstock::ui
