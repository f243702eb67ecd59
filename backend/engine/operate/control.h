// SPDX-License-Identifier: Apache-2.0
// The thread on which operators' commands are carried out, one after another, whatever the workers
// do. It also turns what happened at the gate into events. Senders only queue.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "engine/commands.h"
#include "engine/operate/command_book.h"
#include "metrics/event_log.h"

namespace penstock {

/// Threads: send and takeAnswers by any; wake by any (something settled).
/// Owns: its thread, ended by stop().
/// Limits: answers nobody takes are dropped, the oldest first, beyond limits::kCommandAnswersMax.
class Control {
 public:
  /// `onTick` is called ten times a second on the control thread.
  Control(OperatedNode& node, EventLog& events, const Clock& clock, std::function<void()> onTick);
  ~Control();

  void start();
  void stop();
  void send(Command command);
  std::vector<CommandAnswer> takeAnswers();

 private:
  void run();
  void keepAnswer(CommandAnswer answer);

  const Clock& m_clock;
  const std::function<void()> m_onTick;

  Mutex m_mutex;
  CondVar m_wake;
  std::deque<Command> m_commands GUARDED_BY(m_mutex);
  std::deque<CommandAnswer> m_answers GUARDED_BY(m_mutex);
  bool m_stopping GUARDED_BY(m_mutex) = false;

  CommandBook m_book;  // the control thread's
  Worker m_worker;
};

}  // namespace penstock
