// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/checkpoint_reader.h"

#include <sqlite3.h>

#include <memory>

#include "model/limits.h"

namespace penstock {
namespace {

struct Closed {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct Finalized {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Query = std::unique_ptr<sqlite3_stmt, Finalized>;

Query prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(database, sql, -1, &prepared, nullptr);
  return Query(prepared);
}

}  // namespace

Result<Sequence> readSqliteCheckpoint(const std::string& path, const JournalId& journal) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, Closed> database(opened);
  if (status != SQLITE_OK) return Status(StatusCode::Unavailable, sqlite3_errstr(status));
  sqlite3_busy_timeout(opened, static_cast<int>(limits::kSqliteBusyTimeoutDefault.count()));
  const auto failed = [&] { return Status(StatusCode::Unavailable, sqlite3_errmsg(opened)); };
  const Query table =
      prepare(opened, "SELECT 1 FROM sqlite_master WHERE name = 'penstock_checkpoint'");
  if (table == nullptr) return failed();
  const int found = sqlite3_step(table.get());
  if (found == SQLITE_DONE) return kNoSequence;
  if (found != SQLITE_ROW) return failed();
  const Query newest =
      prepare(opened, "SELECT max(sequence) FROM penstock_checkpoint WHERE journal = ?1");
  if (newest == nullptr) return failed();
  const std::string id = toText(journal);
  sqlite3_bind_text(newest.get(), 1, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
  if (sqlite3_step(newest.get()) != SQLITE_ROW) return failed();
  return Sequence{static_cast<std::uint64_t>(sqlite3_column_int64(newest.get(), 0))};
}

}  // namespace penstock
