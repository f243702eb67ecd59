// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/own_tables.h"

#include <limits>
#include <utility>

namespace penstock::sqlite {

namespace {

constexpr const char* kCreate =
    "CREATE TABLE IF NOT EXISTS penstock_checkpoint("
    " journal TEXT NOT NULL, shard INTEGER NOT NULL, sequence INTEGER NOT NULL,"
    " owner TEXT NOT NULL, PRIMARY KEY(journal, shard)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS penstock_dead_letter("
    " journal TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,"
    " code TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL,"
    " change_set TEXT NOT NULL, PRIMARY KEY(journal, sequence));"
    // In the order in which they are paged through.
    "CREATE INDEX IF NOT EXISTS penstock_dead_letter_order ON penstock_dead_letter("
    " sequence, journal);";

std::int64_t toColumn(Sequence sequence) { return static_cast<std::int64_t>(toNumber(sequence)); }

Sequence toSequence(std::int64_t column) {
  return static_cast<Sequence>(static_cast<std::uint64_t>(column));
}

// Nobody takes a checkpoint back; an old one may have an old owner.
CommitResult fenceLost(const FenceStep& step, Sequence held, const std::string& found) {
  const std::string_view code = held < step.expected ? kWentBack : "PENSTOCK_FENCE";
  return {CommitOutcome::FenceLost, std::string(code),
          "the checkpoint of shard " + std::to_string(static_cast<std::uint32_t>(step.shard)) +
              " should hold " + std::to_string(toNumber(step.expected)) + " and holds " + found,
          0};
}

CommitResult letterGone(Sequence letter) {
  return {CommitOutcome::Refused, std::string(kLetterGone),
          "dead letter " + std::to_string(toNumber(letter)) + " was retried or discarded before",
          0};
}

DeadLetter letterOf(const Statement& row) {
  DeadLetter letter;
  letter.journal = row.textAt(0);
  letter.sequence = toSequence(row.integerAt(1));
  letter.kind = row.textAt(2);
  letter.reason = row.textAt(3);
  letter.code = row.textAt(4);
  letter.attempts = static_cast<std::uint32_t>(row.integerAt(5));
  letter.atMicros = row.integerAt(6);
  letter.changeSet = row.textAt(7);
  return letter;
}

}  // namespace

Failure createOwnTables(Connection& connection) { return connection.execute(kCreate); }

Failure hasOwnTables(Connection& connection, bool& has) {
  Statement statement;
  if (Failure failure = statement.prepare(
          connection.handle(),
          "SELECT 1 FROM sqlite_schema WHERE type='table' AND name='penstock_dead_letter'")) {
    return failure;
  }
  const int code = statement.step();
  has = code == SQLITE_ROW;
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    return failureOf(connection.handle(), code);
  }
  return {};
}

CheckpointTable::CheckpointTable(Connection& connection, std::string journal, std::string owner)
    : m_connection(connection), m_journal(std::move(journal)), m_owner(std::move(owner)) {}

Failure CheckpointTable::verify(const std::vector<FenceStep>& fence) {
  if (Failure failure = prepareOnce(m_select,
                                    "SELECT sequence, owner FROM penstock_checkpoint"
                                    " WHERE journal=? AND shard=?")) {
    return failure;
  }
  for (const FenceStep& step : fence) {
    Failure failure = verifyStep(step);
    m_select.reset();
    if (failure) {
      return failure;
    }
  }
  return {};
}

Failure CheckpointTable::verifyStep(const FenceStep& step) {
  m_select.bindText(1, m_journal);
  m_select.bindInteger(2, static_cast<std::int64_t>(step.shard));
  const int code = m_select.step();
  if (code == SQLITE_DONE) {
    return step.expected == kNoSequence ? Failure{} : fenceLost(step, kNoSequence, "nothing");
  }
  if (code != SQLITE_ROW) {
    return failureOf(m_connection.handle(), code);
  }
  const Sequence held = toSequence(m_select.integerAt(0));
  if (m_select.textAt(1) != m_owner) {
    return fenceLost(step, held, "another owner, " + std::string(m_select.textAt(1)));
  }
  if (held == step.expected) return {};
  return fenceLost(step, held, std::to_string(toNumber(held)));
}

Failure CheckpointTable::advance(const std::vector<FenceStep>& fence) {
  if (Failure failure = prepareOnce(m_write,
                                    "INSERT INTO penstock_checkpoint(journal, shard, sequence,"
                                    " owner) VALUES(?,?,?,?) ON CONFLICT(journal, shard)"
                                    " DO UPDATE SET sequence=excluded.sequence")) {
    return failure;
  }
  for (const FenceStep& step : fence) {
    if (Failure failure = writeRow(m_write, step)) {
      return failure;
    }
  }
  return {};
}

Failure CheckpointTable::takeOver() {
  Statement insert;
  if (Failure failure = insert.prepare(m_connection.handle(),
                                       "INSERT INTO penstock_checkpoint(journal, shard, sequence,"
                                       " owner) VALUES(?,?,?,?) ON CONFLICT DO NOTHING")) {
    return failure;
  }
  if (Failure failure = writeRow(insert, FenceStep{})) {
    return failure;
  }
  Statement update;
  if (Failure failure = update.prepare(m_connection.handle(),
                                       "UPDATE penstock_checkpoint SET owner=? WHERE journal=?")) {
    return failure;
  }
  update.bindText(1, m_owner);
  update.bindText(2, m_journal);
  if (const int code = update.run(); code != SQLITE_OK) {
    return failureOf(m_connection.handle(), code);
  }
  return {};
}

