// SPDX-License-Identifier: Apache-2.0
// The two clocks, passed in wherever time decides something, so that a test or a simulation can
// hold them. Durations, deadlines and rates use the steady clock; people and files see wall time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace penstock {

using SteadyTime = std::chrono::steady_clock::time_point;
/// Wall time in microseconds since 1970-01-01 UTC, as stored in journals and events.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steadyNow() const = 0;
  virtual WallTime wallNow() const = 0;
};

/// The clocks of the machine. One object for the whole process.
const Clock& systemClock();

/// `2026-11-21T14:02:11.250Z` (ISO 8601, UTC, milliseconds).
std::string formatUtc(WallTime time);

}  // namespace penstock
