// SPDX-License-Identifier: Apache-2.0
// The gate in front of the journal: lets change sets pass while no budget is under pressure, and
// else does what the table's policy says. An operator can hold it; a shutdown closes it.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "intake/admission.h"
#include "intake/rate_limiter.h"
#include "model/ack.h"
#include "model/table_policy.h"

namespace penstock {

/// Threads: any. Open and without pressure, passing costs one atomic load.
class IntakeGate {
 public:
  explicit IntakeGate(const Clock& clock) : m_clock(clock) {}

  struct Outcome {
    Verdict verdict = Verdict::Admit;
    Status status;                   ///< ok when admitted
    std::uint32_t retryAfterMs = 0;  ///< with Reject
    enum class Waiting : std::uint8_t { No, Yes } waited = Waiting::No;
  };
  /// Sequentially consistent, as isShut: who counts itself in and then finds the gate open is seen
  /// by who shuts it and then looks who is in.
  bool isWideOpen() const { return m_wideOpen.load(); }
  /// Held or closed.
  bool isShut() const { return m_shut.load(); }
  /// Waits, with the policy `wait`, until the client has its part of the room, or the deadline.
  Outcome pass(const Asking& asking, SteadyTime deadline);

  /// Tokens of a table's rate per client; zero: go on, else how long until there is one.
  std::chrono::milliseconds takeToken(std::string_view client, RateLimiter::Rate rate);

  /// As measured; then what is free is dealt out and those who wait are told.
  struct Usage {
    BudgetUsage memory = {};
    BudgetUsage journal = {};
    BudgetUsage freeSpace = {};
  };
  void updateUsage(const Usage& usage);
  BudgetUsage usage(Budget budget) const;
  bool isUnderPressure(Budget budget) const;
  std::vector<BackpressureEvent> takeEvents();

  /// Nothing passes until release(). The reason is told to those who are refused.
  void hold(const std::string& reason);
  void release();
  /// Why it is held; empty when it is not.
  std::string heldBecause() const;
  /// For good: everything is refused with `why`; those who wait are woken.
  void close(const Status& why);

 private:
  Outcome decide(const Asking& asking) REQUIRES(m_mutex);
  void judgeWideOpen() REQUIRES(m_mutex);
  AdmissionTime now() const { return {m_clock.steadyNow(), m_clock.wallNow()}; }

  const Clock& m_clock;
  std::atomic<bool> m_wideOpen{true};
  std::atomic<bool> m_shut{false};

  mutable Mutex m_mutex;
  CondVar m_changed;
  Admission m_admission GUARDED_BY(m_mutex);
  RateLimiter m_rates GUARDED_BY(m_mutex);
  std::string m_held GUARDED_BY(m_mutex);
  Status m_closed GUARDED_BY(m_mutex);
  SteadyTime m_toldAt GUARDED_BY(m_mutex){};
};

}  // namespace penstock
