// SPDX-License-Identifier: Apache-2.0
#include "tests/support/change_set_source.h"

#include <utility>

#include "base/check.h"
#include "model/codec_json.h"
#include "model/dead_letter.h"

namespace penstock::test {
namespace {

Table makeTable(TestTable id, const std::string& name, std::vector<std::string> columns,
                std::uint32_t keys) {
  Table table;
  table.id = TableId{static_cast<std::uint32_t>(id)};
  table.name = name;
  for (std::string& column : columns) {
    Column made;
    made.name = std::move(column);
    made.type = ColumnType::Integer;
    table.columns.push_back(std::move(made));
  }
  for (std::uint32_t i = 0; i < keys; ++i) table.key.push_back(ColumnId{i});
  return table;
}

ForeignKey foreignKey(std::uint32_t column, TestTable parent, std::uint32_t parentColumn,
                      ReferentialAction onDelete = ReferentialAction::None) {
  ForeignKey key;
  key.columns = {ColumnId{column}};
  key.referencedTable = TableId{static_cast<std::uint32_t>(parent)};
  key.referencedColumns = {ColumnId{parentColumn}};
  key.onDelete = onDelete;
  return key;
}

CatalogPointer makeSchema() {
  using T = TestTable;
  std::vector<Table> tables;
  tables.push_back(makeTable(T::Players, "players", {"id", "name", "score"}, 1));
  tables.back().uniques = {UniqueConstraint{{ColumnId{1}}}};
  tables.push_back(makeTable(T::Slots, "slots", {"id", "player", "n"}, 1));
  tables.back().foreignKeys = {foreignKey(1, T::Players, 0)};
  tables.push_back(makeTable(T::Moves, "moves", {"player", "no", "text"}, 2));
  tables.back().foreignKeys = {foreignKey(0, T::Players, 0)};
  tables.push_back(makeTable(T::Plain, "plain", {"id", "a", "b"}, 1));
  tables.back().columns[2].hasDefault = true;
  tables.push_back(makeTable(T::Log, "log", {"a"}, 0));
  tables.push_back(makeTable(T::Nodes, "nodes", {"id", "parent"}, 1));
  tables.back().foreignKeys = {foreignKey(1, T::Nodes, 0)};
  tables.push_back(makeTable(T::Owners, "owners", {"id", "a"}, 1));
  tables.push_back(makeTable(T::Pets, "pets", {"id", "owner", "friend"}, 1));
  tables.back().foreignKeys = {foreignKey(1, T::Owners, 0, ReferentialAction::Cascade),
                               foreignKey(2, T::Players, 0)};
  tables.back().columns[2].hasDefault = true;
  tables.push_back(makeTable(T::Tags, "tags", {"id", "pet"}, 1));
  tables.back().foreignKeys = {foreignKey(1, T::Pets, 0)};
  tables.push_back(makeTable(T::Shelves, "shelves", {"id", "code", "keeper"}, 1));
  tables.back().uniques = {UniqueConstraint{{ColumnId{1}}}};
  tables.back().foreignKeys = {foreignKey(2, T::Owners, 0, ReferentialAction::SetNull)};
  tables.push_back(makeTable(T::Books, "books", {"id", "shelf"}, 1));
  tables.back().foreignKeys = {foreignKey(1, T::Shelves, 1)};
  CHECK(tables.size() == kTestTables);
  return std::make_shared<Catalog>(std::move(tables));
}

}  // namespace

const CatalogPointer& schemaOfEverything() {
  static const CatalogPointer schema = makeSchema();
  return schema;
}

std::string encode(const std::vector<TestChange>& changes, const ChangeSetWriter::Header& header) {
  ChangeSetWriter writer;
  writer.begin(header);
  for (const TestChange& change : changes) {
    writer.beginChange(change.operation, TableId{static_cast<std::uint32_t>(change.table)});
    for (const Value& value : change.key) writer.key(value.view());
    for (const auto& [column, value] : change.set) writer.set(ColumnId{column}, value.view());
    for (const auto& [column, delta] : change.add) {
      writer.add(ColumnId{column}, ValueView::integer(delta));
    }
    writer.endChange();
  }
  return std::string(writer.finish());
}

void TestEntries::pushBytes(std::string bytes) {
  m_bytes.push_back(std::move(bytes));
  auto view = ChangeSetView::parse(m_bytes.back());
  CHECK(view.isOk());
  WindowEntry entry;
  entry.sequence = makeSequence(1, static_cast<std::uint32_t>(m_bytes.size()));
  entry.changes = view->changeCount();
  entry.bytes = m_bytes.back().size();
  entry.changeSet = *view;
  m_entries.push_back(entry);
}

void TestEntries::pushLetter(Sequence sequence, const std::vector<TestChange>& changes) {
  LetterOrder order{LetterAction::Discard, "primary", "0f1e", sequence, "ada", {}};
  const std::string changeSet = changes.empty() ? std::string() : encode(changes);
  if (!changes.empty()) order.action = LetterAction::Retry;
  order.changeSet = changeSet;
  order.encodeTo(m_bytes.emplace_back());
  WindowEntry entry;
  entry.sequence = makeSequence(1, static_cast<std::uint32_t>(m_bytes.size()));
  entry.kind = changes.empty() ? EntryKind::LetterDiscard : EntryKind::LetterRetry;
  entry.bytes = m_bytes.back().size();
  entry.order = m_bytes.back();
  if (!changes.empty()) {
    const auto kept = LetterOrder::parse(entry.order);
    CHECK(kept.isOk());
    const auto view = ChangeSetView::parse(kept->changeSet);
    CHECK(view.isOk());
    entry.changeSet = *view;
    entry.changes = view->changeCount();
  }
  m_entries.push_back(entry);
}

std::string TestEntries::describe(const Catalog& catalog) const {
  std::string text;
  for (const WindowEntry& entry : m_entries) text += toJson(entry.changeSet, catalog) + "\n";
  return text;
}

std::vector<TestChange> randomChangeSet(std::mt19937& random, const RandomOptions& options) {
  const auto below = [&random](std::int64_t end) {
    return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random);
  };
  const CatalogPointer catalog = schemaOfEverything();
  std::vector<TestChange> changes(static_cast<std::size_t>(1 + below(options.changesMax)));
  for (TestChange& change : changes) {
    change.table = options.tables.empty()
                       ? TestTable{static_cast<std::uint32_t>(below(kTestTables))}
                       : options.tables[static_cast<std::size_t>(
                             below(static_cast<std::int64_t>(options.tables.size())))];
    const Table& table = catalog->table(TableId{static_cast<std::uint32_t>(change.table)});
    change.operation = Operation{static_cast<std::uint8_t>(1 + below(4))};
    if (table.key.empty()) change.operation = Operation::Insert;
    for (std::size_t i = 0; i < table.key.size(); ++i) {
      change.key.push_back(Value::integer(1 + below(options.keysMax)));
    }
    if (change.operation == Operation::Delete) continue;
    const auto columns = static_cast<std::uint32_t>(table.columns.size());
    for (auto column = static_cast<std::uint32_t>(table.key.size()); column < columns; ++column) {
      const std::int64_t what = below(6);
      if (what == 0) change.set.emplace_back(column, Value::null());
      if (what == 1) change.add.emplace_back(column, 1 + below(2));
      if (what > 2) change.set.emplace_back(column, Value::integer(1 + below(options.keysMax)));
    }
  }
  return changes;
}

}  // namespace penstock::test
