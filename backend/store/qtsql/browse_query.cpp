// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/browse_query.h"

namespace penstock {

namespace {

// A character that is not special in any dialect's string literals.
constexpr QChar kEscape = '!';

QString likePattern(const QString& text) {
  QString pattern = text.toLower();
  for (const QChar special : {kEscape, QChar('%'), QChar('_')}) {
    pattern.replace(special, QString(kEscape) + special);
  }
  return '%' + pattern + '%';
}

QString asText(const SqlDialect& dialect, const QString& column) {
  return "CAST(" + quotedName(dialect, column) + " AS " + dialect.textType + ")";
}

}  // namespace

SqlDialect dialectOf(std::string_view driver) {
  if (driver == "QMYSQL" || driver == "QMARIADB") {
    return {'`', QStringLiteral("CHAR"), false};
  }
  // SQLite takes an unknown name in double quotes for a string.
  return {driver == "QSQLITE" ? '`' : '"', QStringLiteral("TEXT"), driver == "QPSQL"};
}

QString quotedName(const SqlDialect& dialect, const QString& name) {
  QString quoted = name;
  quoted.replace(dialect.quote, QString(2, dialect.quote));
  return dialect.quote + quoted + dialect.quote;
}

QString quotedTable(const SqlDialect& dialect, const QString& table) {
  const qsizetype dot = dialect.splitsSchema ? table.indexOf('.') : -1;
  return dot < 0
             ? quotedName(dialect, table)
             : quotedName(dialect, table.left(dot)) + '.' + quotedName(dialect, table.mid(dot + 1));
}

BrowseFilter parseBrowseFilter(const SqlDialect& dialect, const QString& text,
                               const QStringList& columns) {
  if (text.isEmpty() || columns.isEmpty()) {
    return {};
  }
  // The longest name wins: a column may be called `a=b`.
  for (qsizetype equals = text.lastIndexOf('='); equals > 0;
       equals = text.lastIndexOf('=', equals - 1)) {
    const QString column = text.left(equals).trimmed();
    if (columns.contains(column)) {
      return {" WHERE " + asText(dialect, column) + "=?", {text.mid(equals + 1).trimmed()}};
    }
  }
  BrowseFilter filter;
  for (const QString& column : columns) {
    filter.where += filter.where.isEmpty() ? " WHERE " : " OR ";
    filter.where += "lower(" + asText(dialect, column) + ") LIKE ? ESCAPE '" + kEscape + "'";
    filter.values.append(likePattern(text));
  }
  return filter;
}

}  // namespace penstock
