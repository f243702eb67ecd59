// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/row_writer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "model/limits.h"
#include "store/postgres/value_text.h"

namespace penstock::postgres {

namespace {

using Assignments = std::span<const Assignment>;

// Letters of UTF-8, as PostgreSQL counts them.
std::size_t countLetters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

}  // namespace

Failure RowWriter::apply(const Batch& batch, Care care) {
  m_batch = &batch;
  m_care = care;
  m_rows = 0;
  for (const Run& run : batch.runs) {
    for (const TableBlock& block : run.blocks) {
      if (Failure failure = applyBlock(block)) return failure;
    }
  }
  return {};
}

// Order among the rows of a block is free, so those of one shape go together.
Failure RowWriter::applyBlock(const TableBlock& block) {
  if (Failure failure = useTable(block.table)) return failure;
  groupRows(block);
  for (std::size_t i = 0; i < m_groupCount; ++i) {
    if (Failure failure = applyGroup(m_groups[i])) return failure;
  }
  return {};
}

Failure RowWriter::useTable(TableId id) {
  auto found = m_forms.find(id);
  if (found == m_forms.end()) {
    TableForm form;
    if (Failure failure = readForm(m_connection, m_batch->catalog->table(id), form)) return failure;
    found = m_forms.emplace(id, std::move(form)).first;
  }
  m_form = &found->second;
  return {};
}

void RowWriter::groupRows(const TableBlock& block) {
  m_groupCount = 0;
  Group* last = nullptr;
  for (const RowEffect& effect : block.rows) {
    const RowShape shape = shapeOf(effect);
    if (last == nullptr || !haveSamePlan(last->shape, shape)) last = &groupOf(shape);
    last->rows.push_back(&effect);
  }
}

RowWriter::Group& RowWriter::groupOf(const RowShape& shape) {
  for (std::size_t i = 0; i < m_groupCount; ++i) {
    if (haveSamePlan(m_groups[i].shape, shape)) return m_groups[i];
  }
  if (m_groupCount == m_groups.size()) m_groups.emplace_back();
  Group& group = m_groups[m_groupCount++];
  group.shape = shape;
  group.rows.clear();
  return group;
}

Failure RowWriter::applyGroup(const Group& group) {
  const bool hasKey = !m_form->table->key.empty();
  if (!hasKey && group.shape.ifAbsent != IfAbsent::Insert) {
    return refused(kNoKey, "the table has no key: rows can only be inserted", *group.rows.front());
  }
  if (Failure failure = checkColumns(group)) return failure;
  const RowPlan plan = planRow(*m_form, group.shape, m_care);
  switch (plan.strategy) {
    case RowStrategy::Nothing:
      return {};
    case RowStrategy::OneStatement:
      return runPlanned(group, plan);
    case RowStrategy::AskFirst:
      break;
  }
  if (!hasKey) {
    return refused(kNoKey, "the table has no key: `add` cannot count a default",
                   *group.rows.front());
  }
  return askFirst(group, plan);
}

Failure RowWriter::checkColumns(const Group& group) const {
  for (const Assignments list : {group.shape.insert, group.shape.update}) {
    for (const Assignment& each : list) {
      const ColumnForm& column = m_form->column(each.column);
      if (column.drift) return column.drift;
      if (each.kind == AssignmentKind::Add && column.sumType.empty()) {
        return refused(kNoNumber, "only numbers can be added to", *group.rows.front());
      }
    }
  }
  return {};
}

namespace {

template <typename Part>
Part partOf(Slice RowEffect::*slice, Assignments assignments, const auto& isTaken) {
  Part part;
  part.slice = slice;
  for (std::uint32_t i = 0; i < assignments.size(); ++i) {
    if (!isTaken(assignments[i])) continue;
    part.positions.push_back(i);
    part.columns.push_back(assignments[i]);
  }
  return part;
}

constexpr auto kAll = [](const Assignment&) { return true; };

}  // namespace

Failure RowWriter::runPlanned(const Group& group, const RowPlan& plan) {
  if (plan.kind == StatementKind::Insert) return insertRows(group.rows, group.shape.insert, plan);
  const bool isUpdate = plan.kind == StatementKind::Update;
  const bool hasNone = plan.kind == StatementKind::Delete;
  const Part part = isUpdate ? partOf<Part>(&RowEffect::update, group.shape.update, kAll)
                             : partOf<Part>(&RowEffect::insert,
                                            hasNone ? Assignments{} : group.shape.insert, kAll);
  const std::uint64_t before = m_rows;
  if (Failure failure = runKind(plan.kind, group.rows, part)) return failure;
  if (plan.mustTouch && m_rows - before != group.rows.size()) {
    return refused(kMissingRow, "a row is missing", *group.rows.front());
  }
  return {};
}

Failure RowWriter::askFirst(const Group& group, const RowPlan& plan) {
  const RowShape& shape = group.shape;
  const bool writes = shape.ifPresent != IfPresent::Error && shape.ifPresent != IfPresent::Nothing;
  std::vector<bool> isPresent;
  if (Failure failure = findPresent(
          group.rows, writes ? StatementKind::ExistsForWrite : StatementKind::Exists, isPresent)) {
    return failure;
  }
  Effects present;
  Effects inserted;
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    const RowEffect& row = *group.rows[i];
    if (isPresent[i] && shape.ifPresent == IfPresent::Error) {
      return refused("23505", "the row is there already", row);
    }
    if (!isPresent[i] && shape.ifAbsent == IfAbsent::Error) {
      return refused(kMissingRow, "the row is missing", row);
    }
    if (isPresent[i]) present.push_back(&row);
    if (isPresent[i] ? shape.ifPresent == IfPresent::Replace : shape.ifAbsent == IfAbsent::Insert) {
      inserted.push_back(&row);
    }
  }
  if (Failure failure = applyToPresent(group, present)) return failure;
  return insertRows(inserted, shape.insert, plan);
}

