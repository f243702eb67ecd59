// SPDX-License-Identifier: Apache-2.0
// The SQL of a page of a table: quoted names that the database itself told, values to be bound.
// Pure text, so that hostile names and filters are tested without a database.
#pragma once

#include <QString>
#include <QStringList>
#include <string_view>

namespace penstock {

/// How a driver's SQL differs. `quote` doubles inside a quoted name.
struct SqlDialect {
  QChar quote = '"';
  QString textType = QStringLiteral("TEXT");  ///< what CAST calls text
  bool splitsSchema = false;                  ///< `a.b` is table b of schema a
};
SqlDialect dialectOf(std::string_view driver);

QString quotedName(const SqlDialect& dialect, const QString& name);
QString quotedTable(const SqlDialect& dialect, const QString& table);

/// What a filter text asks for: `column=value` when there is such a column (compared as text), else
/// the text anywhere in any column (letters of either case).
struct BrowseFilter {
  QString where;  ///< empty, or ` WHERE …` with a `?` for each of `values`
  QStringList values;
};
BrowseFilter parseBrowseFilter(const SqlDialect& dialect, const QString& text,
                               const QStringList& columns);

}  // namespace penstock
