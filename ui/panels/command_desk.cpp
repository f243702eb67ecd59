// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/command_desk.h"

#include <utility>

namespace penstock::ui {

namespace {

constexpr std::size_t kFollowedMax = 256;

}  // namespace

CommandDesk::CommandDesk(EngineLink& link, const Clock& clock, QObject* parent)
    : QObject(parent), m_link(link), m_clock(clock) {}

CommandId CommandDesk::send(Command command) {
  if (m_readOnly) return CommandId{};
  if (command.who.empty()) command.who = m_operator;
  CommandProgress progress;
  progress.sentAt = m_clock.steadyNow();
  progress.command = command;
  progress.command.id = m_link.send(std::move(command));
  const CommandId id = progress.command.id;
  m_followed[id] = progress;
  forgetOldest();
  emit progressed(progress);
  return id;
}

void CommandDesk::repeat(CommandId id) {
  const auto found = m_followed.find(id);
  if (m_readOnly || found == m_followed.end()) return;
  CommandProgress& progress = found->second;
  progress.stage = CommandProgress::Stage::Sent;
  progress.sentAt = m_clock.steadyNow();
  (void)m_link.send(progress.command);
  emit progressed(progress);
}

const CommandProgress* CommandDesk::find(CommandId id) const {
  const auto found = m_followed.find(id);
  return found == m_followed.end() ? nullptr : &found->second;
}

void CommandDesk::poll() {
  const SteadyTime now = m_clock.steadyNow();
  for (const CommandAnswer& answer : m_link.takeAnswers()) {
    const auto found = m_followed.find(answer.id);
    if (found == m_followed.end()) continue;
    applyAnswer(found->second, answer, now);
    emit progressed(found->second);
  }
  for (auto& [id, progress] : m_followed) {
    if (noticeSilence(progress, now)) emit progressed(progress);
  }
}

void CommandDesk::forgetOldest() {
  while (m_followed.size() > kFollowedMax) m_followed.erase(m_followed.begin());
}

}  // namespace penstock::ui
