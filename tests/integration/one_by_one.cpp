// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/one_by_one.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QVariant>
#include <QVariantList>

#include "base/file_system.h"
#include "journal/file/reader.h"

namespace penstock::test {
namespace {

QVariant toVariant(ValueView value) {
  switch (value.kind()) {
    case ValueKind::Integer:
      return QVariant::fromValue<qlonglong>(value.asInteger());
    case ValueKind::Text:
      return QString::fromUtf8(value.asText().data(), static_cast<int>(value.asText().size()));
    default:
      CHECK(value.isNull());
      return {};
  }
}

/// What a change says, by column name.
struct Assigned {
  QStringList keyNames, setNames, addNames;
  QVariantList keys, sets, adds;
};

Assigned assignedBy(const ChangeView& change, const Table& table) {
  Assigned assigned;
  ValueCursor keys(change.keyBytes);
  for (const ColumnId column : table.key) {
    assigned.keyNames << QString::fromStdString(table.column(column).name);
    assigned.keys << toVariant(keys.next());
  }
  for (ValueCursor sets(change.setBytes); !sets.atEnd();) {
    const auto [column, value] = sets.nextAssignment();
    assigned.setNames << QString::fromStdString(table.column(column).name);
    assigned.sets << toVariant(value);
  }
  for (ValueCursor adds(change.addBytes); !adds.atEnd();) {
    const auto [column, value] = adds.nextAssignment();
    assigned.addNames << QString::fromStdString(table.column(column).name);
    assigned.adds << toVariant(value);
  }
  return assigned;
}

QStringList suffixed(const QStringList& names, const QString& suffix) {
  QStringList parts;
  for (const QString& name : names) parts << name + suffix;
  return parts;
}

QStringList settings(const Assigned& assigned) {
  QStringList parts = suffixed(assigned.setNames, " = ?");
  for (const QString& name : assigned.addNames) {
    parts << QString("%1 = COALESCE(%1, 0) + ?").arg(name);
  }
  return parts;
}

/// Statement and bound values.
std::pair<QString, QVariantList> statementOf(const ChangeView& change, const Table& table) {
  const Assigned a = assignedBy(change, table);
  const QString name = QString::fromStdString(table.name);
  const QString where = " WHERE " + suffixed(a.keyNames, " = ?").join(" AND ");
  if (change.operation == Operation::Delete) return {"DELETE FROM " + name + where, a.keys};
  const QVariantList assigned = a.sets + a.adds;
  if (change.operation == Operation::Update) {
    return {"UPDATE " + name + " SET " + settings(a).join(", ") + where, assigned + a.keys};
  }
  const QStringList columns = a.keyNames + a.setNames + a.addNames;
  QString sql = "INSERT INTO " + name + "(" + columns.join(", ") + ") VALUES(" +
                QStringList(columns.size(), "?").join(", ") + ")";
  QVariantList values = a.keys + assigned;
  if (change.operation == Operation::Upsert) {
    sql += " ON CONFLICT(" + a.keyNames.join(", ") + ") DO UPDATE SET " + settings(a).join(", ");
    values += assigned;
  }
  return {sql, values};
}

bool applyChange(QSqlDatabase& database, const ChangeView& change, const Table& table) {
  const auto [sql, values] = statementOf(change, table);
  QSqlQuery query(database);
  if (!query.prepare(sql)) return false;
  for (const QVariant& value : values) query.addBindValue(value);
  return query.exec() && query.numRowsAffected() == 1;
}

bool applySet(QSqlDatabase& database, const ChangeSetView& set, const Catalog& catalog) {
  CHECK(database.transaction());
  auto changes = set.changes();
  while (const auto change = changes.next()) {
    if (applyChange(database, *change, catalog.table(change->table))) continue;
    CHECK(database.rollback());
    return false;
  }
  return database.commit();
}

QString applyAll(QSqlDatabase& database, FileJournalReader& reader, OneByOneResult& result) {
  for (;;) {
    const Result<std::optional<JournalRecord>> record = reader.next();
    if (!record) return QString::fromStdString(record.status().message());
    if (!record->has_value()) return {};
    if ((*record)->type != RecordType::ChangeSet) continue;
    const Result<ChangeSetView> set = ChangeSetView::parse((*record)->payload);
    if (!set) return QString::fromStdString(set.status().message());
    ++result.changeSets;
    if (applySet(database, *set, *(*record)->catalog)) continue;
    result.refused << QString::number(toNumber((*record)->sequence));
  }
}

QString makeTables(QSqlDatabase& database, const QString& schema) {
  QSqlQuery query(database);
  for (const QString& statement : ("PRAGMA foreign_keys = ON;" + schema).split(';')) {
    if (statement.trimmed().isEmpty()) continue;
    if (!query.exec(statement)) return query.lastError().text();
  }
  return {};
}

}  // namespace

OneByOneResult applyOneByOne(const QString& journalDirectory, const QString& databaseFile,
                             const QString& schema) {
  OneByOneResult result;
  const Result<StoppedJournal> journal =
      openForReading(posixFileSystem(), journalDirectory.toStdString());
  if (!journal) return {QString::fromStdString(journal.status().message()), 0, {}};
  auto reader = journal->openReader(journal->oldestKept);
  if (!reader) return {QString::fromStdString(reader.status().message()), 0, {}};
  const QString name = "one by one";
  {
    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", name);
    database.setDatabaseName(databaseFile);
    result.failure = database.open() ? makeTables(database, schema) : database.lastError().text();
    if (result.failure.isEmpty()) result.failure = applyAll(database, **reader, result);
  }
  QSqlDatabase::removeDatabase(name);
  return result;
}

}  // namespace penstock::test
