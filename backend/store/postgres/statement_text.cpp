// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/statement_text.h"

#include <vector>

#include "base/check.h"

namespace penstock::postgres {

namespace {

using Assignments = std::span<const Assignment>;

/// The rows that come with a statement, as `u`: k0, k1 … of the key, v0, v1 … of assignments.
class Rows {
 public:
  Rows(const TableForm& form, Assignments assignments) {
    for (const ColumnId id : form.table->key) add("k", m_keys, form.column(id));
    for (const Assignment& assignment : assignments) add(form, assignment);
  }

  const std::string& key(std::size_t i) const { return m_keys[i]; }
  const std::string& value(std::size_t i) const { return m_values[i]; }

  std::string all() const {
    std::string text;
    for (const auto* list : {&m_keys, &m_values}) {
      for (const std::string& each : *list) text += (text.empty() ? "" : ",") + each;
    }
    return text;
  }
  std::string source() const { return "unnest(" + m_arrays + ") AS u(" + m_names + ")"; }
  std::string numberedSource() const {
    return "unnest(" + m_arrays + ") WITH ORDINALITY AS u(" + m_names + ",number)";
  }

 private:
  void add(const TableForm& form, const Assignment& assignment) {
    const ColumnForm& column = form.column(assignment.column);
    if (assignment.kind == AssignmentKind::Set) return add("v", m_values, column);
    ColumnForm sum;
    sum.castType = column.sumType;
    sum.isDirect = true;
    add("v", m_values, sum);
  }

  void add(const char* prefix, std::vector<std::string>& list, const ColumnForm& column) {
    const std::string name = prefix + std::to_string(list.size());
    const std::string separator = m_count == 0 ? "" : ",";
    m_names += separator + name;
    m_arrays += separator + "$" + std::to_string(++m_count) +
                "::" + (column.isDirect ? column.castType : "pg_catalog.text") + "[]";
    list.push_back(column.isDirect ? "u." + name
                                   : "CAST(u." + name + " AS " + column.castType + ")");
  }

  std::vector<std::string> m_keys;
  std::vector<std::string> m_values;
  std::string m_arrays;
  std::string m_names;
  std::size_t m_count = 0;
};

std::string keyList(const TableForm& form) {
  std::string text;
  for (const ColumnId id : form.table->key)
    text += (text.empty() ? "" : ",") + form.column(id).name;
  return text;
}

std::string sameKey(const TableForm& form, const Rows& rows) {
  std::string text;
  for (std::size_t i = 0; i < form.table->key.size(); ++i) {
    const std::string& name = form.column(form.table->key[i]).name;
    text += (i == 0 ? "t." : " AND t.") + name + "=" + rows.key(i);
  }
  return text;
}

std::string columnList(const TableForm& form, Assignments insert) {
  std::string text = keyList(form);
  for (const Assignment& assignment : insert) {
    text += (text.empty() ? "" : ",") + form.column(assignment.column).name;
  }
  return text;
}

bool namesAlwaysIdentity(const TableForm& form, Assignments insert) {
  for (const ColumnId id : form.table->key) {
    if (form.column(id).isAlwaysIdentity) return true;
  }
  for (const Assignment& assignment : insert) {
    if (form.column(assignment.column).isAlwaysIdentity) return true;
  }
  return false;
}

std::string insertRows(const TableForm& form, Assignments insert) {
  const Rows rows(form, insert);
  return "INSERT INTO " + form.name + " AS t(" + columnList(form, insert) + ")" +
         (namesAlwaysIdentity(form, insert) ? " OVERRIDING SYSTEM VALUE" : "") + " SELECT " +
         rows.all() + " FROM " + rows.source();
}

// `a=x`, or `a=coalesce(t.a,0)+x`.
std::string assigned(const TableForm& form, const Assignment& assignment,
                     const std::string& value) {
  const std::string& name = form.column(assignment.column).name;
  return assignment.kind == AssignmentKind::Set ? name + "=" + value
                                                : name + "=coalesce(t." + name + ",0)+" + value;
}

std::string updateToInserted(const TableForm& form, Assignments insert) {
  CHECK(!insert.empty());
  std::string text;
  for (const Assignment& each : insert) {
    text += (text.empty() ? "" : ",") +
            assigned(form, each, "excluded." + form.column(each.column).name);
  }
  return text;
}

std::string updateRows(const TableForm& form, Assignments update) {
  CHECK(!update.empty());
  const Rows rows(form, update);
  std::string text;
  for (std::size_t i = 0; i < update.size(); ++i) {
    text += (i == 0 ? "" : ",") + assigned(form, update[i], rows.value(i));
  }
  return "UPDATE " + form.name + " AS t SET " + text + " FROM " + rows.source() + " WHERE " +
         sameKey(form, rows);
}

}  // namespace

std::string statementText(const TableForm& form, const StatementShape& shape) {
  const Rows keys(form, {});
  const auto onConflict = [&] {
    return insertRows(form, shape.insert) + " ON CONFLICT(" + keyList(form) + ") DO ";
  };
  switch (shape.kind) {
    case StatementKind::Exists:
    case StatementKind::ExistsForWrite:
      return "SELECT u.number FROM " + keys.numberedSource() + " JOIN " + form.name + " AS t ON " +
             sameKey(form, keys) + (shape.kind == StatementKind::Exists ? "" : " FOR UPDATE OF t");
    case StatementKind::Insert:
      return insertRows(form, shape.insert);
    case StatementKind::InsertOrNothing:
      return onConflict() + "NOTHING";
    case StatementKind::UpsertSame:
      return onConflict() + "UPDATE SET " + updateToInserted(form, shape.insert);
    case StatementKind::Update:
      return updateRows(form, shape.update);
    case StatementKind::Delete:
      return "DELETE FROM " + form.name + " AS t USING " + keys.source() + " WHERE " +
             sameKey(form, keys);
  }
  CHECK(!"a kind outside the enumeration");
  return {};
}

std::string insertDefaultsText(const TableForm& form, std::size_t rows) {
  return "INSERT INTO " + form.name + " SELECT FROM pg_catalog.generate_series(1," +
         std::to_string(rows) + ")";
}

std::string copyText(const TableForm& form, Assignments insert, Parameter::Format format) {
  return "COPY " + form.name + "(" + columnList(form, insert) + ") FROM STDIN" +
         (format == Parameter::Format::Binary ? " (FORMAT binary)" : "");
}

}  // namespace penstock::postgres