Failure CheckpointTable::read(std::vector<Checkpoint>& checkpoints) {
  Statement statement;
  if (Failure failure = statement.prepare(m_connection.handle(),
                                          "SELECT shard, sequence FROM penstock_checkpoint"
                                          " WHERE journal=? ORDER BY shard")) {
    return failure;
  }
  statement.bindText(1, m_journal);
  int code = SQLITE_OK;
  while ((code = statement.step()) == SQLITE_ROW) {
    checkpoints.push_back(
        {static_cast<Shard>(statement.integerAt(0)), toSequence(statement.integerAt(1))});
  }
  return code == SQLITE_DONE ? Failure{} : failureOf(m_connection.handle(), code);
}

Failure CheckpointTable::prepareOnce(Statement& statement, const char* sql) {
  return statement.isPrepared() ? Failure{} : statement.prepare(m_connection.handle(), sql);
}

Failure CheckpointTable::writeRow(Statement& statement, const FenceStep& step) {
  statement.bindText(1, m_journal);
  statement.bindInteger(2, static_cast<std::int64_t>(step.shard));
  statement.bindInteger(3, toColumn(step.next));
  statement.bindText(4, m_owner);
  const int code = statement.run();
  return code == SQLITE_OK ? Failure{} : failureOf(m_connection.handle(), code);
}

DeadLetterTable::DeadLetterTable(Connection& connection, std::string journal)
    : m_connection(connection), m_journal(std::move(journal)) {}

Failure DeadLetterTable::keep(const std::vector<DeadLetter>& letters) {
  if (!letters.empty() && !m_insert.isPrepared()) {
    if (Failure failure = m_insert.prepare(
            m_connection.handle(),
            "INSERT INTO penstock_dead_letter(journal, sequence, kind, reason, code, attempts, at,"
            " change_set) SELECT ?1,?2,?3,?4,?5,?6,?7,?8 WHERE NOT ?9 OR EXISTS(SELECT 1 FROM"
            " penstock_dead_letter WHERE journal=?1 AND sequence=?2)"
            " ON CONFLICT(journal, sequence) DO UPDATE SET"
            " kind=excluded.kind, reason=excluded.reason, code=excluded.code, at=excluded.at,"
            " attempts=attempts+excluded.attempts")) {
      return failure;
    }
  }
  for (const DeadLetter& letter : letters) {
    m_insert.bindText(1, letter.journal.empty() ? m_journal : letter.journal);
    m_insert.bindInteger(2, toColumn(letter.sequence));
    m_insert.bindText(3, letter.kind);
    m_insert.bindText(4, letter.reason);
    m_insert.bindText(5, letter.code);
    m_insert.bindInteger(6, letter.attempts);
    m_insert.bindInteger(7, letter.atMicros);
    m_insert.bindText(8, letter.changeSet);
    m_insert.bindInteger(9, letter.again ? 1 : 0);
    if (const int code = m_insert.run(); code != SQLITE_OK) {
      return failureOf(m_connection.handle(), code);
    }
    if (sqlite3_changes64(m_connection.handle()) == 0) return letterGone(letter.sequence);
  }
  return {};
}

Failure DeadLetterTable::remove(const std::vector<SettledLetter>& letters) {
  if (!letters.empty() && !m_delete.isPrepared()) {
    if (Failure failure =
            m_delete.prepare(m_connection.handle(),
                             "DELETE FROM penstock_dead_letter WHERE journal=? AND sequence=?")) {
      return failure;
    }
  }
  for (const SettledLetter& letter : letters) {
    m_delete.bindText(1, letter.journal);
    m_delete.bindInteger(2, toColumn(letter.sequence));
    if (const int code = m_delete.run(); code != SQLITE_OK) {
      return failureOf(m_connection.handle(), code);
    }
    if (letter.retried && sqlite3_changes64(m_connection.handle()) == 0)
      return letterGone(letter.sequence);
  }
  return {};
}

Failure readDeadLetters(Connection& connection, const LetterQuery& query,
                        std::vector<DeadLetter>& letters) {
  Statement statement;
  if (Failure failure = statement.prepare(
          connection.handle(),
          query.oldestFirst
              ? "SELECT journal, sequence, kind, reason, code, attempts, at,"
                " change_set FROM penstock_dead_letter WHERE (sequence, journal)>(?,?)"
                " ORDER BY sequence, journal LIMIT ?"
              : "SELECT journal, sequence, kind, reason, code, attempts, at,"
                " change_set FROM penstock_dead_letter WHERE (sequence, journal)<(?,?)"
                " ORDER BY sequence DESC, journal DESC LIMIT ?")) {
    return failure;
  }
  constexpr auto kNoBound = std::numeric_limits<std::int64_t>::max();
  const LetterKey none;
  const LetterKey& beyond = query.beyond ? *query.beyond : none;
  const bool fromTheEnd = !query.beyond && !query.oldestFirst;
  statement.bindInteger(1, fromTheEnd ? kNoBound : toColumn(beyond.sequence));
  statement.bindText(2, beyond.journal);
  statement.bindInteger(3, static_cast<std::int64_t>(query.countMax));
  int code = SQLITE_OK;
  while ((code = statement.step()) == SQLITE_ROW) {
    letters.push_back(letterOf(statement));
  }
  return code == SQLITE_DONE ? Failure{} : failureOf(connection.handle(), code);
}

Failure countDeadLetters(Connection& connection, std::uint64_t& count) {
  Statement statement;
  if (Failure failure =
          statement.prepare(connection.handle(), "SELECT count(*) FROM penstock_dead_letter")) {
    return failure;
  }
  const int code = statement.step();
  if (code != SQLITE_ROW) {
    return failureOf(connection.handle(), code);
  }
  count = static_cast<std::uint64_t>(statement.integerAt(0));
  return {};
}

}  // namespace penstock::sqlite
