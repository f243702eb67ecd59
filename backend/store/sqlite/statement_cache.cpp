// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/statement_cache.h"

#include <algorithm>

#include "base/check.h"
#include "model/limits.h"
#include "store/sqlite/schema_reader.h"

namespace penstock::sqlite {

namespace {

void appendNumber(std::string& key, std::uint32_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void appendColumns(std::string& key, std::span<const Assignment> assignments) {
  for (const Assignment& assignment : assignments) {
    appendNumber(key, static_cast<std::uint32_t>(assignment.column));
    key += static_cast<char>(assignment.kind);
  }
}

}  // namespace

StatementCache::StatementCache(sqlite3* database, std::size_t countMax)
    : m_database(database), m_countMax(countMax) {
  CHECK(countMax >= limits::kStatementsKeptMin);
}

Failure StatementCache::find(const StatementShape& shape, Statement*& statement) {
  writeKey(shape);
  auto found = m_entries.find(m_key);
  if (found == m_entries.end()) {
    const std::vector<std::string>* collations = nullptr;
    if (Failure failure = collationsOf(*shape.table, collations)) {
      return failure;
    }
    Statement compiled;
    if (Failure failure = compiled.prepare(m_database, statementText(shape, *collations))) {
      return failure;
    }
    makeRoom();
    found = m_entries.emplace(m_key, Entry{std::move(compiled), 0}).first;
  }
  found->second.usedAt = ++m_uses;
  statement = &found->second.statement;
  return {};
}

Failure StatementCache::compileAgain(Statement& statement) {
  const std::string text = statement.sql();
  Statement compiled;
  if (Failure failure = compiled.prepare(m_database, text)) {
    return failure;
  }
  statement = std::move(compiled);
  return {};
}

void StatementCache::clear() {
  m_entries.clear();
  m_collations.clear();
}

void StatementCache::writeKey(const StatementShape& shape) {
  m_key.clear();
  appendNumber(m_key, static_cast<std::uint32_t>(shape.table->id));
  m_key += static_cast<char>(shape.kind);
  appendNumber(m_key, static_cast<std::uint32_t>(shape.insert.size()));
  appendColumns(m_key, shape.insert);
  appendColumns(m_key, shape.update);
}

void StatementCache::makeRoom() {
  if (m_entries.size() < m_countMax) {
    return;
  }
  m_entries.erase(std::ranges::min_element(m_entries, {},
                                           [](const auto& entry) { return entry.second.usedAt; }));
}

Failure StatementCache::collationsOf(const Table& table,
                                     const std::vector<std::string>*& collations) {
  static const std::vector<std::string> kAllBinary;
  if (table.keyIsByteEqual || table.key.empty()) {
    collations = &kAllBinary;
    return {};
  }
  auto found = m_collations.find(table.id);
  if (found == m_collations.end()) {
    std::vector<std::string> read;
    if (Failure failure = readKeyCollations(m_database, table.name, read)) {
      return failure;
    }
    found = m_collations.emplace(table.id, std::move(read)).first;
  }
  collations = &found->second;
  return {};
}

}  // namespace penstock::sqlite
