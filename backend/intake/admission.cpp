// SPDX-License-Identifier: Apache-2.0
#include "intake/admission.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr std::array<Budget, kBudgetCount> kBudgets = {Budget::FreeSpace, Budget::Journal,
                                                       Budget::Memory};

/// Those of which clients get parts: there is no part of a disk that is full for others too.
constexpr std::array<Budget, 2> kDealt = {Budget::Journal, Budget::Memory};
/// So much of a budget may be saved up by all clients together: several segments, which are freed
/// one or two at a time, so that who comes back as late as told finds his part of each.
constexpr std::uint64_t kSavedPart = 2;
/// Nobody is told to wait longer for his part: how fast a budget empties is a guess, and who sleeps
/// through many deals loses what may not be saved.
constexpr std::chrono::milliseconds kAskAgainWithin{2000};
static_assert(kAskAgainWithin <= limits::kRetryAfterMax && kAskAgainWithin < limits::kFairClaim);
/// How fast a budget empties is counted so often, and over so long: segments are freed one at a
/// time, with seconds in between.
constexpr std::chrono::milliseconds kCountEvery{500};
constexpr std::chrono::duration<double> kSpeedOver{20};

/// `percent` of `limit` without overflow, rounded down.
std::uint64_t shareOf(std::uint64_t limit, int percent) {
  const auto share = static_cast<std::uint64_t>(percent);
  return limit / 100 * share + limit % 100 * share / 100;
}

std::int64_t difference(std::uint64_t minuend, std::uint64_t subtrahend) {
  return static_cast<std::int64_t>(minuend) - static_cast<std::int64_t>(subtrahend);
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / limits::kMiB) + " MiB"; }

}  // namespace

std::string_view budgetName(Budget budget) {
  switch (budget) {
    case Budget::Memory:
      return "memory";
    case Budget::Journal:
      return "journal";
    case Budget::FreeSpace:
      return "free_space";
  }
  CHECK(!"a budget outside the enumeration");
  return {};
}

std::string_view verdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::Admit:
      return "admit";
    case Verdict::Wait:
      return "wait";
    case Verdict::Reject:
      return "reject";
    case Verdict::Shed:
      return "shed";
  }
  CHECK(!"a verdict outside the enumeration");
  return {};
}

Status Decision::toStatus() const {
  switch (verdict == Verdict::Admit ? kBudgetCount : static_cast<std::size_t>(budget)) {
    case static_cast<std::size_t>(Budget::Memory):
      return {StatusCode::Overloaded, "memory budget: " + mebibytes(used) + " of " +
                                          mebibytes(limit) +
                                          " used (slow down, or raise memory_budget)"};
    case static_cast<std::size_t>(Budget::Journal):
      return {StatusCode::Overloaded, "journal: " + mebibytes(used) + " of " + mebibytes(limit) +
                                          " used (the sinks are behind; slow down, or raise "
                                          "disk_budget)"};
    case static_cast<std::size_t>(Budget::FreeSpace):
      return {StatusCode::Overloaded, "disk nearly full: " + mebibytes(used) +
                                          " free, intake is closed below " + mebibytes(limit) +
                                          " (free some space; flushing goes on)"};
    default:
      return Status::ok();
  }
}

std::string_view BackpressureEvent::action() const {
  if (touched() == 0) return "none";
  if (shed >= waited && shed >= rejected) return "shed";
  return rejected >= waited ? "reject" : "wait";
}

Admission::Admission(Options options) : m_options(options) {
  CHECK(options.lowPercent > 0 && options.lowPercent < options.highPercent);
  CHECK(options.highPercent <= 100);
}

bool Admission::isAboveHigh(Budget budget) const {
  const BudgetUsage& usage = state(budget).usage;
  if (usage.limit == 0) return false;
  if (budget == Budget::FreeSpace) return usage.used < usage.limit;
  return usage.used > shareOf(usage.limit, m_options.highPercent);
}

/// What is promised to clients is as good as used: they may come for it at any moment.
bool Admission::isBelowLow(Budget budget) const {
  const BudgetUsage& usage = state(budget).usage;
  if (usage.limit == 0) return true;
  if (budget == Budget::FreeSpace) return usage.used >= usage.limit + usage.limit / 10;
  const auto promised = static_cast<std::uint64_t>(std::max<std::int64_t>(0, m_shares.promised()));
  return usage.used + promised < shareOf(usage.limit, m_options.lowPercent);
}

void Admission::updateUsage(Budget budget, BudgetUsage usage, AdmissionTime now) {
  state(budget).usage = usage;
  measureSpeed(budget, now);
  judgeBegin(budget, now);
  // With clients that ask, a relief is first dealt out: else the gate stands wide open between two
  // of them, and the fastest takes all of it.
  if (budget == Budget::FreeSpace || m_shares.claimants() == 0) judgeEnd(budget, now);
}

bool Admission::isDealing() const {
  return std::ranges::any_of(kDealt, [this](Budget budget) { return isUnderPressure(budget); });
}

bool Admission::deal(AdmissionTime now) {
  if (!isDealing()) return false;
  const bool dealt = !isUnderPressure(Budget::FreeSpace) && m_shares.deal(room(), now.steady);
  for (const Budget budget : kDealt) judgeEnd(budget, now);
  return dealt;
}

FairShares::Room Admission::room() const {
  FairShares::Room room{std::numeric_limits<std::int64_t>::max(),
                        std::numeric_limits<std::uint64_t>::max()};
  for (const Budget budget : kDealt) {
    if (!isUnderPressure(budget)) continue;
    const BudgetUsage& usage = state(budget).usage;
    const std::uint64_t high = shareOf(usage.limit, m_options.highPercent);
    room.bytes = std::min(room.bytes, difference(high, usage.used));
    room.savedMax = std::min(room.savedMax, high / kSavedPart);
  }
  return room;
}

