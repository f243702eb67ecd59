// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/store/sqlite_fixture.h"

#include "base/check.h"

namespace penstock::test {

BatchBuilder::BatchBuilder(CatalogPointer catalog) {
  m_batch.catalog = std::move(catalog);
  m_batch.runs.emplace_back();
}

BatchBuilder& BatchBuilder::add(std::string_view tableName, const NamedEffect& effect) {
  const Table* table = m_batch.catalog->find(tableName);
  CHECK(table != nullptr);
  std::vector<TableBlock>& blocks = m_batch.runs.back().blocks;
  if (blocks.empty() || blocks.back().table != table->id) {
    blocks.push_back({table->id, {}});
  }
  RowEffect row{effect.ifAbsent, effect.ifPresent, {}, {}, {}};
  row.key.begin = static_cast<std::uint32_t>(m_batch.values.size());
  m_batch.values.insert(m_batch.values.end(), effect.key.begin(), effect.key.end());
  row.key.end = static_cast<std::uint32_t>(m_batch.values.size());
  row.insert = assignments(*table, effect.insert);
  row.update = assignments(*table, effect.update);
  blocks.back().rows.push_back(row);
  return *this;
}

BatchBuilder& BatchBuilder::nextRun() {
  m_batch.runs.emplace_back();
  return *this;
}

Slice BatchBuilder::assignments(const Table& table, const NamedAssignments& named) {
  const auto begin = static_cast<std::uint32_t>(m_batch.assignments.size());
  for (const NamedAssignment& each : named) {
    const auto column = table.findColumn(each.column);
    CHECK(column.has_value());
    m_batch.assignments.push_back({*column, each.kind, each.value});
  }
  return {begin, static_cast<std::uint32_t>(m_batch.assignments.size())};
}

OtherConnection::OtherConnection(const std::string& path) {
  CHECK(sqlite3_open(path.c_str(), &m_handle) == SQLITE_OK);
  sqlite3_busy_timeout(m_handle, 5000);
}

int OtherConnection::run(const std::string& sql) {
  return sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr);
}

std::vector<std::string> OtherConnection::rows(const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(m_handle, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return {sqlite3_errmsg(m_handle)};
  }
  while (sqlite3_step(statement) == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const int type = sqlite3_column_type(statement, i);
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
      row += i == 0 ? "" : "|";
      row += type == SQLITE_NULL   ? "NULL"
             : type == SQLITE_TEXT ? "'" + std::string(text, size) + "'"
                                   : std::string(text, size);
    }
    rows.push_back(std::move(row));
  }
  sqlite3_finalize(statement);
  return rows;
}

std::vector<double> OtherConnection::reals(const std::string& column,
                                           const std::string& table) const {
  std::vector<double> reals;
  sqlite3_stmt* statement = nullptr;
  const std::string sql = "SELECT " + column + " FROM " + table + " ORDER BY rowid";
  CHECK(sqlite3_prepare_v2(m_handle, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    reals.push_back(sqlite3_column_double(statement, 0));
  }
  sqlite3_finalize(statement);
  return reals;
}

SqliteFixture::SqliteFixture(std::string_view schema, SqliteOptions options) {
  options.path = path();
  auto store = SqliteStore::create(options);
  CHECK(store.isOk());
  m_store = std::move(store).value();
  CHECK(m_store->runScript(schema).isOk());
  auto catalog = m_store->readCatalog();
  CHECK(catalog.isOk());
  m_catalog = std::make_shared<const Catalog>(std::move(catalog).value());
  CHECK(m_store->attach(fixtureJournal(), "we").isOk());
  auto lane = m_store->openLane();
  CHECK(lane.isOk());
  m_lane = std::move(lane).value();
}

std::string SqliteFixture::path() const { return m_directory.filePath("data.db").toStdString(); }

CommitResult SqliteFixture::commit(const BatchBuilder& builder, std::vector<DeadLetter> letters) {
  CommitRequest request;
  request.batch = &builder.batch();
  request.fence = {{Shard{0}, Sequence{m_settled}, Sequence{m_settled + 1}}};
  request.deadLetters = std::move(letters);
  CommitResult result = m_lane->commit(request);
  m_settled += result.outcome == CommitOutcome::Committed ? 1 : 0;
  return result;
}

CommitResult SqliteFixture::commitOne(std::string_view table, const NamedEffect& effect) {
  return commit(builder().add(table, effect));
}

std::vector<std::string> SqliteFixture::rows(const std::string& sql) {
  return OtherConnection(path()).rows(sql);
}

JournalId fixtureJournal() {
  JournalId id;
  id.bytes[0] = std::byte{7};
  return id;
}

}  // namespace penstock::test