Failure RowWriter::findPresent(const Effects& rows, StatementKind question,
                               std::vector<bool>& isPresent) {
  isPresent.assign(rows.size(), false);
  const std::string sql = statementText(*m_form, {question, {}, {}});
  for (std::size_t next = 0; next < rows.size();) {
    const std::size_t begin = next;
    if (Failure failure = fillArrays(rows, {}, next)) return failure;
    QueryResult found;
    if (Failure failure = m_connection.query(sql, m_arrays, found)) {
      return failed(std::move(*failure), rows);
    }
    for (int i = 0; i < found.rowCount(); ++i) {
      isPresent[begin + static_cast<std::size_t>(found.integerAt(i, 0)) - 1] = true;
    }
  }
  return {};
}

Failure RowWriter::applyToPresent(const Group& group, const Effects& present) {
  switch (group.shape.ifPresent) {
    case IfPresent::Error:
    case IfPresent::Nothing:
      return {};
    case IfPresent::Update:
      if (group.shape.update.empty()) return {};
      return runKind(StatementKind::Update, present,
                     partOf<Part>(&RowEffect::update, group.shape.update, kAll));
    case IfPresent::Delete:
    case IfPresent::Replace:
      break;
  }
  return runKind(StatementKind::Delete, present, {});
}

Failure RowWriter::insertRows(const Effects& rows, Assignments assignments, const RowPlan& plan) {
  if (!plan.hasLateAdds) {
    return insertPart(rows, partOf<Part>(&RowEffect::insert, assignments, kAll));
  }
  const auto isLate = [&](const Assignment& each) { return isLateAdd(*m_form->table, each); };
  const auto isEarly = [&](const Assignment& each) { return !isLate(each); };
  if (Failure failure = insertPart(rows, partOf<Part>(&RowEffect::insert, assignments, isEarly))) {
    return failure;
  }
  const std::uint64_t before = m_rows;
  Failure failure =
      runKind(StatementKind::Update, rows, partOf<Part>(&RowEffect::insert, assignments, isLate));
  m_rows = before;
  return failure;
}

Failure RowWriter::insertPart(const Effects& rows, const Part& part) {
  if (rows.empty()) return {};
  if (m_form->table->key.empty() && part.columns.empty()) return insertDefaults(rows);
  const bool isMany = rows.size() >= limits::kPostgresCopyRowsMin;
  return isMany && !m_form->hasRowSecurity && !m_form->table->hasTriggers
             ? copyRows(rows, part)
             : runKind(StatementKind::Insert, rows, part);
}

Failure RowWriter::insertDefaults(const Effects& rows) {
  QueryResult result;
  if (Failure failure = m_connection.run(insertDefaultsText(*m_form, rows.size()), result)) {
    return failed(std::move(*failure), rows);
  }
  m_rows += result.touched();
  return {};
}

