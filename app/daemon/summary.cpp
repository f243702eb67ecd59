// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/summary.h"

#include <cstdio>

#include "base/number_text.h"
#include "metrics/process_usage.h"

namespace penstock::app {
namespace {

using Number = unsigned long long;

void printJson(const ReplaySummary& summary, double perSecond) {
  std::printf(
      "{\"change_sets\":%llu,\"changes\":%llu,\"persisted\":%llu,\"known\":%llu,"
      "\"coalesced\":%llu,\"dead_letters\":%llu,\"rejected\":%llu,\"shed\":%llu,"
      "\"rejected_before\":%llu,\"shed_before\":%llu,\"dead_letters_waiting\":%llu,"
      "\"seconds\":%.3f,\"changes_per_second\":%.0f,"
      "\"journaled_ack_us\":{\"p50\":%.0f,\"p99\":%.0f},"
      "\"commit_ms\":{\"p50\":%.3f,\"p99\":%.3f},\"peak_rss_bytes\":%llu}\n",
      Number{summary.changeSets}, Number{summary.changes}, Number{summary.persisted},
      Number{summary.known}, Number{summary.coalesced}, Number{summary.deadLetters},
      Number{summary.rejected}, Number{summary.shed}, Number{summary.rejectedBefore},
      Number{summary.shedBefore}, Number{summary.deadLettersWaiting}, summary.seconds, perSecond,
      summary.ackMicros.p50, summary.ackMicros.p99, summary.commitMicros.p50 / 1000,
      summary.commitMicros.p99 / 1000, Number{summary.peakResidentBytes});
}

void printForPeople(const ReplaySummary& summary, double perSecond) {
  std::printf("%s change sets with %s changes in %.1f s (%s changes/s)\n",
              groupedNumber(summary.changeSets).c_str(), groupedNumber(summary.changes).c_str(),
              summary.seconds, groupedNumber(static_cast<std::uint64_t>(perSecond)).c_str());
  std::printf(
      "persisted %s, known before %s, coalesced %s, dead letters %s, rejected %s, shed %s\n",
      groupedNumber(summary.persisted).c_str(), groupedNumber(summary.known).c_str(),
      groupedNumber(summary.coalesced).c_str(), groupedNumber(summary.deadLetters).c_str(),
      groupedNumber(summary.rejected).c_str(), groupedNumber(summary.shed).c_str());
  if (summary.rejectedBefore + summary.shedBefore + summary.deadLettersWaiting > 0) {
    std::printf("rejected by earlier runs %s, shed by them %s, dead letters that wait %s\n",
                groupedNumber(summary.rejectedBefore).c_str(),
                groupedNumber(summary.shedBefore).c_str(),
                groupedNumber(summary.deadLettersWaiting).c_str());
  }
  std::printf("journaled ack p50 %.0f us, p99 %.0f us; commit p50 %.1f ms, p99 %.1f ms; peak %s\n",
              summary.ackMicros.p50, summary.ackMicros.p99, summary.commitMicros.p50 / 1000,
              summary.commitMicros.p99 / 1000, byteText(summary.peakResidentBytes).c_str());
}

}  // namespace

ReplaySummary summarize(const ReplayCounts& counts, const Engine& engine) {
  const Snapshot totals = engine.totals();
  ReplaySummary summary;
  summary.changeSets = counts.accepted;
  summary.changes = counts.changes;
  summary.known = counts.known;
  summary.rejected = counts.rejected;
  summary.shed = counts.shed;
  summary.rejectedBefore = counts.rejectedBefore;
  summary.shedBefore = counts.shedBefore;
  summary.ackMicros = totals.ackMicros;
  const SinkSnapshot& primary = totals.sinks.front();
  summary.persisted = primary.persistedSets;
  summary.coalesced = primary.coalescedChanges;
  summary.deadLetters = primary.deadLettersTotal;
  summary.commitMicros = primary.commitMicros;
  summary.peakResidentBytes = ProcessUsage(posixFileSystem()).peakResidentBytes();
  return summary;
}

void printSummary(const ReplaySummary& summary, SummaryForm form) {
  const double perSecond =
      summary.seconds > 0 ? static_cast<double>(summary.changes) / summary.seconds : 0;
  form == SummaryForm::Json ? printJson(summary, perSecond) : printForPeople(summary, perSecond);
  std::fflush(stdout);
}

}  // namespace penstock::app
