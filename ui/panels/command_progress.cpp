// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/command_progress.h"

#include <QStringList>
#include <algorithm>

#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

std::chrono::milliseconds sinceSent(const CommandProgress& progress, SteadyTime now) {
  return std::chrono::round<std::chrono::milliseconds>(now - progress.sentAt);
}

QString milliseconds(const std::optional<std::chrono::milliseconds>& after) {
  return after ? QStringLiteral(" %1 ms").arg(after->count()) : QString();
}

}  // namespace

void applyAnswer(CommandProgress& progress, const CommandAnswer& answer, SteadyTime now) {
  if (progress.isOver()) return;
  const QString said = QString::fromStdString(answer.text);
  if (!said.isEmpty()) progress.message = said;
  switch (answer.stage) {
    case CommandStage::Acknowledged:
      progress.stage = CommandProgress::Stage::Acknowledged;
      progress.acknowledgedAfter = sinceSent(progress, now);
      return;
    case CommandStage::InEffect:
      progress.stage = CommandProgress::Stage::InEffect;
      progress.endedAfter = sinceSent(progress, now);
      return;
    case CommandStage::Failed:
      progress.stage = CommandProgress::Stage::Failed;
      progress.endedAfter = sinceSent(progress, now);
      if (said.isEmpty()) progress.message = QString::fromStdString(answer.status.message());
      return;
  }
}

bool noticeSilence(CommandProgress& progress, SteadyTime now) {
  const bool waits = progress.stage == CommandProgress::Stage::Sent;
  if (!waits || now - progress.sentAt < kConfirmationPatience) return false;
  progress.stage = CommandProgress::Stage::NotConfirmed;
  return true;
}

QString commandVerb(CommandKind kind) {
  switch (kind) {
    case CommandKind::Pause:
      return QStringLiteral("Pause flushing");
    case CommandKind::Resume:
      return QStringLiteral("Resume flushing");
    case CommandKind::Flush:
      return QStringLiteral("Flush now");
    case CommandKind::Drain:
      return QStringLiteral("Drain");
    case CommandKind::Release:
      return QStringLiteral("Open intake");
    case CommandKind::Resize:
      return QStringLiteral("Resize pool");
    case CommandKind::Configure:
      return QStringLiteral("Apply settings");
    case CommandKind::StartWorkload:
      return QStringLiteral("Start workload");
    case CommandKind::StopWorkload:
      return QStringLiteral("Stop workload");
    case CommandKind::RetryLetters:
      return QStringLiteral("Retry dead letters");
    case CommandKind::DiscardLetters:
      return QStringLiteral("Discard dead letters");
    case CommandKind::AcceptLoss:
      return QStringLiteral("Accept loss");
    case CommandKind::FailOver:
      return QStringLiteral("Fail over");
  }
  return {};
}

QString progressText(const CommandProgress& progress) {
  const QString begin = QStringLiteral("sent");
  const QString acknowledged =
      QStringLiteral(" → acknowledged") + milliseconds(progress.acknowledgedAfter);
  switch (progress.stage) {
    case CommandProgress::Stage::Sent:
      return begin + QStringLiteral(" …");
    case CommandProgress::Stage::Acknowledged:
      return begin + acknowledged + QStringLiteral(" …");
    case CommandProgress::Stage::InEffect:
      return begin + (progress.acknowledgedAfter ? acknowledged : QString()) +
             QStringLiteral(" → in effect") + milliseconds(progress.endedAfter);
    case CommandProgress::Stage::Failed:
      return QStringLiteral("failed: ") + progress.message;
    case CommandProgress::Stage::NotConfirmed:
      return QStringLiteral("not confirmed after 2 s; sending it again is harmless");
  }
  return {};
}

QString progressLine(const CommandProgress& progress) {
  const bool hasSaid =
      progress.stage == CommandProgress::Stage::InEffect && !progress.message.isEmpty();
  const QString said = hasSaid ? QStringLiteral(" – ") + displayText(progress.message) : QString();
  return commandVerb(progress.command.kind) + QStringLiteral(": ") + progressText(progress) + said;
}

QString progressSummary(const std::vector<CommandProgress>& sentTogether) {
  if (sentTogether.size() == 1) return progressLine(sentTogether.front());
  const auto sameStage = [&](const CommandProgress& one) {
    return one.stage == sentTogether.front().stage;
  };
  const bool isTold = std::ranges::all_of(sentTogether, sameStage) && !sentTogether.empty() &&
                      sentTogether.front().stage != CommandProgress::Stage::Failed;
  QStringList lines;
  if (!isTold) {
    for (const CommandProgress& one : sentTogether) lines << progressLine(one);
    return lines.join('\n');
  }
  CommandProgress slowest = sentTogether.front();
  for (const CommandProgress& one : sentTogether) {
    lines << commandVerb(one.command.kind);
    slowest.acknowledgedAfter = std::max(slowest.acknowledgedAfter, one.acknowledgedAfter);
    slowest.endedAfter = std::max(slowest.endedAfter, one.endedAfter);
  }
  return lines.join(QStringLiteral(", ")) + QStringLiteral(": ") + progressText(slowest);
}

}  // namespace penstock::ui
