// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/pace.h"

#include "metrics/rates.h"

namespace penstock::ui {

Pace paceOf(const Snapshot& now, const Snapshot* before, const std::string& sink) {
  Pace pace;
  pace.accepted = ratePerSecond(now, before, &Snapshot::acceptedSets);
  pace.waited = ratePerSecond(now, before, &Snapshot::waitedSets);
  pace.rejected = ratePerSecond(now, before, &Snapshot::rejectedSets);
  pace.shed = ratePerSecond(now, before, &Snapshot::shedSets);
  pace.persisted = ratePerSecond(now, before, sink, &SinkSnapshot::persistedSets);
  pace.coalesced = ratePerSecond(now, before, sink, &SinkSnapshot::coalescedChanges);
  pace.retries = ratePerSecond(now, before, sink, &SinkSnapshot::retries);
  pace.deadLetters = ratePerSecond(now, before, sink, &SinkSnapshot::deadLettersTotal);
  return pace;
}

}  // namespace penstock::ui