void Admission::measureSpeed(Budget budget, AdmissionTime now) {
  State& of = state(budget);
  if (of.countedFrom == SteadyTime{}) of.countedFrom = now.steady;
  if (of.usage.used < of.measured) of.freed += of.measured - of.usage.used;
  of.measured = of.usage.used;
  const std::chrono::duration<double> passed = now.steady - of.countedFrom;
  if (passed < kCountEvery) return;
  const double fading = std::exp(-passed / kSpeedOver);
  of.freedBefore = of.freedBefore * fading + static_cast<double>(of.freed);
  of.secondsBefore = of.secondsBefore * fading + passed.count();
  of.freed = 0;
  of.countedFrom = now.steady;
}

void Admission::judgeBegin(Budget budget, AdmissionTime now) {
  State& of = state(budget);
  if (of.pressure || !isAboveHigh(budget)) return;
  BackpressureEvent began;
  began.budget = budget;
  began.at = now;
  began.used = of.usage.used;
  began.limit = of.usage.limit;
  of.pressure = began;
  of.freed = 0;
  of.freedBefore = of.secondsBefore = 0;
  of.countedFrom = now.steady;
  record(began);
}

void Admission::judgeEnd(Budget budget, AdmissionTime now) {
  State& of = state(budget);
  if (!of.pressure || !isBelowLow(budget)) return;
  BackpressureEvent ended = *of.pressure;
  ended.kind = BackpressureEvent::Kind::Ended;
  ended.at = now;
  ended.used = of.usage.used;
  ended.limit = of.usage.limit;
  ended.lasted =
      std::chrono::duration_cast<std::chrono::microseconds>(now.steady - of.pressure->at.steady);
  of.pressure.reset();
  record(ended);
  if (!isDealing()) m_shares.clear();
}

/// Why it may not come in. Under pressure, asking keeps the client among those who get a part.
std::optional<Budget> Admission::refusing(const Asking& asking, SteadyTime now) {
  std::optional<Budget> pressed;
  for (const Budget budget : kBudgets) {
    const State& of = state(budget);
    const bool isDealt = budget != Budget::FreeSpace;
    if (of.pressure && !isDealt) return budget;
    if (of.pressure && !pressed) pressed = budget;
    // The high watermark leaves room for any change set; a tiny limit may not.
    if (isDealt && of.usage.limit != 0 &&
        (of.usage.used >= of.usage.limit || asking.bytes > of.usage.limit - of.usage.used)) {
      return budget;
    }
  }
  const bool passes =
      !pressed || m_shares.spend(asking.client, asking.bytes, now + limits::kFairClaim);
  return passes ? std::nullopt : pressed;
}

Verdict Admission::verdictOf(OverloadPolicy policy, Budget budget) const {
  switch (policy) {
    case OverloadPolicy::Wait:
      return Verdict::Wait;
    case OverloadPolicy::Reject:
      return Verdict::Reject;
    case OverloadPolicy::Shed:
      return budget == Budget::FreeSpace ? Verdict::Reject : Verdict::Shed;
  }
  CHECK(!"a policy outside the enumeration");
  return Verdict::Reject;
}

Decision Admission::admit(const Asking& asking, AdmissionTime now) {
  const std::optional<Budget> reason = refusing(asking, now.steady);
  if (!reason) {
    for (const Budget budget : kDealt) {
      state(budget).usage.used += asking.bytes;
      judgeBegin(budget, now);
    }
    return {};
  }
  State& of = state(*reason);
  Decision decision;
  decision.verdict = verdictOf(asking.policy, *reason);
  decision.budget = *reason;
  decision.used = of.usage.used;
  decision.limit = of.usage.limit;
  if (decision.verdict == Verdict::Reject) {
    decision.retryAfter = retryAfter(*reason, asking.bytes);
  }
  const std::chrono::milliseconds kept = std::max(limits::kFairClaim, 2 * decision.retryAfter);
  if (isDealing()) m_shares.claim(asking.client, now.steady + kept);
  if (of.pressure && asking.attempt == Attempt::First) {
    if (decision.verdict == Verdict::Wait) ++of.pressure->waited;
    if (decision.verdict == Verdict::Reject) ++of.pressure->rejected;
    if (decision.verdict == Verdict::Shed) ++of.pressure->shed;
  }
  return decision;
}

/// Until usage is below the high watermark, and every client's part then is as much.
std::chrono::milliseconds Admission::retryAfter(Budget budget, std::uint64_t bytes) const {
  const State& of = state(budget);
  const double speed = of.freedPerSecond();
  if (budget == Budget::FreeSpace || speed <= 0) return limits::kRetryAfterDefault;
  const std::uint64_t high = shareOf(of.usage.limit, m_options.highPercent);
  const double above = of.usage.used > high ? static_cast<double>(of.usage.used - high) : 0;
  const double parts = static_cast<double>(bytes) * static_cast<double>(m_shares.claimants() + 1);
  const double millis = std::min((above + parts) / speed * 1000, 1.0 * kAskAgainWithin.count());
  return std::max(std::chrono::milliseconds(static_cast<std::int64_t>(millis)),
                  limits::kRetryAfterMin);
}

void Admission::record(const BackpressureEvent& event) {
  if (m_events.size() == limits::kBackpressureEventsMax) {
    m_events.erase(m_events.begin());
    ++m_eventsDropped;
  }
  m_events.push_back(event);
}

std::vector<BackpressureEvent> Admission::takeEvents() { return std::exchange(m_events, {}); }

}  // namespace penstock
