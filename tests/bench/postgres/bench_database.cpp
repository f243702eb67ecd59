// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/bench_database.h"

#include "tests/bench/postgres/libpq_peer.h"

namespace penstock::bench {

namespace {

// In TMPDIR, which decides what disk is measured.
test::PostgresServer& server() {
  static test::PostgresServer server(
      {.settings = {"fsync=on", "synchronous_commit=on", "full_page_writes=on",
                    "shared_buffers=256MB", "max_wal_size=8GB", "min_wal_size=2GB",
                    "checkpoint_timeout=30min"}});
  return server;
}

}  // namespace

BenchDatabase::BenchDatabase() : m_name(server().makeDatabase()) {}

BenchDatabase::~BenchDatabase() {
  (void)server().rows("postgres", "DROP DATABASE " + m_name + " WITH (FORCE)");
}

std::string BenchDatabase::connection() const { return server().connection(m_name); }

SinkOptions BenchDatabase::sink() const {
  SinkOptions sink;
  sink.driver = "postgres";
  sink.host = "127.0.0.1";
  sink.port = server().port();
  sink.user = "postgres";
  sink.database = m_name;
  return sink;
}

Status BenchDatabase::makeTable(const RowLoad& load, std::uint64_t rowsBefore) {
  RETURN_IF_ERROR(ask("CREATE TABLE rows(id bigint PRIMARY KEY, name text, amount bigint,"
                      " ratio double precision, note text)")
                      .status());
  Result<std::unique_ptr<LibpqPeer>> peer = LibpqPeer::open(connection(), {});
  if (!peer) return peer.status();
  const RowSource before = [&load](std::uint64_t i) { return load.rowBefore(i); };
  RETURN_IF_ERROR((*peer)->copyRows(before, {0, rowsBefore}));
  RETURN_IF_ERROR(ask("VACUUM ANALYZE rows").status());
  return ask("CHECKPOINT").status();
}

Result<std::string> BenchDatabase::ask(const std::string& sql) {
  const std::vector<std::string> rows = server().rows(m_name, sql);
  if (rows.empty()) return std::string();
  if (rows.front().starts_with("ERROR")) return Status(StatusCode::IoError, rows.front());
  return rows.front();
}

Result<std::string> BenchDatabase::tally(std::int64_t idMin) {
  return ask(
      "SELECT count(*) || ' rows, checksum ' || sum(hashtextextended(r::text, 0)) FROM rows r"
      " WHERE id >= " +
      std::to_string(idMin));
}

}  // namespace penstock::bench
