// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/own_tables.h"

#include <algorithm>
#include <utility>

namespace penstock::qtsql {

namespace {

constexpr const char* kCheckpoint = "penstock_checkpoint";
constexpr const char* kDeadLetter = "penstock_dead_letter";

constexpr const char* kCreateCheckpoint =
    "CREATE TABLE IF NOT EXISTS penstock_checkpoint("
    " journal VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    " shard INT UNSIGNED NOT NULL, sequence BIGINT NOT NULL,"
    " owner VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,"
    " PRIMARY KEY(journal, shard)) ENGINE=InnoDB";
constexpr const char* kCreateDeadLetter =
    "CREATE TABLE IF NOT EXISTS penstock_dead_letter("
    " journal VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    " sequence BIGINT NOT NULL, kind VARCHAR(64) NOT NULL, reason MEDIUMTEXT NOT NULL,"
    " code VARCHAR(255) NOT NULL, attempts INT UNSIGNED NOT NULL, at BIGINT NOT NULL,"
    " change_set LONGTEXT NOT NULL, PRIMARY KEY(journal, sequence),"
    // In the order in which they are paged through.
    " KEY penstock_dead_letter_order(sequence, journal))"
    " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

QVariant toVariant(std::string_view text) {
  return text.empty()
             ? QVariant(QString(""))
             : QVariant(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}
QVariant toVariant(Sequence sequence) { return QVariant(qlonglong(toNumber(sequence))); }
QVariant toVariant(Shard shard) { return QVariant(qlonglong{static_cast<std::uint32_t>(shard)}); }

Sequence sequenceAt(const QSqlQuery& row, int column) {
  return Sequence{row.value(column).toULongLong()};
}
std::string textAt(const QSqlQuery& row, int column) {
  return row.value(column).toString().toStdString();
}

// Nobody takes a checkpoint back; an old one may have an old owner.
CommitResult fenceLost(const FenceStep& step, Sequence held, const std::string& found) {
  const std::string_view code = held < step.expected ? kWentBack : kFenceCode;
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

DeadLetter letterOf(const QSqlQuery& row) {
  DeadLetter letter;
  letter.journal = textAt(row, 0);
  letter.sequence = sequenceAt(row, 1);
  letter.kind = textAt(row, 2);
  letter.reason = textAt(row, 3);
  letter.code = textAt(row, 4);
  letter.attempts = row.value(5).toUInt();
  letter.atMicros = row.value(6).toLongLong();
  letter.changeSet = textAt(row, 7);
  return letter;
}

// Prepares (under its text), binds and runs.
Failure run(Session& session, const char* sql, const std::vector<QVariant>& values,
            QSqlQuery*& statement) {
  if (Failure failure = session.prepare(
          sql, [&] { return QString(sql); }, statement)) {
    return onOwnTable(std::move(*failure));
  }
  Failure failure = session.run(*statement, values);
  return failure ? onOwnTable(std::move(*failure)) : failure;
}

Failure readEngines(Session& session, std::vector<std::string>& names, std::string& untransacted) {
  return session.forEachRow(
      "SELECT t.TABLE_NAME, t.ENGINE, e.TRANSACTIONS FROM information_schema.TABLES t"
      " LEFT JOIN information_schema.ENGINES e ON e.ENGINE=t.ENGINE"
      " WHERE t.TABLE_SCHEMA=DATABASE() AND t.TABLE_NAME IN (?,?)",
      {toVariant(kCheckpoint), toVariant(kDeadLetter)}, [&](const QSqlQuery& row) {
        names.push_back(textAt(row, 0));
        if (row.value(2).toString() != "YES") {
          untransacted = names.back() + "' is kept by " + textAt(row, 1);
        }
      });
}

}  // namespace

Status createOwnTables(Session& session) {
  std::vector<std::string> names;
  std::string untransacted;
  if (const Failure failure = readEngines(session, names, untransacted)) return toStatus(*failure);
  if (!untransacted.empty()) {
    return {StatusCode::Unsupported, "table '" + untransacted +
                                         ", which knows no transactions (ALTER TABLE … "
                                         "ENGINE=InnoDB)"};
  }
  // Somebody without the right to make tables may use them.
  for (const auto& [name, sql] :
       {std::pair(kCheckpoint, kCreateCheckpoint), std::pair(kDeadLetter, kCreateDeadLetter)}) {
    if (std::ranges::find(names, name) != names.end()) continue;
    if (const Failure failure = session.execute(sql)) return toStatus(*failure);
  }
  return Status::ok();
}

Failure hasOwnTables(Session& session, bool& has) {
  std::vector<std::string> names;
  std::string ignored;
  Failure failure = readEngines(session, names, ignored);
  has = names.size() == 2;
  return failure;
}

CheckpointTable::CheckpointTable(Session& session, std::string journal, std::string owner)
    : m_session(session), m_journal(std::move(journal)), m_owner(std::move(owner)) {}

Failure CheckpointTable::verify(const std::vector<FenceStep>& fence) {
  m_missing.clear();
  for (const FenceStep& step : fence) {
    if (Failure failure = verifyStep(step)) return failure;
  }
  return {};
}

Failure CheckpointTable::verifyStep(const FenceStep& step) {
  QSqlQuery* row = nullptr;
  if (Failure failure = run(m_session,
                            "SELECT sequence, owner FROM penstock_checkpoint"
                            " WHERE journal=? AND shard=? FOR UPDATE",
                            {toVariant(m_journal), toVariant(step.shard)}, row)) {
    return failure;
  }
  if (!row->next()) {
    m_missing.push_back(step.shard);
    return step.expected == kNoSequence ? Failure{} : fenceLost(step, kNoSequence, "nothing");
  }
  const Sequence held = sequenceAt(*row, 0);
  if (const std::string owner = textAt(*row, 1); owner != m_owner) {
    return fenceLost(step, held, "another owner, " + owner);
  }
  if (held == step.expected) return {};
  return fenceLost(step, held, std::to_string(toNumber(held)));
}

Failure CheckpointTable::advance(const std::vector<FenceStep>& fence) {
  for (const FenceStep& step : fence) {
    QSqlQuery* statement = nullptr;
    const bool isMissing = std::ranges::find(m_missing, step.shard) != m_missing.end();
    Failure failure =
        isMissing ? run(m_session,
                        "INSERT INTO penstock_checkpoint(sequence, owner, journal, shard)"
                        " VALUES(?,?,?,?)",
                        {toVariant(step.next), toVariant(m_owner), toVariant(m_journal),
                         toVariant(step.shard)},
                        statement)
                  : run(m_session,
                        "UPDATE penstock_checkpoint SET sequence=? WHERE owner=? AND journal=?"
                        " AND shard=?",
                        {toVariant(step.next), toVariant(m_owner), toVariant(m_journal),
                         toVariant(step.shard)},
                        statement);
    if (failure && failure->code == kRowIsThere)
      return fenceLost(step, step.expected, "a row made meanwhile");
    if (failure) return failure;
    if (statement->numRowsAffected() != 1)
      return fenceLost(step, step.expected, "nothing any more");
  }
  return {};
}

Failure CheckpointTable::takeOver() {
  QSqlQuery* statement = nullptr;
  // The key is the only unique one: whatever is met is this row.
  if (Failure failure = run(m_session,
                            "INSERT INTO penstock_checkpoint(journal, shard, sequence, owner)"
                            " VALUES(?,0,0,?) ON DUPLICATE KEY UPDATE owner=VALUES(owner)",
                            {toVariant(m_journal), toVariant(m_owner)}, statement)) {
    return failure;
  }
  return run(m_session, "UPDATE penstock_checkpoint SET owner=? WHERE journal=?",
             {toVariant(m_owner), toVariant(m_journal)}, statement);
}

Failure CheckpointTable::read(std::vector<Checkpoint>& checkpoints, Locking locking) {
  QSqlQuery* row = nullptr;
  if (Failure failure =
          run(m_session,
              locking == Locking::Locked ? "SELECT shard, sequence FROM penstock_checkpoint"
                                           " WHERE journal=? ORDER BY shard FOR UPDATE"
                                         : "SELECT shard, sequence FROM penstock_checkpoint"
                                           " WHERE journal=? ORDER BY shard",
              {toVariant(m_journal)}, row)) {
    return failure;
  }
  while (row->next()) {
    checkpoints.push_back({static_cast<Shard>(row->value(0).toUInt()), sequenceAt(*row, 1)});
  }
  return {};
}

DeadLetterTable::DeadLetterTable(Session& session, std::string journal)
    : m_session(session), m_journal(std::move(journal)) {}

Failure DeadLetterTable::keep(const std::vector<DeadLetter>& letters) {
  for (const DeadLetter& letter : letters) {
    if (Failure failure = keepOne(letter)) return failure;
  }
  return {};
}

Failure DeadLetterTable::keepOne(const DeadLetter& letter) {
  const std::vector<QVariant> values{
      toVariant(letter.kind),
      toVariant(letter.reason),
      toVariant(letter.code),
      QVariant(qlonglong{letter.attempts}),
      QVariant(qlonglong{letter.atMicros}),
      toVariant(letter.journal.empty() ? m_journal : letter.journal),
      toVariant(letter.sequence),
  };
  QSqlQuery* statement = nullptr;
  if (letter.again) {
    Failure failure = run(m_session,
                          "UPDATE penstock_dead_letter SET kind=?, reason=?, code=?,"
                          " attempts=attempts+?, at=? WHERE journal=? AND sequence=?",
                          values, statement);
    if (failure) return failure;
    return statement->numRowsAffected() == 1 ? Failure{} : letterGone(letter.sequence);
  }
  std::vector<QVariant> all = values;
  all.push_back(toVariant(letter.changeSet));
  return run(m_session,
             "INSERT INTO penstock_dead_letter(kind, reason, code, attempts, at, journal,"
             " sequence, change_set) VALUES(?,?,?,?,?,?,?,?) ON DUPLICATE KEY UPDATE"
             " kind=VALUES(kind), reason=VALUES(reason), code=VALUES(code), at=VALUES(at),"
             " attempts=attempts+VALUES(attempts)",
             all, statement);
}

Failure DeadLetterTable::remove(const std::vector<SettledLetter>& letters) {
  for (const SettledLetter& letter : letters) {
    QSqlQuery* statement = nullptr;
    if (Failure failure =
            run(m_session, "DELETE FROM penstock_dead_letter WHERE journal=? AND sequence=?",
                {toVariant(letter.journal), toVariant(letter.sequence)}, statement)) {
      return failure;
    }
    if (letter.retried && statement->numRowsAffected() == 0) return letterGone(letter.sequence);
  }
  return {};
}

Failure readDeadLetters(Session& session, const LetterQuery& query,
                        std::vector<DeadLetter>& letters) {
  QString sql =
      "SELECT journal, sequence, kind, reason, code, attempts, at, change_set"
      " FROM penstock_dead_letter";
  std::vector<QVariant> values;
  if (query.beyond) {
    sql += query.oldestFirst ? " WHERE sequence>? OR (sequence=? AND journal>?)"
                             : " WHERE sequence<? OR (sequence=? AND journal<?)";
    values = {toVariant(query.beyond->sequence), toVariant(query.beyond->sequence),
              toVariant(query.beyond->journal)};
  }
  sql += query.oldestFirst ? " ORDER BY sequence, journal LIMIT ?"
                           : " ORDER BY sequence DESC, journal DESC LIMIT ?";
  values.emplace_back(static_cast<qlonglong>(query.countMax));
  Failure failure = session.forEachRow(
      sql, values, [&](const QSqlQuery& row) { letters.push_back(letterOf(row)); });
  return failure ? onOwnTable(std::move(*failure)) : failure;
}

Failure countDeadLetters(Session& session, std::uint64_t& count) {
  Failure failure =
      session.forEachRow("SELECT count(*) FROM penstock_dead_letter", {},
                         [&](const QSqlQuery& row) { count = row.value(0).toULongLong(); });
  return failure ? onOwnTable(std::move(*failure)) : failure;
}

}  // namespace penstock::qtsql
