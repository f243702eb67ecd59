// SPDX-License-Identifier: Apache-2.0
// A sink's circuit: open after several failures in a row, or after a burst of dead letters (then
// something is wrong with more than a few change sets, and haste would bury them all).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"
#include "model/limits.h"

namespace penstock {

enum class CircuitState : std::uint8_t {
  Closed,
  Open,      ///< nothing is tried before probeAt()
  HalfOpen,  ///< the next commit decides
};

struct CircuitOptions {
  int failures = limits::kCircuitFailures;
  std::size_t burst = limits::kDeadLetterBurst;
  std::chrono::milliseconds burstWindow = limits::kDeadLetterBurstWindow;
  std::chrono::milliseconds burstCooldown = limits::kDeadLetterBurstCooldown;
};

/// Threads: one at a time.
class Circuit {
 public:
  explicit Circuit(CircuitOptions options = {}) : m_options(options) {}

  void onCommitted();
  /// A transient failure; the next try comes `delay` after `now`.
  void onFailure(SteadyTime now, std::chrono::microseconds delay);
  void onDeadLetter(SteadyTime now);

  CircuitState state(SteadyTime now) const;
  /// When open: not before.
  std::optional<SteadyTime> probeAt(SteadyTime now) const;
  /// An operator wants it tried now.
  void probeNow();

 private:
  CircuitOptions m_options;
  int m_failures = 0;
  std::optional<SteadyTime> m_openUntil;
  std::deque<SteadyTime> m_deadLetters;  // of the window
};

}  // namespace penstock
