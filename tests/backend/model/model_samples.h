// SPDX-License-Identifier: Apache-2.0
// A catalog with a column of every type, change sets that use it, and the writing again of any that
// was read, for the tests of the byte forms.
#pragma once

#include <string>
#include <vector>

#include "model/catalog.h"
#include "model/codec.h"

namespace penstock::test {

inline Column sampleColumn(std::string name, ColumnType type) {
  Column column;
  column.name = std::move(name);
  column.type = type;
  column.declaredType = std::string(columnTypeName(type));
  return column;
}

/// Table 0 `kinds`: a column of each type, in the order of ColumnType, key `integer`. Table 1
/// `pairs`: key (text, integer), refers to `kinds`. Table 2 `log`: no key.
inline Catalog sampleCatalog() {
  std::vector<Table> tables(3);
  for (std::uint32_t i = 0; i < tables.size(); ++i) tables[i].id = TableId{i};
  tables[0].name = "kinds";
  for (int type = 0; type <= static_cast<int>(ColumnType::Uuid); ++type) {
    const auto columnType = static_cast<ColumnType>(type);
    tables[0].columns.push_back(sampleColumn(std::string(columnTypeName(columnType)), columnType));
  }
  tables[0].key = {ColumnId{1}};
  tables[1].name = "pairs";
  tables[1].columns = {sampleColumn("left", ColumnType::Text),
                       sampleColumn("right", ColumnType::Integer),
                       sampleColumn("amount", ColumnType::Integer)};
  tables[1].key = {ColumnId{0}, ColumnId{1}};
  tables[1].uniques = {{{ColumnId{2}}}, {{}}};
  tables[1].foreignKeys = {{{ColumnId{1}},
                            TableId{0},
                            {ColumnId{1}},
                            ReferentialAction::Cascade,
                            ReferentialAction::SetNull}};
  tables[1].hasTriggers = true;
  tables[2].name = "log";
  tables[2].columns = {sampleColumn("line", ColumnType::Text)};
  tables[2].keyIsByteEqual = false;
  return Catalog(std::move(tables));
}

/// Two changes with an id, a group and a source line.
inline std::string sampleChangeSet() {
  ChangeSetWriter writer;
  writer.begin({"client", "id-1", "player:42", {7, 300, 9}});
  writer.beginChange(Operation::Update, TableId{0});
  writer.key(ValueView::integer(42));
  writer.set(ColumnId{4}, ValueView::text("hello"));
  writer.set(ColumnId{2}, ValueView::real(1.5));
  writer.set(ColumnId{6}, ValueView::boolean(true));
  writer.add(ColumnId{0}, ValueView::integer(-1));
  writer.endChange();
  writer.beginChange(Operation::Delete, TableId{1});
  writer.key(ValueView::text("left"));
  writer.key(ValueView::integer(1));
  writer.endChange();
  return std::string(writer.finish());
}

/// Writes again what a view holds.
inline std::string rewritten(const ChangeSetView& view) {
  ChangeSetWriter writer;
  writer.begin({view.client(), view.id(), view.group(), view.source()});
  auto changes = view.changes();
  while (const auto change = changes.next()) {
    writer.beginChange(change->operation, change->table);
    for (ValueCursor key(change->keyBytes); !key.atEnd();) writer.key(key.next());
    for (ValueCursor set(change->setBytes); !set.atEnd();) {
      const auto [column, value] = set.nextAssignment();
      writer.set(column, value);
    }
    for (ValueCursor add(change->addBytes); !add.atEnd();) {
      const auto [column, value] = add.nextAssignment();
      writer.add(column, value);
    }
    writer.endChange();
  }
  return std::string(writer.finish());
}

/// All but the group hash: parse() does not check it, so a damaged set may carry it wrong.
inline std::string withoutHash(std::string bytes) { return bytes.replace(2, 8, 8, '\0'); }

}  // namespace penstock::test
