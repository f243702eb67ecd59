// SPDX-License-Identifier: Apache-2.0
// Decides whether a change set may come in now, from budgets that are used up and freed. Above the
// high watermark of a budget pressure begins: what frees up is dealt out fairly between clients,
// and the table's policy bites whoever has used up his part. Below the low one it ends; every
// stretch of pressure becomes events that an operator can read afterwards.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "intake/fair_shares.h"
#include "model/limits.h"
#include "model/table_policy.h"

namespace penstock {

enum class Budget : std::uint8_t {
  Memory,     ///< queue, windows, ids, buffers; used and limit in bytes
  Journal,    ///< the journal's files; used and limit in bytes
  FreeSpace,  ///< of the disk; used: free bytes, limit: the floor under which intake is closed
};
inline constexpr std::size_t kBudgetCount = 3;
/// `memory`, `journal`, `free_space`.
std::string_view budgetName(Budget budget);

/// Both clocks, read by the caller at once.
struct AdmissionTime {
  SteadyTime steady{};
  WallTime wall{};
};

struct BudgetUsage {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;  ///< 0: no such budget
};

enum class Verdict : std::uint8_t {
  Admit,
  Wait,    ///< ask again when something was dealt, until the caller's deadline
  Reject,  ///< tell the caller when to try again
  Shed,    ///< drop it, count it, say so
};
/// `admit`, `wait`, `reject`, `shed`.
std::string_view verdictName(Verdict verdict);

struct Decision {
  Verdict verdict = Verdict::Admit;
  Budget budget = Budget::Memory;  ///< that is the reason, unless admitted
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
  std::chrono::milliseconds retryAfter{};  ///< with Reject; a guess from how fast it empties

  /// Ok when admitted, else Overloaded with the reason and what to do.
  Status toStatus() const;
};

/// One crossing of a watermark.
struct BackpressureEvent {
  enum class Kind : std::uint8_t { Began, Ended };
  Kind kind = Kind::Began;
  Budget budget = Budget::Memory;
  AdmissionTime at;
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
  // With Ended:
  std::uint64_t waited = 0;  ///< change sets touched, each counted once, by what was done
  std::uint64_t rejected = 0;
  std::uint64_t shed = 0;
  std::chrono::microseconds lasted{};

  std::uint64_t touched() const { return waited + rejected + shed; }
  /// What was done to most of them: `wait`, `reject`, `shed`; `none` when nobody came.
  std::string_view action() const;
};

/// A change set asks once, and again each time that it waited.
enum class Attempt : std::uint8_t { First, Again };

/// A change set that would come in.
struct Asking {
  OverloadPolicy policy = OverloadPolicy::Wait;
  ClientKey client{};
  std::uint64_t bytes = 0;  ///< encoded
  Attempt attempt = Attempt::First;
};

/// Threads: none of its own; the caller's lock.
/// Limits: kBackpressureEventsMax events not yet taken, then the oldest is dropped and counted.
class Admission {
 public:
  struct Options {
    int highPercent = limits::kHighWatermarkPercent;
    int lowPercent = limits::kLowWatermarkPercent;
  };
  /// Expects: 0 < low < high <= 100.
  explicit Admission(Options options);
  Admission() : Admission(Options()) {}

  /// Takes the usage as measured; what was admitted since the last measurement is forgotten. While
  /// clients ask, deal() has to follow: only there pressure on memory or journal ends.
  void updateUsage(Budget budget, BudgetUsage usage, AdmissionTime now);
  /// Under pressure, deals out what the measured usage leaves below the high watermarks. False:
  /// nobody got anything.
  bool deal(AdmissionTime now);

  /// Decides about a change set; admitted ones count as used until the next updateUsage. With the
  /// free-space floor reached nothing is shed and nothing comes in, whatever the policy: callers
  /// that wait go on waiting, others are rejected.
  Decision admit(const Asking& asking, AdmissionTime now);

  bool isUnderPressure(Budget budget) const { return state(budget).pressure.has_value(); }
  BudgetUsage usage(Budget budget) const { return state(budget).usage; }
  /// The events since the last call, in order.
  std::vector<BackpressureEvent> takeEvents();
  std::uint64_t eventsDropped() const { return m_eventsDropped; }

 private:
  struct State {
    BudgetUsage usage;
    std::optional<BackpressureEvent> pressure;  // the event that began it, counting
    std::uint64_t measured = 0;
    SteadyTime countedFrom{};
    std::uint64_t freed = 0;  // since then
    // Both fade, so that the latest count most; from the start of the pressure.
    double freedBefore = 0;
    double secondsBefore = 0;

    double freedPerSecond() const { return secondsBefore > 0 ? freedBefore / secondsBefore : 0; }
  };

  State& state(Budget budget) { return m_states[static_cast<std::size_t>(budget)]; }
  const State& state(Budget budget) const { return m_states[static_cast<std::size_t>(budget)]; }
  bool isAboveHigh(Budget budget) const;
  bool isBelowLow(Budget budget) const;
  /// A budget is under pressure of which clients get parts.
  bool isDealing() const;
  /// What may be promised to clients: the least of the budgets under pressure.
  FairShares::Room room() const;
  void judgeBegin(Budget budget, AdmissionTime now);
  void judgeEnd(Budget budget, AdmissionTime now);
  void measureSpeed(Budget budget, AdmissionTime now);
  std::optional<Budget> refusing(const Asking& asking, SteadyTime now);
  Verdict verdictOf(OverloadPolicy policy, Budget budget) const;
  std::chrono::milliseconds retryAfter(Budget budget, std::uint64_t bytes) const;
  void record(const BackpressureEvent& event);

  const Options m_options;
  std::array<State, kBudgetCount> m_states;
  FairShares m_shares;
  std::vector<BackpressureEvent> m_events;
  std::uint64_t m_eventsDropped = 0;
};

}  // namespace penstock
