// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/table_browser.h"

#include <QMap>
#include <QSqlError>
#include <QSqlIndex>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QVariant>
#include <algorithm>
#include <limits>

#include "model/limits.h"
#include "store/qtsql/browse_query.h"

namespace penstock {

namespace {

Status failed(const QSqlQuery& query) {
  return {StatusCode::Unavailable, query.lastError().text().toStdString()};
}

QStringList tableNames(const QSqlDatabase& database) {
  QStringList names = database.tables(QSql::Tables);
  names.removeIf([](const QString& name) {
    return name.section('.', -1).startsWith("penstock_") || name.startsWith("sqlite_");
  });
  names.sort();
  return names;
}

/// A table that the database listed, with what its queries need.
struct KnownTable {
  SqlDialect dialect;
  QString from;  ///< ` FROM "table"`
  QStringList columns;
  QStringList key;
};

// Qt's SQLite driver takes quotes out of the names of columns and splits those of tables at dots.
Status describeBySqlite(const QSqlDatabase& database, const QString& name, KnownTable& table) {
  QSqlQuery query(database);
  query.prepare("SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden<>1 ORDER BY cid");
  query.addBindValue(name);
  if (!query.exec()) {
    return failed(query);
  }
  QMap<int, QString> key;
  while (query.next()) {
    table.columns.append(query.value(0).toString());
    if (const int position = query.value(1).toInt(); position != 0) {
      key.insert(position, table.columns.back());
    }
  }
  table.key = key.values();
  return Status::ok();
}

Status describeByDriver(const QSqlDatabase& database, const QString& name, KnownTable& table) {
  QSqlQuery query(database);
  if (!query.exec("SELECT *" + table.from + " WHERE 1=0")) {
    return failed(query);
  }
  const QSqlRecord record = query.record();
  for (int i = 0; i < record.count(); ++i) {
    table.columns.append(record.fieldName(i));
  }
  const QSqlIndex key = database.primaryIndex(name);
  for (int i = 0; i < key.count(); ++i) {
    table.key.append(key.fieldName(i));
  }
  return Status::ok();
}

Result<KnownTable> findTable(const QSqlDatabase& database, const BrowseTarget& target,
                             const std::string& name) {
  const QString table = QString::fromStdString(name);
  if (!tableNames(database).contains(table)) {
    return Status(StatusCode::NotFound, "there is no table '" + name + "'");
  }
  KnownTable known{dialectOf(target.driver), {}, {}, {}};
  known.from = " FROM " + quotedTable(known.dialect, table);
  RETURN_IF_ERROR(target.driver == "QSQLITE" ? describeBySqlite(database, table, known)
                                             : describeByDriver(database, table, known));
  return known;
}

QString orderBy(const KnownTable& table, const QString& sortColumn, SortOrder order) {
  QStringList terms;
  const QString direction = order == SortOrder::Descending ? " DESC" : "";
  if (!sortColumn.isEmpty()) {
    terms.append(quotedName(table.dialect, sortColumn) + direction);
  }
  for (const QString& column : table.key) {
    if (column != sortColumn) {
      terms.append(quotedName(table.dialect, column) + direction);
    }
  }
  return terms.isEmpty() ? QString() : " ORDER BY " + terms.join(',');
}

std::string hexLiteral(const QByteArray& bytes) { return "x'" + bytes.toHex().toStdString() + "'"; }

bool isNumber(const QVariant& value) {
  const int type = value.typeId();
  return type == QMetaType::Int || type == QMetaType::UInt || type == QMetaType::LongLong ||
         type == QMetaType::ULongLong || type == QMetaType::Double;
}

// Cut to whole letters.
void cut(std::string& text, std::size_t bytesMax) {
  std::size_t end = bytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  text.resize(end);
}

TableCell cellOf(const QVariant& value, std::size_t bytesMax) {
  using Kind = TableCell::Kind;
  if (value.isNull()) {
    return {{}, Kind::Null, false};
  }
  if (value.typeId() == QMetaType::QByteArray) {
    const QByteArray bytes = value.toByteArray();
    const auto kept = std::min<qsizetype>(
        bytes.size(), static_cast<qsizetype>(std::min<std::size_t>(bytesMax, INT32_MAX)));
    return {hexLiteral(bytes.first(kept)), Kind::Text, kept < bytes.size()};
  }
  TableCell cell{value.toString().toStdString(), isNumber(value) ? Kind::Number : Kind::Text,
                 false};
  if (cell.text.size() > bytesMax) {
    cut(cell.text, bytesMax);
    cell.isCut = true;
  }
  return cell;
}

std::vector<TableCell> rowOf(const QSqlQuery& query, qsizetype columnCount, std::size_t bytesMax) {
  std::vector<TableCell> row;
  row.reserve(static_cast<std::size_t>(columnCount));
  for (int i = 0; i < columnCount; ++i) {
    row.push_back(cellOf(query.value(i), bytesMax));
  }
  return row;
}

TableRows emptyRows(const KnownTable& table) {
  TableRows rows;
  for (const QString& column : table.columns) {
    rows.columns.push_back(column.toStdString());
  }
  return rows;
}

bool runQuery(QSqlQuery& query, const QString& sql, const BrowseFilter& filter) {
  query.setForwardOnly(true);
  if (!query.prepare(sql)) {
    return false;
  }
  for (const QString& value : filter.values) {
    query.addBindValue(value);
  }
  return query.exec();
}

Status readRows(const QSqlDatabase& database, const KnownTable& table,
                const TablePageRequest& request, const BrowseFilter& filter, TableRows& rows) {
  const auto rowsMax = std::min<std::size_t>(request.rowsMax, limits::kBrowseRowsMax);
  const auto offset =
      std::min<std::uint64_t>(request.offset, std::numeric_limits<std::int64_t>::max());
  QSqlQuery query(database);
  const QString sql = "SELECT *" + table.from + filter.where +
                      orderBy(table, QString::fromStdString(request.sortColumn), request.order) +
                      QStringLiteral(" LIMIT %1 OFFSET %2").arg(rowsMax).arg(offset);
  if (!runQuery(query, sql, filter)) {
    return failed(query);
  }
  while (query.next()) {
    rows.rows.push_back(rowOf(query, table.columns.size(), limits::kBrowseCellBytesMax));
  }
  return query.lastError().isValid() ? failed(query) : Status::ok();
}

Result<std::optional<std::uint64_t>> countRows(const QSqlDatabase& database,
                                               const KnownTable& table,
                                               const BrowseFilter& filter) {
  QSqlQuery query(database);
  const QString sql = "SELECT count(*) FROM (SELECT 1" + table.from + filter.where +
                      QStringLiteral(" LIMIT %1) AS counted").arg(limits::kBrowseCountMax + 1);
  if (!runQuery(query, sql, filter) || !query.next()) {
    return failed(query);
  }
  const std::uint64_t count = query.value(0).toULongLong();
  return count > limits::kBrowseCountMax ? std::optional<std::uint64_t>() : count;
}

}  // namespace

Result<std::vector<std::string>> TableBrowser::tables() const {
  const ScopedDatabase database(m_target);
  RETURN_IF_ERROR(database.status());
  std::vector<std::string> names;
  for (const QString& name : tableNames(database.handle())) {
    names.push_back(name.toStdString());
  }
  return names;
}

Result<TablePage> TableBrowser::page(const TablePageRequest& request) const {
  const ScopedDatabase database(m_target);
  RETURN_IF_ERROR(database.status());
  const auto table = findTable(database.handle(), m_target, request.table);
  if (!table) {
    return table.status();
  }
  const QStringList& columns = table.value().columns;
  if (!request.sortColumn.empty() &&
      !columns.contains(QString::fromStdString(request.sortColumn))) {
    return Status(StatusCode::NotFound,
                  "table '" + request.table + "' has no column '" + request.sortColumn + "'");
  }
  const BrowseFilter filter =
      parseBrowseFilter(table.value().dialect, QString::fromStdString(request.filter), columns);
  TablePage page{emptyRows(table.value()), {}};
  RETURN_IF_ERROR(readRows(database.handle(), table.value(), request, filter, page.content));
  auto total = countRows(database.handle(), table.value(), filter);
  if (!total) {
    return total.status();
  }
  page.total = *total;
  return page;
}

Status TableBrowser::exportTable(const std::string& name, std::size_t rowsPerCall,
                                 const TakeRows& take) const {
  const ScopedDatabase database(m_target);
  RETURN_IF_ERROR(database.status());
  const auto table = findTable(database.handle(), m_target, name);
  if (!table) {
    return table.status();
  }
  QSqlQuery query(database.handle());
  const QString sql =
      "SELECT *" + table.value().from + orderBy(table.value(), {}, SortOrder::Ascending);
  if (!runQuery(query, sql, {})) {
    return failed(query);
  }
  TableRows rows = emptyRows(table.value());
  bool isFirst = true;
  bool hasMore = true;
  while (hasMore) {
    hasMore = query.next();
    if (hasMore) {
      rows.rows.push_back(
          rowOf(query, table.value().columns.size(), std::numeric_limits<std::size_t>::max()));
    }
    const bool isDue = hasMore ? rows.rows.size() >= rowsPerCall : isFirst || !rows.rows.empty();
    if (isDue) {
      if (take(rows) == Continue::No) {
        return {StatusCode::Cancelled, "the export of '" + name + "' was stopped"};
      }
      rows.rows.clear();
      isFirst = false;
    }
  }
  return query.lastError().isValid() ? failed(query) : Status::ok();
}

}  // namespace penstock
