// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/row_changes.h"

#include "base/check.h"

namespace penstock::bench {

Result<RowChanges> RowChanges::of(const Catalog& catalog) {
  const Table* table = catalog.find("rows");
  if (table == nullptr) return Status(StatusCode::NotFound, "the engine knows no table \"rows\"");
  const auto id = [&](std::string_view column) {
    const std::optional<ColumnId> found = table->findColumn(column);
    CHECK(found.has_value());
    return *found;
  };
  RowChanges changes;
  changes.m_table = table->id;
  changes.m_name = id("name");
  changes.m_amount = id("amount");
  changes.m_ratio = id("ratio");
  changes.m_note = id("note");
  return changes;
}

std::string_view RowChanges::encode(const Row& row, Operation operation) {
  m_writer.begin({});
  m_writer.beginChange(operation, m_table);
  m_writer.key(ValueView::integer(row.id));
  m_writer.set(m_name, ValueView::text(row.name));
  m_writer.set(m_amount, ValueView::integer(row.amount));
  m_writer.set(m_ratio, ValueView::real(row.ratio));
  m_writer.set(m_note, ValueView::text(row.note));
  m_writer.endChange();
  return m_writer.finish();
}

void RowChanges::beginUpdate(const Row& row, std::string_view group) {
  ChangeSetWriter::Header header;
  header.group = group;
  m_writer.begin(header);
  m_writer.beginChange(Operation::Update, m_table);
  m_writer.key(ValueView::integer(row.id));
  m_writer.set(m_amount, ValueView::integer(row.amount));
  m_writer.set(m_note, ValueView::text(row.note));
  m_writer.endChange();
}

std::string_view RowChanges::encodeUpdate(const Row& row, std::string_view group) {
  beginUpdate(row, group);
  return m_writer.finish();
}

std::string_view RowChanges::encodeUpdateAndCount(const Row& row, std::string_view group,
                                                  std::int64_t countedId) {
  beginUpdate(row, group);
  m_writer.beginChange(Operation::Update, m_table);
  m_writer.key(ValueView::integer(countedId));
  m_writer.add(m_amount, ValueView::integer(1));
  m_writer.endChange();
  return m_writer.finish();
}

}  // namespace penstock::bench
