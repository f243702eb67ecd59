// SPDX-License-Identifier: Apache-2.0
// A real SQLite file in a temporary folder with an attached store and a lane, batches written in a
// few words, and a second connection that looks at the result.
#pragma once

#include <sqlite3.h>

#include <QTemporaryDir>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/batch.h"
#include "store/sqlite/sqlite_store.h"

namespace penstock::test {

/// `column` set to, or increased by, a value.
struct NamedAssignment {
  std::string_view column;
  ValueView value;
  AssignmentKind kind = AssignmentKind::Set;
};
using NamedAssignments = std::vector<NamedAssignment>;

struct NamedEffect {
  IfAbsent ifAbsent = IfAbsent::Nothing;
  IfPresent ifPresent = IfPresent::Nothing;
  std::vector<ValueView> key;
  NamedAssignments insert;
  NamedAssignments update;
};

/// Puts a batch together; text and bytes are borrowed.
class BatchBuilder {
 public:
  explicit BatchBuilder(CatalogPointer catalog);
  /// Consecutive effects on one table are one block.
  BatchBuilder& add(std::string_view table, const NamedEffect& effect);
  BatchBuilder& nextRun();
  BatchBuilder& settleLetter(const SettledLetter& letter) {
    m_batch.letters.push_back(letter);
    return *this;
  }
  const Batch& batch() const { return m_batch; }

 private:
  Slice assignments(const Table& table, const NamedAssignments& named);

  Batch m_batch;
};

/// Another program that uses the database.
class OtherConnection {
 public:
  explicit OtherConnection(const std::string& path);
  ~OtherConnection() { sqlite3_close(m_handle); }
  OtherConnection(const OtherConnection&) = delete;
  OtherConnection& operator=(const OtherConnection&) = delete;
  /// The result code.
  int run(const std::string& sql);
  /// Rows as SQL literals, columns joined by `|`.
  std::vector<std::string> rows(const std::string& sql);
  /// A column in the order of rowid, to the last bit.
  std::vector<double> reals(const std::string& column, const std::string& table) const;

 private:
  sqlite3* m_handle = nullptr;
};

class SqliteFixture {
 public:
  explicit SqliteFixture(std::string_view schema, SqliteOptions options = {});

  std::string path() const;
  SqliteStore& store() { return *m_store; }
  StoreLane& lane() { return *m_lane; }
  const CatalogPointer& catalog() const { return m_catalog; }
  BatchBuilder builder() const { return BatchBuilder(m_catalog); }
  /// Commits at the next sequence, which stays the same after a failure.
  CommitResult commit(const BatchBuilder& builder, std::vector<DeadLetter> letters = {});
  CommitResult commitOne(std::string_view table, const NamedEffect& effect);
  std::vector<std::string> rows(const std::string& sql);
  std::uint64_t settled() const { return m_settled; }

 private:
  QTemporaryDir m_directory;
  std::unique_ptr<SqliteStore> m_store;
  std::unique_ptr<StoreLane> m_lane;
  CatalogPointer m_catalog;
  std::uint64_t m_settled = 0;
};

/// The journal of every fixture.
JournalId fixtureJournal();

}  // namespace penstock::test
