// SPDX-License-Identifier: Apache-2.0
// What became of a change set: found by id, sequence or row in the records of a journal that stream
// by, and judged by how far each sink is settled, its dead letters, and what operators decided
// about those. Only values come in and go out; who reads journal and stores is somebody else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "journal/journal.h"
#include "model/codec.h"
#include "model/dead_letter.h"
#include "model/ids.h"

namespace penstock {

/// Which change sets are meant: by one of the three.
struct TraceQuery {
  std::string id;
  std::optional<Sequence> sequence;
  std::string table;  ///< of a row
  std::string key;    ///< its key as plainKey() writes it

  /// `id 'a'`, `sequence 7`, `row players/42`
  std::string describe() const;
};

/// Whether a letter is of the change set that is meant by id or sequence (of rows, letters that the
/// journal no longer knows are not searched).
bool isMeant(const TraceQuery& query, const DeadLetter& letter);

/// Whether one of its changes is of the row that is meant.
bool touchesRow(const ChangeSetView& set, const Catalog& catalog, const TraceQuery& query);

/// `players/42`: the table ends at the first slash. Errors: Invalid.
Result<TraceQuery> rowQuery(const std::string& text);

/// A decision about a dead letter, as the journal holds it.
struct TracedOrder {
  LetterAction action = LetterAction::Retry;
  Sequence sequence{};  ///< its own
  std::string sink;
  std::string who;
  std::int64_t atMicros = 0;
};

/// A change set as it was journaled.
struct TracedChangeSet {
  Sequence sequence{};
  std::int64_t journaledMicros = 0;  ///< 0: the journal no longer tells
  std::string id;
  std::string group;
  std::string summary;    ///< `update players/42, upsert slots/7 (and 3 more)`
  std::string changeSet;  ///< as JSON
  std::vector<TracedOrder> orders;
};

/// What became of it in a sink.
enum class SinkFate : std::uint8_t {
  Unknown,     ///< the sink's store cannot be asked
  Waiting,     ///< its cursor has not come there
  Persisted,   ///< also: it changed nothing because later ones were folded with it
  DeadLetter,  ///< refused, and kept
  Retried,     ///< refused, and applied later as an operator decided
  Discarded,   ///< refused, and removed as an operator decided
  Decided,     ///< refused, retried and then discarded: the store alone knows which took effect
};
/// `waiting`, `dead_letter` …
std::string_view sinkFateName(SinkFate fate);

/// What a sink's store says about one change set.
struct SinkView {
  std::string sink;
  Status status;       ///< not ok: it could not be asked
  Sequence settled{};  ///< its checkpoint
  std::optional<DeadLetter> letter;
};

struct SinkTrace {
  SinkFate fate = SinkFate::Unknown;
  std::string text;                 ///< for people, one line
  std::vector<TracedOrder> orders;  ///< about its letter in this sink
};

SinkTrace judge(const TracedChangeSet& set, const SinkView& view);

/// Threads: one.
/// Limits: keeps the newest `setsMax` change sets, and counts all.
class Tracer {
 public:
  Tracer(TraceQuery query, const JournalId& journal, std::size_t setsMax);

  /// In journal order; all records, from the first one kept. Errors: those of a change set or
  /// decision that cannot be read.
  Status take(const JournalRecord& record);
  /// Once the journal is through: a letter that is meant, of this journal. Its change set may be
  /// gone from the journal; when that was written is then not known.
  void takeLetter(const DeadLetter& letter);

  /// Oldest first, with the decisions about each.
  std::vector<TracedChangeSet> found() const;
  std::uint64_t matches() const { return m_matches; }
  /// What is at the sequence that was asked for, when it is no change set; empty: nothing.
  const std::string& otherRecord() const { return m_otherRecord; }
  /// Whether there was a table of that name in anything it took; true when no row was asked for.
  bool knowsTable() const { return m_knowsTable || m_query.table.empty(); }
  /// `the journal reaches back to sequence 7 of 2026-11-21T14:02:11.250Z`, or that it is empty.
  std::string reachText() const;
  Sequence first() const { return m_first; }
  Sequence last() const { return m_last; }
  std::int64_t firstMicros() const { return m_firstMicros; }

 private:
  Status takeChangeSet(const JournalRecord& record);
  Status takeOrder(const JournalRecord& record);
  bool isMeant(const ChangeSetView& set, const JournalRecord& record) const;
  bool isFound(Sequence sequence) const;
  void dropOldest();

  const TraceQuery m_query;
  const std::string m_journal;
  const std::size_t m_setsMax;
  std::deque<TracedChangeSet> m_sets;
  std::map<Sequence, std::vector<TracedOrder>> m_orders;  // by the letter's sequence
  Sequence m_droppedUpTo{};
  std::uint64_t m_matches = 0;
  std::string m_otherRecord;
  CatalogPointer m_catalog;  ///< the last one looked at
  bool m_knowsTable = false;
  Sequence m_first{};
  Sequence m_last{};
  std::int64_t m_firstMicros = 0;
};

}  // namespace penstock
