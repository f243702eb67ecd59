// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/own_tables.h"

#include <limits>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/postgres/value_text.h"

namespace penstock::postgres {

namespace {

// Two that make the same table at once would fail on PostgreSQL's own catalog. Keys and their pages
// compare by bytes, as the engine compares them; a row that moves often finds room in its page.
constexpr const char* kCreate =
    "SELECT pg_catalog.pg_advisory_xact_lock(5002164820551);"
    "CREATE TABLE IF NOT EXISTS penstock_checkpoint("
    " journal text COLLATE \"C\" NOT NULL, shard integer NOT NULL, sequence bigint NOT NULL,"
    " owner text NOT NULL, PRIMARY KEY(journal, shard)) WITH (fillfactor=20);"
    "CREATE TABLE IF NOT EXISTS penstock_dead_letter("
    " journal text COLLATE \"C\" NOT NULL, sequence bigint NOT NULL, kind text NOT NULL,"
    " reason text NOT NULL, code text NOT NULL, attempts integer NOT NULL, at bigint NOT NULL,"
    " change_set text NOT NULL, PRIMARY KEY(journal, sequence));"
    // In the order in which they are paged through.
    "CREATE INDEX IF NOT EXISTS penstock_dead_letter_order ON penstock_dead_letter("
    " sequence, journal)";

constexpr const char* kAddRows =
    "INSERT INTO penstock_checkpoint(journal, shard, sequence, owner)"
    " SELECT $1, u.shard, 0, $2 FROM unnest($3::integer[]) AS u(shard)"
    " ON CONFLICT DO NOTHING";

constexpr const char* kLockRows =
    "SELECT shard, sequence, owner FROM penstock_checkpoint"
    " WHERE journal=$1 AND shard=ANY($2::integer[]) ORDER BY shard FOR UPDATE";

constexpr const char* kKeep =
    "INSERT INTO penstock_dead_letter AS d(journal, sequence, kind, reason, code, attempts, at,"
    " change_set) SELECT u.journal, u.sequence, u.kind, u.reason, u.code, u.attempts, u.at,"
    " u.change_set FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[],"
    " $5::text[], $6::integer[], $7::bigint[], $8::text[], $9::boolean[])"
    " AS u(journal, sequence, kind, reason, code, attempts, at, change_set, again)"
    " WHERE NOT u.again OR EXISTS(SELECT FROM penstock_dead_letter e"
    " WHERE e.journal=u.journal AND e.sequence=u.sequence)"
    " ON CONFLICT(journal, sequence) DO UPDATE SET"
    " kind=excluded.kind, reason=excluded.reason, code=excluded.code, at=excluded.at,"
    " attempts=d.attempts+excluded.attempts";

std::string numberText(Sequence sequence) { return std::to_string(toNumber(sequence)); }
std::string numberText(Shard shard) { return std::to_string(toIndex(shard)); }

Sequence sequenceAt(const QueryResult& rows, int row, int column) {
  return Sequence{static_cast<std::uint64_t>(rows.integerAt(row, column))};
}

template <typename List, typename TextOf>
std::string arrayOf(const List& list, const TextOf& textOf) {
  std::string array;
  for (const auto& each : list) appendElement(array, textOf(each));
  endArray(array);
  return array;
}

CommitResult fenceLost(std::string_view code, Shard shard, const std::string& wanted,
                       const std::string& found) {
  return {CommitOutcome::FenceLost, std::string(code),
          "the checkpoint of shard " + numberText(shard) + " should hold " + wanted +
              " and holds " + found,
          0};
}

CommitResult letterGone(const std::string& sequence) {
  return {CommitOutcome::Refused, std::string(kLetterGone),
          "dead letter " + sequence + " was retried or discarded before", 0};
}

Failure own(Failure failure) {
  return failure ? Failure(onOwnTable(std::move(*failure))) : Failure{};
}

// Messages may quote bytes that no text of the database holds.
std::string keepable(const std::string& text) {
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t bytes = letterBytes(left);
    if (bytes == 0 || left.front() == '\0') return escapeForLog(text);
    left.remove_prefix(bytes);
  }
  return text;
}

DeadLetter letterAt(const QueryResult& rows, int row) {
  DeadLetter letter;
  letter.journal = rows.textAt(row, 0);
  letter.sequence = sequenceAt(rows, row, 1);
  letter.kind = rows.textAt(row, 2);
  letter.reason = rows.textAt(row, 3);
  letter.code = rows.textAt(row, 4);
  letter.attempts = static_cast<std::uint32_t>(rows.integerAt(row, 5));
  letter.atMicros = rows.integerAt(row, 6);
  letter.changeSet = rows.textAt(row, 7);
  return letter;
}

}  // namespace

