// SPDX-License-Identifier: Apache-2.0
// The tables that Penstock keeps in a database: penstock_checkpoint (how far each journal is
// settled, and who may move it) and penstock_dead_letter (what was refused for good). Used inside a
// transaction that somebody else began.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/statement.h"

namespace penstock::sqlite {

/// Makes the tables where missing. `eventTable`: a plain name; empty: none.
Failure createOwnTables(Connection& connection, const std::string& eventTable);
/// What that runs.
std::string ownTablesScript();
/// False too before anything attached.
Failure hasOwnTables(Connection& connection, bool& has);

/// The checkpoints of one journal under one owner.
/// Threads: one at a time, like its connection.
/// Owns: its statements, which are compiled at first use; the connection outlives it.
class CheckpointTable {
 public:
  CheckpointTable(Connection& connection, std::string journal, std::string owner);

  /// FenceLost unless every shard holds what is expected under our owner. A row that is not there
  /// counts as sequence 0 of ours.
  Failure verify(const std::vector<FenceStep>& fence);
  Failure advance(const std::vector<FenceStep>& fence);
  /// Makes every row of the journal ours, and one for shard 0 if there is none.
  Failure takeOver();
  Failure read(std::vector<Checkpoint>& checkpoints);

 private:
  Failure verifyStep(const FenceStep& step);
  Failure prepareOnce(Statement& statement, const char* sql);
  Failure writeRow(Statement& statement, const FenceStep& step);

  Connection& m_connection;
  std::string m_journal;
  std::string m_owner;
  Statement m_select;
  Statement m_write;
};

/// Threads: one at a time, like its connection.
/// Owns: its statements; the connection outlives it.
class DeadLetterTable {
 public:
  DeadLetterTable(Connection& connection, std::string journal);

  /// One that is there already was retried and refused again: its attempts add up. Refused, with
  /// kLetterGone, when one that is kept again is not there.
  Failure keep(const std::vector<DeadLetter>& letters);
  /// Refused, with kLetterGone, when one that is retried is not there.
  Failure remove(const std::vector<SettledLetter>& letters);

 private:
  Connection& m_connection;
  std::string m_journal;
  Statement m_insert;
  Statement m_delete;
};

/// Change sets as rows, for whoever reads them there.
/// Threads: one at a time, like its connection.
/// Owns: its statement; the connection outlives it.
class EventTable {
 public:
  EventTable(Connection& connection, std::string journal, std::string table);
  Failure write(const std::vector<EventRow>& events);

 private:
  Connection& m_connection;
  std::string m_journal;
  std::string m_table;
  Statement m_insert;
};

/// As Store::listDeadLetters.
Failure readDeadLetters(Connection& connection, const LetterQuery& query,
                        std::vector<DeadLetter>& letters);
Failure countDeadLetters(Connection& connection, std::uint64_t& count);

}  // namespace penstock::sqlite
