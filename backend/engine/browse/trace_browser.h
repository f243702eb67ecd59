// SPDX-License-Identifier: Apache-2.0
// What became of a change set, for people, on a node that runs: those of an id, a sequence or a row
// that the journal still knows, and what each sink has made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/browse/trace.h"
#include "engine/engine_link.h"
#include "journal/journal.h"
#include "store/store.h"

namespace penstock {

/// Threads: any, one call at a time. It reads much: never on a thread that others wait for.
/// Limits: of the newest kRecordsMax records, from the beginning of a segment on, those of one
/// segment at least; and limits::kLetterScanMax dead letters of each sink. The note says so.
class TraceBrowser {
 public:
  static constexpr std::uint64_t kRecordsMax = 1'000'000;

  struct AskedSink {
    std::string name;
    Sequence settled{};
    Store* store = nullptr;
  };
  struct Parts {
    Journal& journal;
    std::function<std::vector<AskedSink>()> sinks;
    /// As LetterAccess::encode.
    std::function<Status(const DeadLetter&, std::string&)> encodeLetter;
  };
  explicit TraceBrowser(Parts parts, std::uint64_t recordsMax = kRecordsMax)
      : m_parts(std::move(parts)), m_recordsMax(recordsMax) {}

  /// The newest first, a row for each sink. With a table, `filter` is the key of a row as people
  /// write it (`42`; `eu,7`); without one an id or a sequence. Nothing is found for an empty one.
  /// Status: NotFound (none is known, with how far back was looked; or no such table).
  BrowsePage page(const BrowseRequest& request) const;

 private:
  BrowsePage trace(const TraceQuery& query, const BrowseRequest& request) const;
  Sequence startFor(const TraceQuery& query) const;
  /// Returns how much was not looked at, for people; empty: nothing.
  std::string scan(const TraceQuery& query, Tracer& tracer) const;
  Status scanLetters(const AskedSink& sink, const TraceQuery& query, Tracer& tracer) const;
  bool isMeantBy(const TraceQuery& query, const DeadLetter& letter, std::string& bytes) const;
  SinkView viewOf(const AskedSink& sink, Sequence sequence) const;

  const Parts m_parts;
  const std::uint64_t m_recordsMax;
};

}  // namespace penstock
