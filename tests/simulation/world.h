// SPDX-License-Identifier: Apache-2.0
// What a simulated history happens in: clocks that move only when nothing is left to be done at
// their time, randomness that follows from the seed alone, and the queue of what comes next. One
// thread does everything, so a seed has exactly one history.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "model/ids.h"

namespace penstock::test {

/// The same numbers everywhere. Source: splitmix64 of S. Vigna, public domain.
class Random {
 public:
  explicit Random(std::uint64_t seed) : m_state(seed) {}

  std::uint64_t next();
  /// Expects: end > 0.
  std::uint64_t below(std::uint64_t end) { return next() % end; }
  /// Both ends included.
  std::uint64_t between(std::uint64_t first, std::uint64_t last) {
    return first + below(last - first + 1);
  }
  bool percent(std::uint64_t share) { return below(100) < share; }
  /// Uniform in [0, 1).
  double real() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  std::chrono::microseconds time(std::chrono::microseconds least, std::chrono::microseconds most) {
    const auto span = static_cast<std::uint64_t>((most - least).count());
    return least + std::chrono::microseconds(static_cast<std::int64_t>(below(span + 1)));
  }

 private:
  std::uint64_t m_state;
};

class SimulatedClock final : public Clock {
 public:
  SteadyTime steadyNow() const override { return m_steady; }
  WallTime wallNow() const override {
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(
        m_steady.time_since_epoch() + m_shift);
    return WallTime(std::chrono::seconds(1'700'000'000) + since);
  }

 private:
  friend class World;
  SteadyTime m_steady{std::chrono::seconds(1'000)};
  std::chrono::microseconds m_shift{0};
};

/// `segment:index`, for the notes.
inline std::string toText(Sequence sequence) {
  return std::to_string(segmentOf(sequence)) + ":" + std::to_string(indexOf(sequence));
}

/// What is scheduled for it is void once it is gone: of a process that has died, nothing happens
/// any more.
using LifeToken = std::weak_ptr<const int>;

class World {
 public:
  enum class Trace : std::uint8_t { Off, On };
  World(std::uint64_t seed, Trace trace) : m_random(seed), m_trace(trace) {}

  const SimulatedClock& clock() const { return m_clock; }
  SteadyTime now() const { return m_clock.m_steady; }
  Random& random() { return m_random; }
  /// Sets the wall clock back or forward.
  void shiftWall(std::chrono::microseconds by) { m_clock.m_shift += by; }

  void at(SteadyTime time, std::function<void()> what);
  void at(SteadyTime time, const LifeToken& life, std::function<void()> what);
  void after(std::chrono::microseconds delay, const LifeToken& life, std::function<void()> what) {
    at(now() + delay, life, std::move(what));
  }
  /// Does what comes next. False: nothing does.
  bool step();

  /// The history is wrong; the first reason counts.
  void fail(const std::string& why);
  bool hasFailed() const { return !m_failure.empty(); }
  const std::string& failure() const { return m_failure; }

  /// One line of the history; `text` is only asked for when somebody wants to read it.
  template <typename Text>
  void note(const Text& text) {
    if (m_trace == Trace::On) keepNote(text());
  }
  const std::deque<std::string>& notes() const { return m_notes; }
  std::uint64_t steps() const { return m_steps; }

 private:
  void keepNote(const std::string& text);

  SimulatedClock m_clock;
  Random m_random;
  const Trace m_trace;
  std::map<std::pair<SteadyTime, std::uint64_t>, std::function<void()>> m_events;
  std::uint64_t m_scheduled = 0;
  std::uint64_t m_steps = 0;
  std::string m_failure;
  std::deque<std::string> m_notes;
};

}  // namespace penstock::test
