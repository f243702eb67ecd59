// SPDX-License-Identifier: Apache-2.0
#include "metrics/history/history_file.h"

#include <QByteArray>
#include <QSqlError>
#include <QSqlQuery>
#include <QStringList>
#include <QVariant>
#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kRangeBytes = 3 * sizeof(double);
static_assert(std::endian::native == std::endian::little, "as the file holds its numbers");

Status statusOf(const QSqlError& error) {
  // Qt reports SQLite's extended codes; the low byte is the kind (sqlite.org/rescode.html).
  switch (error.nativeErrorCode().toInt() & 0xff) {
    case 5:  // SQLITE_BUSY
    case 6:  // SQLITE_LOCKED
      return {StatusCode::Unavailable, "another process holds it"};
    case 11:  // SQLITE_CORRUPT
    case 26:  // SQLITE_NOTADB
      return {StatusCode::Corrupt, "it is damaged: " + error.databaseText().toStdString()};
    default:
      return {StatusCode::IoError, error.text().toStdString()};
  }
}

QByteArray encode(const HistoryPoint& point) {
  QByteArray bytes(static_cast<qsizetype>(point.metrics.size() * kRangeBytes), Qt::Uninitialized);
  char* to = bytes.data();
  for (const HistoryPoint::Range& range : point.metrics) {
    const double values[] = {range.minimum, range.maximum, range.last};
    std::memcpy(to, values, kRangeBytes);
    to += kRangeBytes;
  }
  return bytes;
}

/// `places`: where in the bytes each of today's metrics is; below 0: nowhere.
bool decode(const QByteArray& bytes, const std::vector<int>& places, HistoryPoint& point) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  for (const int place : places) {
    double values[] = {kNone, kNone, kNone};
    if (place >= 0) {
      const std::size_t offset = static_cast<std::size_t>(place) * kRangeBytes;
      if (offset + kRangeBytes > static_cast<std::size_t>(bytes.size())) return false;
      std::memcpy(values, bytes.constData() + offset, kRangeBytes);
    }
    point.metrics.push_back({values[0], values[1], values[2]});
  }
  return true;
}

QString todaysNames() {
  QStringList names;
  for (const std::string& name : historyMetricNames()) names << QString::fromStdString(name);
  return names.join(',');
}

std::vector<int> placesIn(const QString& storedNames) {
  const QStringList stored = storedNames.split(',');
  std::vector<int> places;
  for (const std::string& name : historyMetricNames()) {
    places.push_back(static_cast<int>(stored.indexOf(QString::fromStdString(name))));
  }
  return places;
}

}  // namespace

HistoryFile::~HistoryFile() { close(); }

Status HistoryFile::open(const std::string& path) {
  static std::atomic<int> opened{0};
  close();
  m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"),
                                         QStringLiteral("penstock_history_%1").arg(++opened));
  m_database.setDatabaseName(QString::fromStdString(path));
  m_database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=500"));
  Status status =
      m_database.open() ? prepare() : statusOf(m_database.lastError()).withContext("open");
  if (!status.isOk()) close();
  return status.withContext(path);
}

void HistoryFile::close() {
  m_layout.reset();
  m_layouts.clear();
  if (!m_database.isValid()) return;
  const QString name = m_database.connectionName();
  m_database.close();
  m_database = QSqlDatabase();  // the last handle must be gone before the connection is
  QSqlDatabase::removeDatabase(name);
}

Status HistoryFile::prepare() {
  // Exclusive: two nodes must not mix their histories. WAL with synchronous = NORMAL syncs at its
  // checkpoints only: the disk belongs to the journal, and a crash may cost the last seconds here.
  RETURN_IF_ERROR(execute(QStringLiteral("PRAGMA locking_mode = EXCLUSIVE")));
  RETURN_IF_ERROR(checkDamage());
  RETURN_IF_ERROR(execute(QStringLiteral("PRAGMA journal_mode = WAL")));
  RETURN_IF_ERROR(execute(QStringLiteral("PRAGMA synchronous = NORMAL")));
  RETURN_IF_ERROR(execute(QStringLiteral("BEGIN IMMEDIATE")));
  RETURN_IF_ERROR(execute(QStringLiteral("PRAGMA user_version = 1")));
  RETURN_IF_ERROR(execute(QStringLiteral(
      "CREATE TABLE IF NOT EXISTS layout (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE)")));
  RETURN_IF_ERROR(execute(QStringLiteral(
      "CREATE TABLE IF NOT EXISTS point (tier INTEGER NOT NULL, from_micros INTEGER NOT NULL, "
      "run_id INTEGER NOT NULL, to_micros INTEGER NOT NULL, layout INTEGER NOT NULL, "
      "ranges BLOB NOT NULL, PRIMARY KEY (tier, from_micros, run_id)) WITHOUT ROWID")));
  RETURN_IF_ERROR(readLayouts());
  return execute(QStringLiteral("COMMIT"));
}

