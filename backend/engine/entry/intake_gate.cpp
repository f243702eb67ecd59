// SPDX-License-Identifier: Apache-2.0
#include "engine/entry/intake_gate.h"

#include <utility>

namespace penstock {

using namespace std::chrono_literals;

namespace {

/// Those who wait ask again at least so often, so that they keep their part.
constexpr std::chrono::milliseconds kTellEvery{100};
static_assert(kTellEvery < limits::kFairClaim);

}  // namespace

IntakeGate::Outcome IntakeGate::pass(const Asking& asking, SteadyTime deadline) {
  MutexLock lock(m_mutex);
  Outcome outcome = decide(asking);
  Asking again = asking;
  again.attempt = Attempt::Again;
  while (outcome.verdict == Verdict::Wait) {
    if (!m_changed.waitUntil(m_mutex, deadline) && m_clock.steadyNow() >= deadline) {
      outcome.status = Status(StatusCode::Deadline,
                              "waited for room until the deadline: " + outcome.status.message());
      return outcome;
    }
    outcome = decide(again);
    outcome.waited = Outcome::Waiting::Yes;
  }
  return outcome;
}

IntakeGate::Outcome IntakeGate::decide(const Asking& asking) {
  Outcome outcome;
  if (!m_closed.isOk()) {
    outcome.verdict = Verdict::Reject;
    outcome.status = m_closed;
    return outcome;
  }
  if (!m_held.empty()) {
    const bool waits = asking.policy == OverloadPolicy::Wait;
    outcome.verdict = waits ? Verdict::Wait : Verdict::Reject;
    outcome.status = Status(StatusCode::Overloaded, "intake is held: " + m_held);
    outcome.retryAfterMs = waits ? 0 : 1000;
    return outcome;
  }
  const Decision decision = m_admission.admit(asking, now());
  judgeWideOpen();
  outcome.verdict = decision.verdict;
  outcome.status = decision.toStatus();
  outcome.retryAfterMs = static_cast<std::uint32_t>(decision.retryAfter.count());
  return outcome;
}

std::chrono::milliseconds IntakeGate::takeToken(std::string_view client, RateLimiter::Rate rate) {
  MutexLock lock(m_mutex);
  return m_rates.take(client, rate, m_clock.steadyNow());
}

void IntakeGate::judgeWideOpen() {
  bool open = m_closed.isOk() && m_held.empty();
  m_shut.store(!open);
  for (const Budget budget : {Budget::Memory, Budget::Journal, Budget::FreeSpace}) {
    open = open && !m_admission.isUnderPressure(budget);
  }
  m_wideOpen.store(open);
}

void IntakeGate::updateUsage(const Usage& usage) {
  MutexLock lock(m_mutex);
  const bool before = isWideOpen();
  const AdmissionTime time = now();
  m_admission.updateUsage(Budget::Memory, usage.memory, time);
  m_admission.updateUsage(Budget::Journal, usage.journal, time);
  m_admission.updateUsage(Budget::FreeSpace, usage.freeSpace, time);
  const bool dealt = !before && m_admission.deal(time);
  judgeWideOpen();
  if (before || !(dealt || isWideOpen() || time.steady - m_toldAt >= kTellEvery)) return;
  m_toldAt = time.steady;
  m_changed.notifyAll();
}

BudgetUsage IntakeGate::usage(Budget budget) const {
  MutexLock lock(m_mutex);
  return m_admission.usage(budget);
}

bool IntakeGate::isUnderPressure(Budget budget) const {
  MutexLock lock(m_mutex);
  return m_admission.isUnderPressure(budget);
}

std::vector<BackpressureEvent> IntakeGate::takeEvents() {
  MutexLock lock(m_mutex);
  return m_admission.takeEvents();
}

void IntakeGate::hold(const std::string& reason) {
  MutexLock lock(m_mutex);
  m_held = reason;
  judgeWideOpen();
}

void IntakeGate::release() {
  MutexLock lock(m_mutex);
  m_held.clear();
  judgeWideOpen();
  m_changed.notifyAll();
}

std::string IntakeGate::heldBecause() const {
  MutexLock lock(m_mutex);
  return m_held;
}

void IntakeGate::close(const Status& why) {
  MutexLock lock(m_mutex);
  m_closed = why;
  judgeWideOpen();
  m_changed.notifyAll();
}

}  // namespace penstock
