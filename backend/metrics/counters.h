// SPDX-License-Identifier: Apache-2.0
// The totals that the stages of a node keep, by name: one set for intake and journal, one for each
// sink. A stage is handed a reference and increments; the sampler's collector copies them out.
#pragma once

#include "metrics/counter.h"
#include "metrics/histogram.h"
#include "metrics/snapshot.h"

namespace penstock {

/// Of the way in. What each means is said at the field of Snapshot that bears its name.
/// Threads: any.
struct IntakeCounters {
  Counter acceptedSets;
  Counter acceptedChanges;
  Counter journaledSets;
  Counter knownSets;
  Counter rejectedSets;
  Counter shedSets;
  Counter waitedSets;
  Counter pressureEvents;
  Counter journalSyncs;
  Histogram ackMicros;   ///< submit to journaled
  Histogram syncMicros;  ///< one group commit
};

/// Of one sink. What each means is said at the field of SinkSnapshot that bears its name.
/// Threads: any.
struct SinkCounters {
  Counter persistedSets;
  Counter persistedChanges;
  Counter coalescedChanges;
  Counter rowsTouched;
  Counter commits;
  Counter retries;
  Counter deadLettersTotal;
  Counter lettersRefused;  ///< letters that were retried and refused again; for commands
  Histogram commitMicros;
};

/// Copies the totals into the fields of the same names. Quantiles are left alone: they need the
/// copy before (QuantilesBetweenSamples).
void copyTotals(const IntakeCounters& from, Snapshot& to);
void copyTotals(const SinkCounters& from, SinkSnapshot& to);

}  // namespace penstock
