// SPDX-License-Identifier: Apache-2.0
#include "metrics/counters.h"

namespace penstock {

// Downstream totals are read before upstream ones: read the other way round, a set that passes
// meanwhile would show as journaled without ever having been accepted.
void copyTotals(const IntakeCounters& from, Snapshot& to) {
  to.journalSyncs = from.journalSyncs.total();
  to.journaledSets = from.journaledSets.total();
  to.knownSets = from.knownSets.total();
  to.acceptedChanges = from.acceptedChanges.total();
  to.acceptedSets = from.acceptedSets.total();
  to.waitedSets = from.waitedSets.total();
  to.rejectedSets = from.rejectedSets.total();
  to.shedSets = from.shedSets.total();
  to.pressureEvents = from.pressureEvents.total();
}

void copyTotals(const SinkCounters& from, SinkSnapshot& to) {
  to.persistedSets = from.persistedSets.total();
  to.persistedChanges = from.persistedChanges.total();
  to.coalescedChanges = from.coalescedChanges.total();
  to.rowsTouched = from.rowsTouched.total();
  to.commits = from.commits.total();
  to.retries = from.retries.total();
  to.deadLettersTotal = from.deadLettersTotal.total();
}

}  // namespace penstock
