// SPDX-License-Identifier: Apache-2.0
#include "intake/admission.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr std::array<Budget, kBudgetCount> kBudgets = {Budget::FreeSpace, Budget::Journal,
                                                       Budget::Memory};

/// `percent` of `limit` without overflow, rounded down.
std::uint64_t shareOf(std::uint64_t limit, int percent) {
  const auto share = static_cast<std::uint64_t>(percent);
  return limit / 100 * share + limit % 100 * share / 100;
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

bool Admission::isBelowLow(Budget budget) const {
  const BudgetUsage& usage = state(budget).usage;
  if (usage.limit == 0) return true;
  if (budget == Budget::FreeSpace) return usage.used >= usage.limit + usage.limit / 10;
  return usage.used < shareOf(usage.limit, m_options.lowPercent);
}

void Admission::updateUsage(Budget budget, BudgetUsage usage, AdmissionTime now) {
  state(budget).usage = usage;
  measureSpeed(budget, now);
  judge(budget, now);
}

void Admission::measureSpeed(Budget budget, AdmissionTime now) {
  State& of = state(budget);
  const std::chrono::duration<double> passed = now.steady - of.measuredAt.steady;
  const double freed = static_cast<double>(of.measured) - static_cast<double>(of.usage.used);
  if (of.measuredAt.steady != SteadyTime{} && passed.count() > 0 && freed > 0) {
    const double speed = freed / passed.count();
    of.freedPerSecond = of.freedPerSecond == 0 ? speed : 0.7 * of.freedPerSecond + 0.3 * speed;
  }
  of.measured = of.usage.used;
  of.measuredAt = now;
}

void Admission::judge(Budget budget, AdmissionTime now) {
  State& of = state(budget);
  if (!of.pressure && isAboveHigh(budget)) {
    BackpressureEvent began;
    began.budget = budget;
    began.at = now;
    began.used = of.usage.used;
    began.limit = of.usage.limit;
    of.pressure = began;
    record(began);
  } else if (of.pressure && isBelowLow(budget)) {
    BackpressureEvent ended = *of.pressure;
    ended.kind = BackpressureEvent::Kind::Ended;
    ended.at = now;
    ended.used = of.usage.used;
    ended.limit = of.usage.limit;
    ended.lasted =
        std::chrono::duration_cast<std::chrono::microseconds>(now.steady - of.pressure->at.steady);
    of.pressure.reset();
    record(ended);
  }
}

std::optional<Budget> Admission::refusing(std::uint64_t bytes) const {
  for (const Budget budget : kBudgets) {
    const State& of = state(budget);
    if (of.pressure) return budget;
    // The high watermark leaves room for any change set; a tiny limit may not.
    const bool isBytes = budget != Budget::FreeSpace && of.usage.limit != 0;
    if (isBytes && (of.usage.used >= of.usage.limit || bytes > of.usage.limit - of.usage.used)) {
      return budget;
    }
  }
  return std::nullopt;
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

Decision Admission::admit(OverloadPolicy policy, std::uint64_t bytes, Attempt attempt,
                          AdmissionTime now) {
  const std::optional<Budget> reason = refusing(bytes);
  if (!reason) {
    for (const Budget budget : {Budget::Memory, Budget::Journal}) {
      state(budget).usage.used += bytes;
      judge(budget, now);
    }
    return {};
  }
  State& of = state(*reason);
  Decision decision;
  decision.verdict = verdictOf(policy, *reason);
  decision.budget = *reason;
  decision.used = of.usage.used;
  decision.limit = of.usage.limit;
  if (decision.verdict == Verdict::Reject) decision.retryAfter = retryAfter(*reason);
  if (of.pressure && attempt == Attempt::First) {
    if (decision.verdict == Verdict::Wait) ++of.pressure->waited;
    if (decision.verdict == Verdict::Reject) ++of.pressure->rejected;
    if (decision.verdict == Verdict::Shed) ++of.pressure->shed;
  }
  return decision;
}

std::chrono::milliseconds Admission::retryAfter(Budget budget) const {
  const State& of = state(budget);
  const std::uint64_t low = shareOf(of.usage.limit, m_options.lowPercent);
  if (budget == Budget::FreeSpace || of.freedPerSecond <= 0 || of.usage.used <= low) {
    return limits::kRetryAfterDefault;
  }
  const double seconds = static_cast<double>(of.usage.used - low) / of.freedPerSecond;
  const double millis = std::min(seconds * 1000, 1.0 * limits::kRetryAfterMax.count());
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
