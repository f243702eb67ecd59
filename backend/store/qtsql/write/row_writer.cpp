// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/row_writer.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/check.h"
#include "model/limits.h"

namespace penstock::qtsql {

namespace {

// So that texts of few sizes serve any count of rows.
constexpr std::size_t kStatementGrowth = 4;

std::size_t bytesOf(ValueView value) {
  return value.kind() >= ValueKind::Text ? value.asText().size() : sizeof(std::int64_t);
}

void appendKeyPart(std::string& key, std::string_view part) {
  key += std::to_string(part.size());
  key += ':';
  key += part;
}

// Of types that compare here (TableFacts::keysCompare) equal keys have equal texts.
std::string textOf(std::span<const ValueView> key) {
  std::string text;
  for (const ValueView value : key) {
    appendKeyPart(text, value.kind() == ValueKind::Integer ? std::to_string(value.asInteger())
                                                           : std::string(value.asText()));
  }
  return text;
}

std::string textOfRow(const QSqlQuery& row, std::size_t columns) {
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) {
    const QByteArray part = row.value(static_cast<int>(i)).toByteArray();
    appendKeyPart(text, {part.constData(), static_cast<std::size_t>(part.size())});
  }
  return text;
}

}  // namespace

Failure RowWriter::apply(const Batch& batch) {
  m_batch = &batch;
  m_rows = 0;
  followCatalog(batch);
  for (const Run& run : batch.runs) {
    for (const TableBlock& block : run.blocks) {
      if (Failure failure = applyBlock(block)) return failure;
    }
  }
  return {};
}

void RowWriter::followCatalog(const Batch& batch) {
  if (m_catalog == batch.catalog) return;
  m_session.forget();
  m_facts.clear();
  m_facts.resize(batch.catalog->tables().size());
  m_catalog = batch.catalog;
}

void RowWriter::setTable(TableId table) {
  m_table = &m_catalog->table(table);
  std::optional<TableFacts>& facts = m_facts[toIndex(table)];
  if (!facts) facts = factsOf(*m_table);
  m_now = &*facts;
}

Failure RowWriter::applyBlock(const TableBlock& block) {
  setTable(block.table);
  Rows rows(block.rows);
  while (!rows.empty()) {
    const Rows chunk = rows.first(chunkSize(rows));
    if (Failure failure = applyChunk(chunk)) return failure;
    rows = rows.subspan(chunk.size());
  }
  return {};
}

// At least one.
std::size_t RowWriter::chunkSize(Rows rows) const {
  if (!m_now->keysCompare) return 1;
  const std::size_t bytesMax =
      std::min<std::size_t>(limits::kQtSqlStatementBytes, m_session.packetMax() / 4);
  const std::size_t countMax = std::min(rows.size(), limits::kQtSqlStatementRows);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < countMax; ++i) {
    for (const ValueView value : keyOf(rows[i])) bytes += bytesOf(value);
    for (const Slice slice : {rows[i].insert, rows[i].update}) {
      for (const Assignment& each : assignmentsOf(slice)) bytes += bytesOf(each.value);
    }
    if (bytes > bytesMax) return std::max<std::size_t>(i, 1);
  }
  return countMax;
}

Failure RowWriter::applyChunk(Rows rows) {
  if (rows.size() == 1) return applyOne(rows[0]);
  Presence isThere;
  if (Failure failure = ask(rows, isThere)) return failure;
  Plan chunk;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (Failure failure = plan(rows[i], isThere[i], chunk)) return failure;
  }
  if (Failure failure = m_session.execute("SAVEPOINT penstock_rows")) return failure;
  const std::uint64_t rowsBefore = m_rows;
  Failure failure = carryOut(chunk);
  if (!failure || failure->outcome != CommitOutcome::Refused || failure->code == kWouldChange) {
    return failure;
  }
  if (Failure undone = m_session.execute("ROLLBACK TO SAVEPOINT penstock_rows")) return undone;
  m_rows = rowsBefore;
  for (const RowEffect& effect : rows) {
    if (Failure one = applyOne(effect)) return one;
  }
  return {};
}

Failure RowWriter::applyOne(const RowEffect& effect) {
  Presence isThere;
  if (Failure failure = ask({&effect, 1}, isThere)) return failure;
  Plan one;
  if (Failure failure = plan(effect, isThere[0], one)) return failure;
  Failure failure = carryOut(one);
  return failure && failure->code == kRowIsThere && mustAsk(effect) && !isThere[0]
             ? insertedMeanwhile(effect, std::move(*failure))
             : failure;
}

bool RowWriter::mustAsk(const RowEffect& effect) const {
  if (m_table->key.empty()) return false;
  const bool onlyInserts =
      effect.ifAbsent == IfAbsent::Insert && effect.ifPresent == IfPresent::Error;
  const bool changesNothing = effect.ifPresent == IfPresent::Nothing ||
                              (effect.ifPresent == IfPresent::Update && effect.update.size() == 0);
  return !onlyInserts && !(effect.ifAbsent == IfAbsent::Nothing && changesNothing);
}

