// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/row_writer.h"

#include <utility>

#include "base/check.h"

namespace penstock::sqlite {

namespace {

bool isConstraint(int code) { return (code & 0xff) == SQLITE_CONSTRAINT; }

}  // namespace

Failure RowWriter::apply(const Batch& batch) {
  m_batch = &batch;
  m_rows = 0;
  for (const Run& run : batch.runs) {
    for (const TableBlock& block : run.blocks) {
      if (Failure failure = applyBlock(block)) {
        return failure;
      }
    }
  }
  return {};
}

Failure RowWriter::applyBlock(const TableBlock& block) {
  m_table = &m_batch->catalog->table(block.table);
  m_hasPlan = false;
  for (const RowEffect& effect : block.rows) {
    if (Failure failure = applyRow(effect)) {
      return failure;
    }
  }
  return {};
}

Failure RowWriter::applyRow(const RowEffect& effect) {
  const RowShape shape = shapeOf(effect);
  if (!m_hasPlan || !haveSamePlan(m_shape, shape)) {
    if (m_table->key.empty() && shape.ifAbsent != IfAbsent::Insert) {
      return refused(kNoKey, "the table has no key: rows can only be inserted", effect);
    }
    if (Failure failure = makePlan(shape)) {
      return failure;
    }
  }
  switch (m_plan.strategy) {
    case RowStrategy::Nothing:
      return {};
    case RowStrategy::OneStatement:
      return runPlanned(effect, shape);
    case RowStrategy::AskFirst:
      break;
  }
  if (m_table->key.empty()) {
    return refused(kNoKey, "the table has no key: `add` cannot count a default", effect);
  }
  return askFirst(effect, shape);
}

Failure RowWriter::makePlan(const RowShape& shape) {
  m_hasPlan = false;
  m_plan = planRow(*m_table, shape);
  m_shape = shape;
  if (m_plan.strategy == RowStrategy::OneStatement) {
    const StatementShape wanted{m_table, m_plan.kind, shape.insert, shape.update};
    if (Failure failure = find(wanted, m_statement)) {
      return failure;
    }
  }
  m_hasPlan = true;
  return {};
}

Failure RowWriter::find(const StatementShape& shape, Statement*& statement) {
  Failure failure = m_cache.find(shape, statement);
  return failure ? drifted(std::move(*failure)) : failure;
}

/// What does not compile says that the table is another one than the catalog's.
CommitResult RowWriter::drifted(CommitResult failure) const {
  if (failure.code == kSchemaChanged && failure.outcome == CommitOutcome::Refused) {
    failure.outcome = CommitOutcome::Drifted;
    failure.table = m_table->name;
  }
  return failure;
}

Failure RowWriter::runPlanned(const RowEffect& effect, const RowShape& shape) {
  const StatementShape wanted{m_table, m_plan.kind, shape.insert, shape.update};
  int code = bindAll(*m_statement, wanted, keyOf(effect));
  if (code == SQLITE_OK) {
    code = m_statement->run();
  }
  if (code == SQLITE_OK) {
    const int touched = sqlite3_changes(m_connection.handle());
    m_rows += static_cast<std::uint64_t>(touched);
    return m_plan.mustTouch && touched == 0 ? askFirst(effect, shape) : Failure{};
  }
  if (m_plan.asksOnConstraint && isConstraint(code)) {
    return askFirst(effect, shape);
  }
  return failed(*m_statement, code, effect);
}

Failure RowWriter::askFirst(const RowEffect& effect, const RowShape& shape) {
  Statement* exists = nullptr;
  const StatementShape question{m_table, StatementKind::Exists, {}, {}};
  if (Failure failure = find(question, exists)) {
    return failure;
  }
  int code = bindAll(*exists, question, keyOf(effect));
  if (code == SQLITE_OK) {
    code = exists->step();
    exists->reset();
  }
  if (code == SQLITE_ROW) {
    return applyToPresent(effect, shape);
  }
  return code == SQLITE_DONE ? applyToAbsent(effect, shape) : failed(*exists, code, effect);
}

Failure RowWriter::applyToAbsent(const RowEffect& effect, const RowShape& shape) {
  switch (shape.ifAbsent) {
    case IfAbsent::Error:
      return refused(kMissingRow, "the row is missing", effect);
    case IfAbsent::Nothing:
      return {};
    case IfAbsent::Insert:
      break;
  }
  return insertRow(effect, shape.insert);
}

Failure RowWriter::applyToPresent(const RowEffect& effect, const RowShape& shape) {
  switch (shape.ifPresent) {
    case IfPresent::Error:
      return refused("SQLITE_CONSTRAINT_PRIMARYKEY", "the row is there already", effect);
    case IfPresent::Nothing:
      return {};
    case IfPresent::Update:
      return shape.update.empty()
                 ? Failure{}
                 : runKind(effect, {m_table, StatementKind::Update, {}, shape.update});
    case IfPresent::Delete:
      return runKind(effect, {m_table, StatementKind::Delete, {}, {}});
    case IfPresent::Replace:
      break;
  }
  if (Failure failure = runKind(effect, {m_table, StatementKind::Delete, {}, {}})) {
    return failure;
  }
  return insertRow(effect, shape.insert);
}

Failure RowWriter::insertRow(const RowEffect& effect, std::span<const Assignment> assignments) {
  return m_plan.hasLateAdds ? insertThenAdd(effect, assignments)
                            : runKind(effect, {m_table, StatementKind::Insert, assignments, {}});
}

Failure RowWriter::insertThenAdd(const RowEffect& effect, std::span<const Assignment> assignments) {
  m_early.clear();
  m_late.clear();
  for (const Assignment& assignment : assignments) {
    (isLateAdd(*m_table, assignment) ? m_late : m_early).push_back(assignment);
  }
  if (Failure failure = runKind(effect, {m_table, StatementKind::Insert, m_early, {}})) {
    return failure;
  }
  const std::uint64_t rows = m_rows;
  Failure failure = runKind(effect, {m_table, StatementKind::Update, {}, m_late});
  m_rows = rows;
  return failure;
}

Failure RowWriter::runKind(const RowEffect& effect, const StatementShape& shape) {
  Statement* statement = nullptr;
  if (Failure failure = find(shape, statement)) {
    return failure;
  }
  int code = bindAll(*statement, shape, keyOf(effect));
  if (code == SQLITE_OK) {
    code = statement->run();
  }
  if (code != SQLITE_OK) {
    return failed(*statement, code, effect);
  }
  m_rows += static_cast<std::uint64_t>(sqlite3_changes(m_connection.handle()));
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

int RowWriter::bindAll(Statement& statement, const StatementShape& shape,
                       std::span<const ValueView> key) const {
  CHECK(key.size() == m_table->key.size());
  int parameter = 0;
  int code = SQLITE_OK;
  const auto bindList = [&](std::span<const Assignment> assignments) {
    for (const Assignment& assignment : assignments) {
      code |= bindValue(statement, ++parameter, assignment.column, assignment.value);
    }
  };
  if (shape.kind == StatementKind::Update) {
    bindList(shape.update);
  }
  for (std::size_t i = 0; i < key.size(); ++i) {
    code |= bindValue(statement, ++parameter, m_table->key[i], key[i]);
  }
  if (shape.kind != StatementKind::Update && shape.kind != StatementKind::Delete) {
    bindList(shape.insert);
  }
  if (shape.kind == StatementKind::Upsert) {
    bindList(shape.update);
  }
  // Several failures ored together name nothing; the connection has kept the last one.
  return code == SQLITE_OK ? SQLITE_OK : sqlite3_extended_errcode(m_connection.handle());
}

int RowWriter::bindValue(Statement& statement, int parameter, ColumnId column,
                         ValueView value) const {
  constexpr std::size_t kReadRight = 15;  // letters, so no more digits
  const bool isText = value.kind() == ValueKind::Text || value.kind() == ValueKind::Json;
  const bool isLong = isText && value.asText().size() > kReadRight;
  return isLong && m_table->column(column).numericAffinity
             ? statement.bindNumber(parameter, value.asText())
             : statement.bind(parameter, value);
}

CommitResult RowWriter::failed(Statement& statement, int code, const RowEffect& effect) {
  CommitResult failure = failureOf(m_connection.handle(), code);
  failure.message += ": " + placeOf(effect);
  if (code == SQLITE_ERROR) {
    // A statement that was compiled before the schema changed fails like a failing expression.
    if (Failure changed = m_cache.compileAgain(statement)) {
      changed->message += ": " + placeOf(effect);
      return drifted(std::move(*changed));
    }
  }
  return failure;
}

CommitResult RowWriter::refused(std::string_view code, const char* what,
                                const RowEffect& effect) const {
  return {CommitOutcome::Refused, std::string(code), what + (": " + placeOf(effect)), 0};
}

std::string RowWriter::placeOf(const RowEffect& effect) const {
  std::string place = "table '" + m_table->name + "'";
  const std::span<const ValueView> key = keyOf(effect);
  for (std::size_t i = 0; i < key.size(); ++i) {
    place += (i == 0 ? ", key " : ", ") + toDisplayText(key[i]);
  }
  return place;
}

}  // namespace penstock::sqlite
