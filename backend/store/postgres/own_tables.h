// SPDX-License-Identifier: Apache-2.0
// The tables that Penstock keeps in a database: penstock_checkpoint (how far each journal is
// settled in each shard, and who may move it) and penstock_dead_letter (what was refused for good).
// Used inside a transaction that somebody else began.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/postgres/connection.h"
#include "store/store.h"

namespace penstock::postgres {

/// Makes the tables where missing; one process at a time does that. `eventTable`: a plain name;
/// empty: none.
Failure createOwnTables(Connection& connection, const std::string& eventTable);
/// What that runs.
std::string ownTablesScript();
/// False too before anything attached.
Failure hasOwnTables(Connection& connection, bool& has);

/// The checkpoints of one journal under one owner. A row for every shard is made by takeOver(): a
/// row that is not there could not be locked.
/// Threads: one at a time, like its connection, which outlives it.
class CheckpointTable {
 public:
  CheckpointTable(Connection& connection, std::string journal, std::string owner);

  /// Begins a transaction that locks the rows of the fence, in their order, until it ends.
  /// FenceLost unless each holds what is expected under our owner, and unless the others, which are
  /// not locked, hold no less than they did. A row that is not there counts as sequence 0 of ours.
  Failure begin(const std::vector<FenceStep>& fence, const std::vector<Checkpoint>& others);
  /// Moves them, and commits. As Connection::commit().
  Failure commit(const std::vector<FenceStep>& fence);
  /// Locks all rows of the journal and makes them ours; `isKnown` when some were there before.
  Failure takeOver(bool& isKnown);
  /// Waits for whoever has locked those rows, and locks them. No shards: all rows.
  Failure lock(const std::vector<Shard>& shards);
  /// That of all shards first, those of shards where something is settled behind it.
  Failure read(std::vector<Checkpoint>& checkpoints);

 private:
  Failure addMissing(const std::vector<FenceStep>& fence, QueryResult& locked);
  Failure verifyFence(const std::vector<FenceStep>& fence, const QueryResult& locked) const;

  Connection& m_connection;
  std::string m_journal;
  std::string m_owner;
};

/// Threads: one at a time, like its connection, which outlives it.
class DeadLetterTable {
 public:
  DeadLetterTable(Connection& connection, std::string journal);

  /// One that is there already was retried and refused again: its attempts add up. Refused, with
  /// kLetterGone, when one that is kept again is not there.
  Failure keep(const std::vector<DeadLetter>& letters);
  /// Refused, with kLetterGone, when one that is retried is not there.
  Failure remove(const std::vector<SettledLetter>& letters);

 private:
  Failure findGone(std::span<const std::string> arrays);

  Connection& m_connection;
  std::string m_journal;
};

/// Change sets as rows, for whoever reads them there.
/// Threads: one at a time, like its connection, which outlives it.
class EventTable {
 public:
  EventTable(Connection& connection, std::string journal, std::string table);
  Failure write(const std::vector<EventRow>& events);

 private:
  Connection& m_connection;
  std::string m_journal;
  std::string m_table;
};

/// As Store::listDeadLetters.
Failure readDeadLetters(Connection& connection, const LetterQuery& query,
                        std::vector<DeadLetter>& letters);
Failure countDeadLetters(Connection& connection, std::uint64_t& count);

}  // namespace penstock::postgres
