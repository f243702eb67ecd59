// SPDX-License-Identifier: Apache-2.0
// Takes operators' commands, turns the node's handles and answers in stages: acknowledged, then in
// effect or failed. A repeat of a command id is answered again and not done twice; every command
// ends as an event that says who, what, the old value and the new one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/commands.h"
#include "engine/operate/operated_node.h"
#include "metrics/event.h"

namespace penstock {

/// Threads: one (the control thread).
/// Owns: nothing; node and sinks of answers and events outlive it.
class CommandBook {
 public:
  struct Outputs {
    std::function<void(CommandAnswer)> answer;
    std::function<void(Event)> event;
  };
  CommandBook(OperatedNode& node, Outputs outputs);

  void handle(const Command& command, SteadyTime now);
  /// Looks whether what was asked for is in effect, or its deadline passed.
  void poll(SteadyTime now);
  bool hasPending() const { return !m_pending.empty(); }

 private:
  struct Pending {
    Command command;
    SteadyTime received;
    SteadyTime deadline = SteadyTime::max();
    std::vector<std::string> sinks;
    Sequence target{};
    std::uint64_t settledBefore = 0;
    std::uint64_t refusedBefore = 0;  // letters
    std::string oldValue;
    std::string newValue;
    enum class Intake : std::uint8_t { Untouched, Held } held = Intake::Untouched;
  };
  enum class Progress { Waiting, Done, Failed };

  Status begin(Pending& pending);
  Status beginPause(Pending& pending);
  Status beginSettings(Pending& pending);
  void beginFlush(Pending& pending, SteadyTime now);
  Status beginLetters(Pending& pending);
  Status beginFailover(Pending& pending);
  Status chooseSinks(Pending& pending) const;
  Progress look(Pending& pending, SteadyTime now, Status& failure);
  Progress lookAtLoss(const Pending& pending, Status& failure) const;
  Progress lookAtFailover(const Pending& pending, SteadyTime now, Status& failure);
  Progress lookAtLetters(const Pending& pending, Status& failure) const;
  std::string lettersText(const Pending& pending, std::uint64_t done) const;
  std::string pauseText(const Pending& pending) const;
  std::string releaseText(const Pending& pending) const;
  std::string heldText(const Pending& pending) const;
  bool isPauseInEffect(const Pending& pending, const SinkProgress& progress) const;
  bool coversAllThatCameIn(Pending& pending);
  void finish(const Pending& pending, SteadyTime now, const Status& status);
  std::string effectText(const Pending& pending, std::uint64_t count, SteadyTime now) const;
  std::uint64_t settledSets(const Pending& pending) const;
  bool answerRepeat(const Command& command);
  /// A drain that is under way.
  bool anotherHoldsIntake() const;

  OperatedNode& m_node;
  const Outputs m_outputs;
  std::deque<Pending> m_pending;
  std::deque<CommandAnswer> m_answered;  // the last ones, for repeats
};

}  // namespace penstock