Failure RowWriter::copyRows(const Effects& rows, const Part& part) {
  setTargets(part);
  const auto hasForm = [](const Target& target) { return target.binary.form != BinaryForm::None; };
  Format format = std::ranges::all_of(m_targets, hasForm) ? Format::Binary : Format::Text;
  for (std::size_t next = 0; next < rows.size();) {
    if (Failure failure = fillCopy(rows, part, format, next)) return failure;
    QueryResult result;
    const std::string sql = copyText(*m_form, part.columns, format);
    if (Failure failure = m_connection.copyIn(sql, m_copy, result)) {
      return failed(std::move(*failure), rows);
    }
    m_rows += result.touched();
  }
  return {};
}

Failure RowWriter::runKind(StatementKind kind, const Effects& rows, const Part& part) {
  const std::string sql = statementText(*m_form, {kind, part.columns, part.columns});
  for (std::size_t next = 0; next < rows.size();) {
    if (Failure failure = fillArrays(rows, part, next)) return failure;
    QueryResult result;
    if (Failure failure = m_connection.query(sql, m_arrays, result)) {
      return failed(std::move(*failure), rows);
    }
    m_rows += result.touched();
  }
  return {};
}

void RowWriter::setTargets(const Part& part) {
  m_targets.clear();
  for (const ColumnId id : m_form->table->key) {
    m_targets.push_back({&m_form->column(id), m_form->column(id).binary});
  }
  for (const Assignment& assignment : part.columns) {
    m_targets.push_back(
        {&m_form->column(assignment.column), m_form->column(assignment.column).binary});
  }
}

// Takes rows from `next` on until the statement is large enough. Begins anew, with text, for a
// column of which a value has no binary form.
Failure RowWriter::fillArrays(const Effects& rows, const Part& part, std::size_t& next) {
  setTargets(part);
  const std::size_t keys = m_form->table->key.size();
  for (std::size_t i = keys; i < m_targets.size(); ++i) {
    const bool isSum = part.columns[i - keys].kind == AssignmentKind::Add;
    if (isSum) m_targets[i].binary = m_targets[i].column->sumBinary;
  }
  for (Target& target : m_targets) {
    target.way =
        target.binary.form == BinaryForm::None ? Target::Way::Element : Target::Way::Binary;
  }
  const std::size_t begin = next;
  for (;;) {
    startArrays();
    Unfit unfit;
    std::size_t bytes = 0;
    for (; next < rows.size() && bytes < limits::kPostgresStatementBytes && !unfit; ++next) {
      if (Failure failure = appendToArrays(*rows[next], part, bytes, unfit)) return failure;
    }
    if (!unfit) break;
    m_targets[*unfit].way = Target::Way::Element;
    next = begin;
  }
  endArrays(next - begin);
  return {};
}

void RowWriter::startArrays() {
  m_arrays.resize(m_targets.size());
  for (std::size_t i = 0; i < m_arrays.size(); ++i) {
    const bool isBinary = m_targets[i].way == Target::Way::Binary;
    m_arrays[i].format = isBinary ? Format::Binary : Format::Text;
    m_arrays[i].bytes.clear();
    if (isBinary) beginBinaryArray(m_arrays[i].bytes, m_targets[i].binary.oid);
  }
}

void RowWriter::endArrays(std::size_t elements) {
  for (Parameter& array : m_arrays) {
    if (array.format == Format::Binary) {
      endBinaryArray(array.bytes, elements);
    } else {
      endArray(array.bytes);
    }
  }
}

Failure RowWriter::appendToArrays(const RowEffect& row, const Part& part, std::size_t& bytes,
                                  Unfit& unfit) {
  const std::span<const ValueView> key = keyOf(row);
  bytes = 0;
  for (std::size_t i = 0; i < m_targets.size() && !unfit; ++i) {
    const ValueView value = i < key.size() ? key[i] : assignmentOf(row, part, i - key.size()).value;
    if (Failure failure = append(m_arrays[i].bytes, i, row, value, unfit)) return failure;
    bytes += m_arrays[i].bytes.size();
  }
  return {};
}

// Likewise; all of a COPY is binary, or nothing.
Failure RowWriter::fillCopy(const Effects& rows, const Part& part, Format& format,
                            std::size_t& next) {
  const std::size_t begin = next;
  for (;;) {
    const bool isBinary = format == Format::Binary;
    for (Target& target : m_targets) {
      target.way = isBinary ? Target::Way::Binary : Target::Way::CopyField;
    }
    m_copy.clear();
    if (isBinary) beginBinaryCopy(m_copy);
    Unfit unfit;
    for (; next < rows.size() && m_copy.size() < limits::kPostgresStatementBytes && !unfit;
         ++next) {
      if (Failure failure = appendToCopy(*rows[next], part, format, unfit)) return failure;
    }
    if (isBinary) endBinaryCopy(m_copy);
    if (!unfit) return {};
    format = Format::Text;
    next = begin;
  }
}