// Not without need: it takes the right to make tables.
Failure createOwnTables(Connection& connection) {
  bool has = false;
  if (Failure failure = hasOwnTables(connection, has)) return failure;
  return has ? Failure{} : connection.run(kCreate);
}

Failure hasOwnTables(Connection& connection, bool& has) {
  QueryResult result;
  if (Failure failure =
          connection.run("SELECT pg_catalog.to_regclass('penstock_checkpoint') IS NOT NULL"
                         " AND pg_catalog.to_regclass('penstock_dead_letter') IS NOT NULL",
                         result)) {
    return failure;
  }
  has = result.booleanAt(0, 0);
  return {};
}

CheckpointTable::CheckpointTable(Connection& connection, std::string journal, std::string owner)
    : m_connection(connection), m_journal(std::move(journal)), m_owner(std::move(owner)) {}

Failure CheckpointTable::verify(const std::vector<FenceStep>& fence,
                                const std::vector<Checkpoint>& others) {
  if (Failure failure = own(verifyFence(fence))) return failure;
  return others.empty() ? Failure{} : own(verifyOthers(others));
}

Failure CheckpointTable::verifyFence(const std::vector<FenceStep>& fence) {
  QueryResult rows;
  if (Failure failure = lockFence(fence, rows)) return failure;
  for (std::size_t i = 0; i < fence.size(); ++i) {
    const int row = static_cast<int>(i);
    const FenceStep& step = fence[i];
    CHECK(rows.integerAt(row, 0) == static_cast<std::int64_t>(step.shard));
    const std::string_view owner = rows.textAt(row, 2);
    const Sequence held = sequenceAt(rows, row, 1);
    if (held == step.expected && owner == m_owner) continue;
    // Nobody takes a checkpoint back; an old one may have an old owner.
    return fenceLost(held < step.expected ? kWentBack : kFenceCode, step.shard,
                     numberText(step.expected),
                     numberText(held) + (owner == m_owner ? "" : " of " + std::string(owner)));
  }
  return {};
}

// Whoever adds a row that was missing holds it until the transaction ends, like one that is locked.
Failure CheckpointTable::lockFence(const std::vector<FenceStep>& fence, QueryResult& rows) {
  const std::string shards =
      arrayOf(fence, [](const FenceStep& step) { return numberText(step.shard); });
  const std::string parameters[] = {m_journal, shards};
  if (Failure failure = m_connection.query(kLockRows, parameters, rows)) return failure;
  if (static_cast<std::size_t>(rows.rowCount()) == fence.size()) return {};
  const std::string missing[] = {m_journal, m_owner, shards};
  if (Failure failure = m_connection.query(kAddRows, missing, rows)) return failure;
  if (Failure failure = m_connection.query(kLockRows, parameters, rows)) return failure;
  if (static_cast<std::size_t>(rows.rowCount()) == fence.size()) return {};
  return fenceLost(kFenceCode, fence.front().shard, numberText(fence.front().expected), "nothing");
}

