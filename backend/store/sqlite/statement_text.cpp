// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/statement_text.h"

#include "base/check.h"
#include "store/sqlite/connection.h"

namespace penstock::sqlite {

namespace {

using Collations = std::span<const std::string>;

// A conflict clause of the table's own (`PRIMARY KEY ON CONFLICT REPLACE`) would hide a broken
// precondition. With triggers the clause stays away: it would override those inside them.
std::string_view orAbort(const Table& table) { return table.hasTriggers ? " " : " OR ABORT "; }

// The columns of the key, each with what follows it: ` COLLATE x` and `suffix`.
std::string keyList(const Table& table, Collations collations, std::string_view separator,
                    std::string_view suffix) {
  std::string text;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    text += i == 0 ? "" : separator;
    text += quoted(table.column(table.key[i]).name);
    if (i < collations.size()) {
      text += " COLLATE " + quoted(collations[i]);
    }
    text += suffix;
  }
  return text;
}

std::string whereKey(const Table& table, Collations collations) {
  return " WHERE " + keyList(table, collations, " AND ", "=?");
}

std::string insertInto(const StatementShape& shape) {
  const Table& table = *shape.table;
  std::string columns = keyList(table, {}, ",", "");
  std::string values;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    values += i == 0 ? "?" : ",?";
  }
  for (const Assignment& assignment : shape.insert) {
    if (!columns.empty()) {
      columns += ',';
      values += ',';
    }
    columns += quoted(table.column(assignment.column).name);
    values += assignment.kind == AssignmentKind::Set ? "?" : "penstock_add(NULL,?)";
  }
  const std::string into = "INSERT" + std::string(orAbort(table)) + "INTO " + quoted(table.name);
  return columns.empty() ? into + " DEFAULT VALUES"
                         : into + "(" + columns + ") VALUES(" + values + ")";
}

std::string setList(const Table& table, std::span<const Assignment> assignments) {
  CHECK(!assignments.empty());
  std::string text;
  for (const Assignment& assignment : assignments) {
    const std::string name = quoted(table.column(assignment.column).name);
    text += text.empty() ? "" : ",";
    text += name;
    if (assignment.kind == AssignmentKind::Set) {
      text += "=?";
    } else {
      text.append("=penstock_add(").append(name).append(",?)");
    }
  }
  return text;
}

std::string setToInserted(const Table& table, std::span<const Assignment> assignments) {
  CHECK(!assignments.empty());
  std::string text;
  for (const Assignment& assignment : assignments) {
    const std::string name = quoted(table.column(assignment.column).name);
    text += text.empty() ? "" : ",";
    text.append(name).append("=excluded.").append(name);
  }
  return text;
}

}  // namespace

std::string statementText(const StatementShape& shape, Collations keyCollations) {
  const Table& table = *shape.table;
  const auto onConflict = [&] {
    return insertInto(shape) + " ON CONFLICT(" + keyList(table, keyCollations, ",", "") + ") DO ";
  };
  switch (shape.kind) {
    case StatementKind::Exists:
      return "SELECT 1 FROM " + quoted(table.name) + whereKey(table, keyCollations);
    case StatementKind::Insert:
      return insertInto(shape);
    case StatementKind::InsertOrNothing:
      return onConflict() + "NOTHING";
    case StatementKind::Upsert:
      return onConflict() + "UPDATE SET " + setList(table, shape.update);
    case StatementKind::UpsertSame:
      return onConflict() + "UPDATE SET " + setToInserted(table, shape.insert);
    case StatementKind::Update:
      return "UPDATE" + std::string(orAbort(table)) + quoted(table.name) + " SET " +
             setList(table, shape.update) + whereKey(table, keyCollations);
    case StatementKind::Delete:
      return "DELETE FROM " + quoted(table.name) + whereKey(table, keyCollations);
  }
  CHECK(false);
  return {};
}

}  // namespace penstock::sqlite