Status HistoryFile::checkDamage() {
  QSqlQuery query(m_database);
  if (!query.exec(QStringLiteral("PRAGMA user_version")) || !query.next()) {
    return statusOf(query.lastError());
  }
  const int version = query.value(0).toInt();
  query.finish();
  if (version > kVersion) {
    return {StatusCode::Unsupported, "made by a newer version of Penstock"};
  }
  if (!query.exec(QStringLiteral("PRAGMA quick_check(1)")) || !query.next()) {
    return statusOf(query.lastError());
  }
  const QString found = query.value(0).toString();
  if (found == QStringLiteral("ok")) return Status::ok();
  return {StatusCode::Corrupt, "it is damaged: " + found.toStdString()};
}

Status HistoryFile::readLayouts() {
  QSqlQuery query(m_database);
  query.prepare(QStringLiteral("INSERT OR IGNORE INTO layout (names) VALUES (?)"));
  query.addBindValue(todaysNames());
  if (!query.exec() || !query.exec(QStringLiteral("SELECT id, names FROM layout"))) {
    return statusOf(query.lastError());
  }
  while (query.next()) {
    const auto id = static_cast<std::int64_t>(query.value(0).toLongLong());
    const QString names = query.value(1).toString();
    if (names == todaysNames()) m_layout = id;
    m_layouts.emplace_back(id, placesIn(names));
  }
  if (m_layout) return Status::ok();
  return {StatusCode::Corrupt, "it is damaged: its list of metrics cannot be read"};
}

Status HistoryFile::append(const std::vector<TieredPoint>& points) {
  CHECK(isOpen());
  RETURN_IF_ERROR(execute(QStringLiteral("BEGIN IMMEDIATE")));
  QSqlQuery query(m_database);
  bool isDone = query.prepare(QStringLiteral(
      "INSERT OR REPLACE INTO point (tier, from_micros, run_id, to_micros, layout, ranges) "
      "VALUES (?, ?, ?, ?, ?, ?)"));
  for (const TieredPoint& tiered : points) {
    if (!isDone) break;
    query.addBindValue(static_cast<int>(tiered.tier));
    query.addBindValue(static_cast<qlonglong>(tiered.point.fromMicros));
    query.addBindValue(static_cast<qlonglong>(tiered.point.runId));
    query.addBindValue(static_cast<qlonglong>(tiered.point.toMicros));
    query.addBindValue(static_cast<qlonglong>(*m_layout));
    query.addBindValue(encode(tiered.point));
    isDone = query.exec();
  }
  Status status = isDone ? execute(QStringLiteral("COMMIT")) : statusOf(query.lastError());
  // Refused when the failure has already rolled it back, which is as well.
  if (!status.isOk()) static_cast<void>(execute(QStringLiteral("ROLLBACK")));
  return status;
}

Result<std::vector<HistoryPoint>> HistoryFile::read(HistoryTier tier, const HistoryRange& range) {
  CHECK(isOpen());
  QSqlQuery query(m_database);
  query.setForwardOnly(true);
  query.prepare(QStringLiteral(
      "SELECT from_micros, to_micros, run_id, layout, ranges FROM point "
      "WHERE tier = ? AND from_micros <= ? AND to_micros >= ? ORDER BY from_micros"));
  query.addBindValue(static_cast<int>(tier));
  query.addBindValue(static_cast<qlonglong>(range.toMicros));
  query.addBindValue(static_cast<qlonglong>(range.fromMicros));
  if (!query.exec()) return statusOf(query.lastError());
  std::vector<HistoryPoint> points;
  while (query.next()) {
    HistoryPoint point;
    point.fromMicros = query.value(0).toLongLong();
    point.toMicros = query.value(1).toLongLong();
    point.runId = static_cast<std::uint64_t>(query.value(2).toLongLong());
    const auto layout = static_cast<std::int64_t>(query.value(3).toLongLong());
    const auto known = std::find_if(m_layouts.begin(), m_layouts.end(),
                                    [layout](const auto& pair) { return pair.first == layout; });
    if (known == m_layouts.end() || !decode(query.value(4).toByteArray(), known->second, point)) {
      return Status(StatusCode::Corrupt, "it is damaged: a point cannot be read");
    }
    points.push_back(std::move(point));
  }
  // A failure in the middle ends the rows just as their end does.
  if (query.lastError().isValid()) return statusOf(query.lastError());
  return points;
}

Status HistoryFile::removeBefore(HistoryTier tier, std::int64_t wallMicros) {
  CHECK(isOpen());
  QSqlQuery query(m_database);
  query.prepare(QStringLiteral("DELETE FROM point WHERE tier = ? AND from_micros < ?"));
  query.addBindValue(static_cast<int>(tier));
  query.addBindValue(static_cast<qlonglong>(wallMicros));
  return query.exec() ? Status::ok() : statusOf(query.lastError());
}

Status HistoryFile::execute(const QString& statement) {
  QSqlQuery query(m_database);
  return query.exec(statement) ? Status::ok() : statusOf(query.lastError());
}

}  // namespace penstock