Failure CheckpointTable::verifyOthers(const std::vector<Checkpoint>& others) {
  const std::string parameters[] = {
      m_journal, arrayOf(others, [](const Checkpoint& each) { return numberText(each.shard); }),
      arrayOf(others, [](const Checkpoint& each) { return numberText(each.settled); })};
  QueryResult rows;
  if (Failure failure =
          m_connection.query("SELECT u.shard, u.settled, coalesce(c.sequence, 0)"
                             " FROM unnest($2::integer[], $3::bigint[]) AS u(shard, settled)"
                             " LEFT JOIN penstock_checkpoint c ON c.journal=$1 AND c.shard=u.shard"
                             " WHERE coalesce(c.sequence, 0)<u.settled LIMIT 1",
                             parameters, rows)) {
    return failure;
  }
  if (rows.rowCount() == 0) return {};
  return fenceLost(kWentBack, Shard{static_cast<std::uint32_t>(rows.integerAt(0, 0))},
                   "at least " + std::string(rows.textAt(0, 1)), std::string(rows.textAt(0, 2)));
}

Failure CheckpointTable::advance(const std::vector<FenceStep>& fence) {
  const std::string parameters[] = {
      m_journal, arrayOf(fence, [](const FenceStep& step) { return numberText(step.shard); }),
      arrayOf(fence, [](const FenceStep& step) { return numberText(step.next); })};
  QueryResult result;
  return own(
      m_connection.query("UPDATE penstock_checkpoint AS c SET sequence=u.next"
                         " FROM unnest($2::integer[], $3::bigint[]) AS u(shard, next)"
                         " WHERE c.journal=$1 AND c.shard=u.shard",
                         parameters, result));
}

Failure CheckpointTable::takeOver(bool& isKnown) {
  std::vector<std::string> all;
  for (std::uint32_t shard = 0; shard <= kShardCount; ++shard) all.push_back(std::to_string(shard));
  const std::string parameters[] = {m_journal, m_owner,
                                    arrayOf(all, [](const std::string& text) { return text; })};
  QueryResult result;
  if (Failure failure = m_connection.query(kAddRows, parameters, result)) return own(failure);
  isKnown = result.touched() != all.size();
  if (Failure failure = lock({})) return failure;
  return own(m_connection.query("UPDATE penstock_checkpoint SET owner=$2 WHERE journal=$1",
                                {parameters, 2}, result));
}

Failure CheckpointTable::lock(const std::vector<Shard>& shards) {
  QueryResult rows;
  if (shards.empty()) {
    return own(m_connection.query(
        "SELECT shard FROM penstock_checkpoint WHERE journal=$1 ORDER BY shard FOR UPDATE",
        {&m_journal, 1}, rows));
  }
  const std::string parameters[] = {m_journal,
                                    arrayOf(shards, [](Shard shard) { return numberText(shard); })};
  return own(m_connection.query(kLockRows, parameters, rows));
}

Failure CheckpointTable::read(std::vector<Checkpoint>& checkpoints) {
  QueryResult rows;
  if (Failure failure =
          m_connection.query("SELECT shard, sequence FROM penstock_checkpoint"
                             " WHERE journal=$1 AND (shard=0 OR sequence>0) ORDER BY shard",
                             {&m_journal, 1}, rows)) {
    return own(failure);
  }
  for (int row = 0; row < rows.rowCount(); ++row) {
    checkpoints.push_back(
        {Shard{static_cast<std::uint32_t>(rows.integerAt(row, 0))}, sequenceAt(rows, row, 1)});
  }
  return {};
}

DeadLetterTable::DeadLetterTable(Connection& connection, std::string journal)
    : m_connection(connection), m_journal(std::move(journal)) {}

Failure DeadLetterTable::keep(const std::vector<DeadLetter>& letters) {
  if (letters.empty()) return {};
  const auto array = [&](const auto& textOf) { return arrayOf(letters, textOf); };
  const std::string arrays[] = {
      array(
          [&](const DeadLetter& each) { return each.journal.empty() ? m_journal : each.journal; }),
      array([](const DeadLetter& each) { return numberText(each.sequence); }),
      array([](const DeadLetter& each) { return each.kind; }),
      array([](const DeadLetter& each) { return keepable(each.reason); }),
      array([](const DeadLetter& each) { return keepable(each.code); }),
      array([](const DeadLetter& each) { return std::to_string(each.attempts); }),
      array([](const DeadLetter& each) { return std::to_string(each.atMicros); }),
      array([](const DeadLetter& each) { return keepable(each.changeSet); }),
      array([](const DeadLetter& each) { return std::string(each.again ? "t" : "f"); })};
  QueryResult result;
  if (Failure failure = m_connection.query(kKeep, arrays, result)) return own(failure);
  return result.touched() == letters.size() ? Failure{} : findGone(arrays);
}