Failure RowWriter::ask(Rows rows, Presence& isThere) {
  isThere.assign(rows.size(), false);
  Steps wanted;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!mustAsk(rows[i])) continue;
    wanted.push_back({&rows[i], {}});
    places.push_back(i);
  }
  for (std::size_t done = 0; done < wanted.size();) {
    const auto left = std::span<const Step>(wanted).subspan(done);
    const auto some = left.first(countAtOnce(StatementKind::Ask, left));
    Presence found;
    if (Failure failure = askSome(some, found)) return failure;
    for (std::size_t i = 0; i < some.size(); ++i) isThere[places[done + i]] = found[i];
    done += some.size();
  }
  return {};
}

Failure RowWriter::askSome(std::span<const Step> wanted, Presence& isThere) {
  QSqlQuery* row = nullptr;
  if (Failure failure = runOnce(StatementKind::Ask, wanted, row)) return failure;
  isThere.assign(wanted.size(), false);
  if (wanted.size() == 1) {
    isThere[0] = row->next();
    return {};
  }
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    places.emplace(textOf(keyOf(*wanted[i].effect)), i);
  while (row->next()) {
    const auto place = places.find(textOfRow(*row, m_table->key.size()));
    if (place == places.end()) {
      CommitResult failure{CommitOutcome::Drifted, "PENSTOCK_KEY_CHANGED",
                           "its keys do not come back as they were written", 0};
      return placed(std::move(failure), StatementKind::Ask, wanted);
    }
    isThere[place->second] = true;
  }
  return {};
}

Failure RowWriter::plan(const RowEffect& effect, bool isThere, Plan& plan) const {
  const bool onlyInserts =
      effect.ifAbsent == IfAbsent::Insert && effect.ifPresent == IfPresent::Error;
  if (m_table->key.empty() && effect.ifAbsent != IfAbsent::Insert) {
    return refused(kNoKey, "the table has no key: rows can only be inserted", effect);
  }
  if (m_table->key.empty() || onlyInserts) {
    plan.inserts.push_back({&effect, assignmentsOf(effect.insert)});
    return {};
  }
  if (!mustAsk(effect)) return {};
  if (!isThere) {
    if (effect.ifAbsent == IfAbsent::Error) {
      return refused(kMissingRow, "the row is missing", effect);
    }
    if (effect.ifAbsent == IfAbsent::Insert) {
      plan.inserts.push_back({&effect, assignmentsOf(effect.insert)});
    }
    return {};
  }
  switch (effect.ifPresent) {
    case IfPresent::Error:
      return refused(kRowIsThere, "the row is there already", effect);
    case IfPresent::Nothing:
      return {};
    case IfPresent::Update:
      if (effect.update.size() > 0) {
        plan.updates.push_back({&effect, assignmentsOf(effect.update)});
      }
      return {};
    case IfPresent::Replace:
      plan.inserts.push_back({&effect, assignmentsOf(effect.insert)});
      [[fallthrough]];
    case IfPresent::Delete:
      plan.deletes.push_back({&effect, {}});
      return {};
  }
  return {};
}

Failure RowWriter::carryOut(const Plan& plan) {
  if (Failure failure = runAll(StatementKind::Delete, plan.deletes)) return failure;
  if (Failure failure = runAll(StatementKind::Update, plan.updates)) return failure;
  return runAll(StatementKind::Insert, plan.inserts);
}

// Their order is free: those with the same columns go together.
Failure RowWriter::runAll(StatementKind kind, const Steps& steps) {
  std::vector<Steps> groups;
  for (const Step& step : steps) {
    const auto found = std::ranges::find_if(groups, [&](const Steps& group) {
      return haveSameColumns(group[0].assignments, step.assignments);
    });
    (found != groups.end() ? *found : groups.emplace_back()).push_back(step);
  }
  for (const Steps& group : groups) {
    const bool rewrites = kind == StatementKind::Update && group.size() > 1 && m_now->mayRewrite &&
                          areComplete(*m_now, group[0].assignments);
    if (Failure failure = runSame(rewrites ? StatementKind::Rewrite : kind, group)) return failure;
  }
  return {};
}

Failure RowWriter::runSame(StatementKind kind, std::span<const Step> steps) {
  while (!steps.empty()) {
    const auto some = steps.first(countAtOnce(kind, steps));
    QSqlQuery* statement = nullptr;
    if (Failure failure = runOnce(kind, some, statement)) return failure;
    const bool countsRows = kind == StatementKind::Update || kind == StatementKind::Delete;
    if (countsRows && statement->numRowsAffected() != static_cast<int>(some.size())) {
      // Rows that are locked do not go; whatever made them is better tried again than guessed.
      return placed({CommitOutcome::Transient, "PENSTOCK_ROWS_CHANGED",
                     "rows that were there are not there any more", 0},
                    kind, some);
    }
    m_rows += some.size();
    steps = steps.subspan(some.size());
  }
  return {};
}