Failure RowWriter::appendToCopy(const RowEffect& row, const Part& part, Format format,
                                Unfit& unfit) {
  const std::span<const ValueView> key = keyOf(row);
  if (format == Format::Binary) beginBinaryRow(m_copy, m_targets.size());
  for (std::size_t i = 0; i < m_targets.size() && !unfit; ++i) {
    const ValueView value = i < key.size() ? key[i] : assignmentOf(row, part, i - key.size()).value;
    if (Failure failure = append(m_copy, i, row, value, unfit)) return failure;
    if (format == Format::Text) m_copy.push_back(i + 1 == m_targets.size() ? '\n' : '\t');
  }
  return {};
}

Failure RowWriter::append(std::string& to, std::size_t number, const RowEffect& row,
                          ValueView value, Unfit& unfit) {
  const Target& target = m_targets[number];
  const bool isBinary = target.way == Target::Way::Binary;
  if (value.isNull()) {
    isBinary                             ? appendBinaryNull(to)
    : target.way == Target::Way::Element ? appendNullElement(to)
                                         : appendNullCopyField(to);
    return {};
  }
  if (isBinary) {
    if (value.kind() == ValueKind::Text) {
      if (Failure failure = check(row, *target.column, value.asText())) return failure;
    }
    if (!appendBinary(to, target.binary.form, value)) unfit = number;
    return {};
  }
  const std::string_view text = plainText(value, target.column->isArray, m_scratch);
  if (Failure failure = check(row, *target.column, text)) return failure;
  target.way == Target::Way::Element ? appendElement(to, text) : appendCopyField(to, text);
  return {};
}

// PostgreSQL would end the text at the NUL, and cut blanks that are too many without a word.
Failure RowWriter::check(const RowEffect& row, const ColumnForm& column,
                         std::string_view text) const {
  if (text.find('\0') != std::string_view::npos) {
    return refused("22021", "column " + column.name + ": PostgreSQL keeps no NUL letter", row);
  }
  if (column.lettersMax != 0 && text.size() > column.lettersMax &&
      countLetters(text) > column.lettersMax) {
    return refused(
        "22001",
        "column " + column.name + ": longer than " + std::to_string(column.lettersMax) + " letters",
        row);
  }
  return {};
}

RowShape RowWriter::shapeOf(const RowEffect& effect) const {
  const Assignment* all = m_batch->assignments.data();
  return {effect.ifAbsent,
          effect.ifPresent,
          {all + effect.insert.begin, effect.insert.size()},
          {all + effect.update.begin, effect.update.size()}};
}

std::span<const ValueView> RowWriter::keyOf(const RowEffect& effect) const {
  return {m_batch->values.data() + effect.key.begin, effect.key.size()};
}

const Assignment& RowWriter::assignmentOf(const RowEffect& row, const Part& part,
                                          std::size_t i) const {
  return m_batch->assignments[(row.*part.slice).begin + part.positions[i]];
}

CommitResult RowWriter::failed(CommitResult failure, const Effects& rows) const {
  // Row security says with the same code that a row is not allowed.
  if (failure.code == "42501" && m_form->hasRowSecurity) failure.outcome = CommitOutcome::Refused;
  if (failure.outcome == CommitOutcome::Drifted) failure.table = m_form->table->name;
  failure.message +=
      ": " + (rows.size() == 1 ? placeOf(*rows.front()) : "table '" + m_form->table->name + "'");
  return failure;
}

CommitResult RowWriter::refused(std::string_view code, std::string_view what,
                                const RowEffect& row) const {
  return {CommitOutcome::Refused, std::string(code), std::string(what) + ": " + placeOf(row), 0};
}

std::string RowWriter::placeOf(const RowEffect& effect) const {
  std::string place = "table '" + m_form->table->name + "'";
  const std::span<const ValueView> key = keyOf(effect);
  for (std::size_t i = 0; i < key.size(); ++i) {
    place += (i == 0 ? ", key " : ", ") + toDisplayText(key[i]);
  }
  return place;
}

}  // namespace penstock::postgres
