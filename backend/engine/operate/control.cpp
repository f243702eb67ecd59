// SPDX-License-Identifier: Apache-2.0
#include "engine/operate/control.h"

#include <utility>

#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::chrono::milliseconds kTick{100};
/// How soon it is seen that a command is in effect: well below what a person notices.
constexpr std::chrono::milliseconds kPendingTick{5};

}  // namespace

Control::Control(OperatedNode& node, EventLog& events, const Clock& clock,
                 std::function<void()> onTick)
    : m_clock(clock),
      m_onTick(std::move(onTick)),
      m_book(node, {[this](CommandAnswer answer) { keepAnswer(std::move(answer)); },
                    [&events](Event event) { events.append(std::move(event)); }}) {}

Control::~Control() { stop(); }

void Control::start() {
  m_worker = Worker("control", ThreadPriority::Normal, [this] { run(); });
}

void Control::stop() {
  {
    MutexLock lock(m_mutex);
    m_stopping = true;
  }
  m_wake.notifyAll();
  m_worker.join();
}

void Control::send(Command command) {
  {
    MutexLock lock(m_mutex);
    m_commands.push_back(std::move(command));
  }
  m_wake.notifyAll();
}

std::vector<CommandAnswer> Control::takeAnswers() {
  MutexLock lock(m_mutex);
  std::vector<CommandAnswer> answers(std::make_move_iterator(m_answers.begin()),
                                     std::make_move_iterator(m_answers.end()));
  m_answers.clear();
  return answers;
}

void Control::keepAnswer(CommandAnswer answer) {
  MutexLock lock(m_mutex);
  m_answers.push_back(std::move(answer));
  if (m_answers.size() > limits::kCommandAnswersMax) m_answers.pop_front();
}

void Control::run() {
  SteadyTime nextTick = m_clock.steadyNow();
  for (;;) {
    std::deque<Command> commands;
    {
      MutexLock lock(m_mutex);
      if (m_stopping) return;
      if (m_commands.empty()) {
        const SteadyTime now = m_clock.steadyNow();
        m_wake.waitUntil(m_mutex, m_book.hasPending() ? now + kPendingTick : nextTick);
      }
      if (m_stopping) return;
      commands.swap(m_commands);
    }
    for (const Command& command : commands) m_book.handle(command, m_clock.steadyNow());
    const SteadyTime now = m_clock.steadyNow();
    m_book.poll(now);
    if (now < nextTick) continue;
    nextTick = now + kTick;
    m_onTick();
  }
}

}  // namespace penstock