Failure DeadLetterTable::findGone(std::span<const std::string> arrays) {
  const std::string parameters[] = {arrays[0], arrays[1], arrays[8]};
  QueryResult rows;
  if (Failure failure = m_connection.query(
          "SELECT u.sequence FROM unnest($1::text[], $2::bigint[], $3::boolean[])"
          " AS u(journal, sequence, again) WHERE u.again AND NOT EXISTS("
          "SELECT FROM penstock_dead_letter e"
          " WHERE e.journal=u.journal AND e.sequence=u.sequence) LIMIT 1",
          parameters, rows)) {
    return own(failure);
  }
  return letterGone(rows.rowCount() == 0 ? "?" : std::string(rows.textAt(0, 0)));
}

// The first decision about a letter takes it away; a retry behind it finds nothing.
Failure DeadLetterTable::remove(const std::vector<SettledLetter>& letters) {
  if (letters.empty()) return {};
  std::map<std::pair<Sequence, std::string_view>, bool> isRetried;
  for (const SettledLetter& letter : letters) {
    const auto [first, isFirst] =
        isRetried.emplace(std::pair(letter.sequence, letter.journal), letter.retried);
    if (!isFirst && letter.retried) return letterGone(numberText(letter.sequence));
  }
  const std::string parameters[] = {
      arrayOf(isRetried, [](const auto& each) { return std::string(each.first.second); }),
      arrayOf(isRetried, [](const auto& each) { return numberText(each.first.first); })};
  QueryResult rows;
  if (Failure failure = m_connection.query(
          "DELETE FROM penstock_dead_letter AS d"
          " USING unnest($1::text[], $2::bigint[]) AS u(journal, sequence)"
          " WHERE d.journal=u.journal AND d.sequence=u.sequence RETURNING d.journal, d.sequence",
          parameters, rows)) {
    return own(failure);
  }
  for (int row = 0; row < rows.rowCount(); ++row) {
    isRetried.erase({sequenceAt(rows, row, 1), rows.textAt(row, 0)});
  }
  for (const auto& [letter, retried] : isRetried) {
    if (retried) return letterGone(numberText(letter.first));
  }
  return {};
}

Failure readDeadLetters(Connection& connection, const LetterQuery& query,
                        std::vector<DeadLetter>& letters) {
  const bool fromTheEnd = !query.beyond && !query.oldestFirst;
  const LetterKey beyond = query.beyond.value_or(LetterKey{});
  const std::string parameters[] = {fromTheEnd
                                        ? std::to_string(std::numeric_limits<std::int64_t>::max())
                                        : numberText(beyond.sequence),
                                    beyond.journal, std::to_string(query.countMax)};
  QueryResult rows;
  if (Failure failure = connection.query(
          std::string("SELECT journal, sequence, kind, reason, code, attempts, at, change_set"
                      " FROM penstock_dead_letter WHERE (sequence, journal)") +
              (query.oldestFirst ? ">($1::bigint, $2::text) ORDER BY sequence, journal"
                                 : "<($1::bigint, $2::text) ORDER BY sequence DESC, journal DESC") +
              " LIMIT $3::bigint",
          parameters, rows)) {
    return own(failure);
  }
  for (int row = 0; row < rows.rowCount(); ++row) letters.push_back(letterAt(rows, row));
  return {};
}

Failure countDeadLetters(Connection& connection, std::uint64_t& count) {
  QueryResult rows;
  if (Failure failure =
          connection.run("SELECT pg_catalog.count(*) FROM penstock_dead_letter", rows)) {
    return own(failure);
  }
  count = static_cast<std::uint64_t>(rows.integerAt(0, 0));
  return {};
}

}  // namespace penstock::postgres
