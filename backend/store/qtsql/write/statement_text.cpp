// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/statement_text.h"

#include <QStringList>
#include <type_traits>

#include "base/check.h"

namespace penstock::qtsql {

namespace {

QString repeated(const QString& text, QLatin1String separator, std::size_t count) {
  QString all;
  all.reserve((text.size() + separator.size()) * static_cast<qsizetype>(count));
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) all += separator;
    all += text;
  }
  return all;
}

/// Writes one statement; the parts are named as in SQL.
class StatementWriter {
 public:
  StatementWriter(const WriteDialect& dialect, const StatementShape& shape)
      : m_dialect(dialect), m_shape(shape), m_table(*shape.form->table) {}

  QString text() const {
    switch (m_shape.kind) {
      case StatementKind::Ask:
        return "SELECT " + keyNames().join(',') + " FROM " + tableName() + where() +
               m_dialect.forUpdate();
      case StatementKind::Insert:
        return insert();
      case StatementKind::Rewrite:
        return insert() + m_dialect.onKeyThere() + rewrites().join(',');
      case StatementKind::Update:
        CHECK(m_shape.rows == 1);
        return "UPDATE " + tableName() + " SET " + updates().join(',') + where();
      case StatementKind::Delete:
        return "DELETE FROM " + tableName() + where();
    }
    CHECK(false);
    return {};
  }

 private:
  QString tableName() const { return m_dialect.quoted(m_table.name); }
  QString nameOf(ColumnId column) const { return m_dialect.quoted(m_table.column(column).name); }
  const ColumnForm& formOf(ColumnId column) const { return m_shape.form->columns[toIndex(column)]; }

  QStringList keyNames() const {
    QStringList names;
    for (const ColumnId column : m_table.key) names.append(nameOf(column));
    return names;
  }

  QString where() const {
    CHECK(!m_table.key.empty());
    if (m_table.key.size() == 1) {
      return " WHERE " + nameOf(m_table.key[0]) + " IN (" +
             repeated(m_dialect.keyParameter(formOf(m_table.key[0])), QLatin1String(","),
                      m_shape.rows) +
             ")";
    }
    QStringList terms;
    for (const ColumnId column : m_table.key) {
      terms.append(nameOf(column) + "=" + m_dialect.keyParameter(formOf(column)));
    }
    return " WHERE " +
           repeated("(" + terms.join(" AND ") + ")", QLatin1String(" OR "), m_shape.rows);
  }

  QString insert() const {
    QStringList columns = keyNames();
    QStringList values(columns.size(), "?");
    for (const Assignment& assignment : m_shape.assignments) {
      columns.append(nameOf(assignment.column));
      values.append(insertedValue(assignment));
    }
    return "INSERT INTO " + tableName() + "(" + columns.join(',') + ") VALUES " +
           repeated("(" + values.join(',') + ")", QLatin1String(","), m_shape.rows);
  }

  // What is added to a row that is rewritten, is added there.
  QString insertedValue(const Assignment& assignment) const {
    const bool countsDefault = assignment.kind == AssignmentKind::Add &&
                               m_shape.kind == StatementKind::Insert &&
                               m_table.column(assignment.column).hasDefault;
    return countsDefault ? m_dialect.addParameter(m_dialect.defaultOf(nameOf(assignment.column)),
                                                  formOf(assignment.column))
                         : QStringLiteral("?");
  }

  QStringList rewrites() const {
    CHECK(!m_shape.assignments.empty());
    QStringList list;
    for (const Assignment& assignment : m_shape.assignments) {
      const QString name = nameOf(assignment.column);
      const QString value = m_dialect.insertedValue(name);
      list.append(
          name + "=" +
          (assignment.kind == AssignmentKind::Set ? value : "COALESCE(" + name + ",0)+" + value));
    }
    return list;
  }

  QStringList updates() const {
    CHECK(!m_shape.assignments.empty());
    QStringList list;
    for (const Assignment& assignment : m_shape.assignments) {
      const QString name = nameOf(assignment.column);
      list.append(name + "=" +
                  (assignment.kind == AssignmentKind::Set
                       ? QStringLiteral("?")
                       : m_dialect.addParameter(name, formOf(assignment.column))));
    }
    return list;
  }

  const WriteDialect& m_dialect;
  const StatementShape& m_shape;
  const Table& m_table;
};

template <typename Number>
void append(QByteArray& key, Number number) {
  static_assert(std::is_trivially_copyable_v<Number>);
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

}  // namespace

TableForm formOf(const Table& table) {
  TableForm form{&table, {}};
  for (const Column& column : table.columns) form.columns.push_back(formOf(column));
  return form;
}

std::size_t parametersPerRow(const StatementShape& shape) {
  return shape.form->table->key.size() + shape.assignments.size();
}

QString statementText(const WriteDialect& dialect, const StatementShape& shape) {
  return StatementWriter(dialect, shape).text();
}

QByteArray statementKey(const StatementShape& shape) {
  QByteArray key;
  append(key, shape.form->table->id);
  append(key, shape.kind);
  append(key, shape.rows);
  for (const Assignment& assignment : shape.assignments) {
    append(key, assignment.column);
    append(key, assignment.kind);
  }
  return key;
}

}  // namespace penstock::qtsql
