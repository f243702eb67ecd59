// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/peers/sqlite_loop.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace penstock::bench {

namespace {

constexpr const char* kTable =
    "CREATE TABLE rows(id INTEGER PRIMARY KEY, name TEXT, amount INTEGER, ratio REAL, note TEXT)";
constexpr const char* kInsert =
    "INSERT INTO rows(id, name, amount, ratio, note) VALUES(?1, ?2, ?3, ?4, ?5)";
constexpr const char* kUpsert =
    "INSERT INTO rows(id, name, amount, ratio, note) VALUES(?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT(id) DO UPDATE SET name=excluded.name, amount=excluded.amount,"
    " ratio=excluded.ratio, note=excluded.note";

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

/// Order matters: FNV-1a over 64-bit words and single bytes.
class Checksum {
 public:
  void add(std::uint64_t word) { m_sum = (m_sum ^ word) * 1099511628211u; }
  void add(const unsigned char* text, int bytes) {
    for (int i = 0; i < bytes; ++i) add(text[i]);
  }
  std::uint64_t sum() const { return m_sum; }

 private:
  std::uint64_t m_sum = 14695981039346656037u;
};

}  // namespace

Result<std::unique_ptr<SqliteLoop>> SqliteLoop::open(const std::string& path,
                                                     const SqliteLoopSettings& settings) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open(path.c_str(), &database);
  std::unique_ptr<SqliteLoop> loop(new SqliteLoop(database, settings));
  if (code != SQLITE_OK) return loop->failure();
  const std::string pragmas =
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=" +
      std::to_string(settings.cachePages);
  RETURN_IF_ERROR(loop->execute(pragmas.c_str()));
  return loop;
}

SqliteLoop::~SqliteLoop() { sqlite3_close(m_database); }

Status SqliteLoop::failure() const {
  return {StatusCode::IoError, std::string("sqlite3: ") + sqlite3_errmsg(m_database)};
}

Status SqliteLoop::execute(const char* sql) {
  if (sqlite3_exec(m_database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure();
}

Status SqliteLoop::writeRow(sqlite3_stmt* statement, const Row& row) {
  sqlite3_bind_int64(statement, 1, row.id);
  sqlite3_bind_text(statement, 2, row.name.data(), static_cast<int>(row.name.size()),
                    SQLITE_STATIC);
  sqlite3_bind_int64(statement, 3, row.amount);
  sqlite3_bind_double(statement, 4, row.ratio);
  sqlite3_bind_text(statement, 5, row.note.data(), static_cast<int>(row.note.size()),
                    SQLITE_STATIC);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE ? Status() : failure();
}

Status SqliteLoop::makeTable(const RowLoad& load, RowLoad::Kind kind) {
  RETURN_IF_ERROR(execute(kTable));
  RETURN_IF_ERROR(execute("BEGIN IMMEDIATE"));
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(m_database, kInsert, -1, &prepared, nullptr) != SQLITE_OK) {
    return failure();
  }
  const Statement statement(prepared);
  for (std::uint64_t i = 0; i < RowLoad::rowsBefore(kind); ++i) {
    RETURN_IF_ERROR(writeRow(prepared, load.rowBefore(i)));
  }
  RETURN_IF_ERROR(execute("COMMIT"));
  return execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

Status SqliteLoop::writeAll(const RowLoad& load, RowLoad::Kind kind) {
  const char* sql = kind == RowLoad::Kind::Insert ? kInsert : kUpsert;
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(m_database, sql, -1, &prepared, nullptr) != SQLITE_OK) return failure();
  const Statement statement(prepared);
  std::vector<Row> batch(RowLoad::kBatchRows);
  for (std::uint64_t first = 0; first < RowLoad::kRows; first += RowLoad::kBatchRows) {
    for (std::uint64_t i = 0; i < RowLoad::kBatchRows; ++i) batch[i] = load.row(first + i);
    if (m_settings.order == SqliteLoopSettings::Order::Sorted) {
      std::stable_sort(batch.begin(), batch.end(),
                       [](const Row& a, const Row& b) { return a.id < b.id; });
    }
    RETURN_IF_ERROR(execute("BEGIN IMMEDIATE"));
    for (const Row& row : batch) RETURN_IF_ERROR(writeRow(prepared, row));
    RETURN_IF_ERROR(execute("COMMIT"));
  }
  return {};
}

Result<std::string> SqliteLoop::tally() {
  sqlite3_stmt* prepared = nullptr;
  const char* sql = "SELECT id, name, amount, ratio, note FROM rows ORDER BY id";
  if (sqlite3_prepare_v2(m_database, sql, -1, &prepared, nullptr) != SQLITE_OK) return failure();
  const Statement statement(prepared);
  std::uint64_t rows = 0;
  Checksum checksum;
  int code = sqlite3_step(prepared);
  for (; code == SQLITE_ROW; code = sqlite3_step(prepared), ++rows) {
    const double ratio = sqlite3_column_double(prepared, 3);
    std::uint64_t ratioBits = 0;
    std::memcpy(&ratioBits, &ratio, sizeof(ratioBits));
    checksum.add(static_cast<std::uint64_t>(sqlite3_column_int64(prepared, 0)));
    checksum.add(sqlite3_column_text(prepared, 1), sqlite3_column_bytes(prepared, 1));
    checksum.add(static_cast<std::uint64_t>(sqlite3_column_int64(prepared, 2)));
    checksum.add(ratioBits);
    checksum.add(sqlite3_column_text(prepared, 4), sqlite3_column_bytes(prepared, 4));
  }
  if (code != SQLITE_DONE) return failure();
  return std::to_string(rows) + " rows, checksum " + std::to_string(checksum.sum());
}

}  // namespace penstock::bench
