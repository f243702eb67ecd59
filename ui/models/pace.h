// SPDX-License-Identifier: GPL-3.0-or-later
// The speeds of a node and one of its sinks between two samples, all at once, as tiles, tables and
// charts show them. How a rate is made of two counters is said in metrics/rates.h.
#pragma once

#include <string>

#include "metrics/snapshot.h"

namespace penstock::ui {

/// Change sets per second; NaN where two samples do not tell (none before, another run).
struct Pace {
  double accepted = 0;
  double persisted = 0;
  double coalesced = 0;  ///< changes per second
  double waited = 0;
  double rejected = 0;
  double shed = 0;
  double retries = 0;
  double deadLetters = 0;
};

/// `sink`: empty for the primary.
Pace paceOf(const Snapshot& now, const Snapshot* before, const std::string& sink);

}  // namespace penstock::ui
