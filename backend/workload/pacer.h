// SPDX-License-Identifier: Apache-2.0
// Spaces submissions evenly in time, at a wanted rate; never more than a tenth of a second behind,
// so that a pause is not followed by a burst.
#pragma once

#include "base/clock.h"
#include "workload/workload.h"

namespace penstock {

/// Threads: one.
class Pacer {
 public:
  /// `ratePerSecond` 0: no waiting at all.
  Pacer(double ratePerSecond, SteadyTime now) : m_rate(ratePerSecond), m_next(now) {}

  /// Waits until the next submission is due. Returns false when a stop was requested.
  bool wait(const Clock& clock, StopSignal& stop);

 private:
  const double m_rate;
  SteadyTime m_next;
};

}  // namespace penstock