Failure RowWriter::runOnce(StatementKind kind, std::span<const Step> steps, QSqlQuery*& statement) {
  const StatementShape shape{&m_now->form, kind, steps[0].assignments, steps.size()};
  std::vector<QVariant> values;
  values.reserve(steps.size() * parametersPerRow(shape));
  if (Failure failure = bind(kind, steps, values)) return failure;
  Failure failure = m_session.prepare(
      statementKey(shape), [&] { return statementText(m_session.dialect(), shape); }, statement);
  if (!failure) failure = m_session.run(*statement, values);
  return failure ? placed(std::move(*failure), kind, steps) : failure;
}

/// The key was free when it was asked for, and is not now; or it is another unique value.
Failure RowWriter::insertedMeanwhile(const RowEffect& effect, CommitResult failure) {
  Presence isThere;
  if (Failure asked = ask({&effect, 1}, isThere)) return asked;
  if (isThere[0]) failure.outcome = CommitOutcome::Transient;
  return failure;
}

std::size_t RowWriter::countAtOnce(StatementKind kind, std::span<const Step> steps) const {
  if (kind == StatementKind::Update) return 1;
  const StatementShape shape{&m_now->form, kind, steps[0].assignments, 1};
  const std::size_t perRow = std::max<std::size_t>(parametersPerRow(shape), 1);
  const std::size_t countMax = std::min(
      {steps.size(), limits::kQtSqlStatementRows, m_session.dialect().parametersMax() / perRow});
  std::size_t count = 1;
  while (count * kStatementGrowth <= countMax) count *= kStatementGrowth;
  return count;
}

Failure RowWriter::bind(StatementKind kind, std::span<const Step> steps,
                        std::vector<QVariant>& values) const {
  for (const Step& step : steps) {
    if (Failure failure = bindRow(kind, step, values)) return failure;
  }
  return {};
}

Failure RowWriter::bindRow(StatementKind kind, const Step& step,
                           std::vector<QVariant>& values) const {
  const auto bindAssignments = [&]() -> Failure {
    for (const Assignment& each : step.assignments) {
      if (Failure failure = bindValue(*step.effect, each.column, each.value, values))
        return failure;
    }
    return {};
  };
  if (kind == StatementKind::Update) {
    if (Failure failure = bindAssignments()) return failure;
  }
  const std::span<const ValueView> key = keyOf(*step.effect);
  CHECK(key.size() == m_table->key.size());
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (Failure failure = bindValue(*step.effect, m_table->key[i], key[i], values)) return failure;
  }
  return kind == StatementKind::Update ? Failure{} : bindAssignments();
}

Failure RowWriter::bindValue(const RowEffect& effect, ColumnId column, ValueView value,
                             std::vector<QVariant>& values) const {
  std::string why;
  std::optional<QVariant> parameter = toParameter(m_now->form.columns[toIndex(column)], value, why);
  if (!parameter) {
    const Column& described = m_table->column(column);
    return refused(kWouldChange,
                   toDisplayText(value, 60) + " would not be kept as it is in column '" +
                       described.name + "' (" + described.declaredType + "): " + why,
                   effect);
  }
  values.push_back(std::move(*parameter));
  return {};
}

std::span<const ValueView> RowWriter::keyOf(const RowEffect& effect) const {
  return {m_batch->values.data() + effect.key.begin, effect.key.size()};
}

std::span<const Assignment> RowWriter::assignmentsOf(const Slice& slice) const {
  return {m_batch->assignments.data() + slice.begin, slice.size()};
}

CommitResult RowWriter::placed(CommitResult failure, StatementKind kind,
                               std::span<const Step> steps) const {
  // What the catalog knows to be required, the change should have given; else the table is another.
  if (failure.code == kNoDefault && kind == StatementKind::Insert &&
      areComplete(*m_now, steps[0].assignments)) {
    failure.outcome = CommitOutcome::Drifted;
  }
  if (failure.outcome == CommitOutcome::Drifted) failure.table = m_table->name;
  failure.message +=
      ": " + (steps.size() == 1 ? placeOf(*steps[0].effect) : "table '" + m_table->name + "'");
  return failure;
}

CommitResult RowWriter::refused(std::string_view code, const std::string& what,
                                const RowEffect& effect) const {
  return {CommitOutcome::Refused, std::string(code), what + ": " + placeOf(effect), 0};
}

std::string RowWriter::placeOf(const RowEffect& effect) const {
  std::string place = "table '" + m_table->name + "'";
  const std::span<const ValueView> key = keyOf(effect);
  for (std::size_t i = 0; i < key.size(); ++i) {
    place += (i == 0 ? ", key " : ", ") + toDisplayText(key[i]);
  }
  return place;
}

}  // namespace penstock::qtsql
