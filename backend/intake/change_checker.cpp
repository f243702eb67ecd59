// SPDX-License-Identifier: Apache-2.0
#include "intake/change_checker.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "intake/row_identity.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::size_t kWideTableColumns = 32;  // from here on, searching one by one is too slow

/// A name for a message: quoted, short, harmless on a terminal.
std::string quoted(std::string_view name) {
  const std::size_t shown = 80;
  return "'" + escapeForLog(name.substr(0, shown)) + (name.size() > shown ? "…'" : "'");
}

std::string withHint(std::string message, std::string_view name,
                     const std::vector<std::string>& known) {
  const std::string nearest = nearestName(name, known);
  if (!nearest.empty()) message += ": did you mean " + quoted(nearest) + "?";
  return message;
}

bool isNumeric(ColumnType type) {
  return type == ColumnType::Integer || type == ColumnType::Real || type == ColumnType::Decimal ||
         type == ColumnType::Any;
}

}  // namespace

void RawChangeSet::clear() {
  id = {};
  group = {};
  form = SetForm::Set;
  fields.clear();
  changes.clear();
}

Status ChangeError::toStatus() const {
  return {code, place.empty() ? reason : place + ": " + reason};
}

std::string ChangeChecker::placeOf(SetForm form, std::size_t change, std::string_view member) {
  std::string place;
  if (form == SetForm::Set) place = "changes[" + std::to_string(change) + "]";
  if (!place.empty() && !member.empty()) place.push_back('.');
  return place.append(member);
}

Status ChangeChecker::refuse(StatusCode code, std::string place, std::string reason) {
  m_error = {code, std::move(place), std::move(reason)};
  return m_error.toStatus();
}

Status ChangeChecker::refuseAt(Place place, std::string reason, StatusCode code) {
  std::string where = placeOf(m_raw->form, m_change, place.member);
  if (!place.name.empty()) where += "." + escapeForLog(place.name.substr(0, 80));
  return refuse(code, std::move(where), std::move(reason));
}

Status ChangeChecker::refuseUnknownTable(std::string_view name) {
  std::vector<std::string> known;
  for (const Table& table : m_catalog->tables()) {
    if (!table.dropped) known.push_back(table.name);
  }
  return refuseAt({"table", {}}, withHint("unknown table " + quoted(name), name, known));
}

Status ChangeChecker::refuseUnknownColumn(std::string_view member, std::string_view name) {
  std::vector<std::string> known;
  for (const Column& column : m_table->columns) {
    if (!column.dropped) known.push_back(column.name);
  }
  return refuseAt({member, name},
                  withHint("unknown column " + quoted(name) + " of table " + quoted(m_table->name),
                           name, known));
}

Result<std::string_view> ChangeChecker::encode(const RawChangeSet& raw,
                                               const CatalogPointer& catalog,
                                               const Origin& origin) {
  useCatalog(catalog);
  m_raw = &raw;
  RETURN_IF_ERROR(checkHeader(raw));
  m_writer.begin({origin.client, raw.id, raw.group, origin.source});
  for (m_change = 0; m_change < raw.changes.size(); ++m_change) {
    RETURN_IF_ERROR(checkChange(raw.changes[m_change]));
  }
  const std::string_view bytes = m_writer.finish();
  if (bytes.size() > limits::kChangeSetBytesMax) {
    return refuse(StatusCode::Invalid, "",
                  "too large: " + std::to_string(bytes.size()) + " bytes encoded, at most " +
                      std::to_string(limits::kChangeSetBytesMax) + " (split it)");
  }
  return bytes;
}

void ChangeChecker::useCatalog(const CatalogPointer& catalog) {
  CHECK(catalog != nullptr);
  if (m_catalog == catalog) return;
  m_catalog = catalog;
  m_table = nullptr;
  m_wideTables.clear();
  std::size_t columnsMax = 0;
  for (const Table& table : catalog->tables()) {
    columnsMax = std::max(columnsMax, table.columns.size());
  }
  m_seen.assign(columnsMax, 0);
  m_round = 0;
}

Status ChangeChecker::checkHeader(const RawChangeSet& raw) {
  const auto tooLong = [](std::size_t bytes, std::size_t bytesMax) {
    return std::to_string(bytes) + " bytes long, at most " + std::to_string(bytesMax);
  };
  if (raw.id.size() > limits::kIdBytesMax) {
    return refuse(StatusCode::Invalid, "id", tooLong(raw.id.size(), limits::kIdBytesMax));
  }
  if (raw.group.size() > limits::kGroupBytesMax) {
    return refuse(StatusCode::Invalid, "group", tooLong(raw.group.size(), limits::kGroupBytesMax));
  }
  if (raw.changes.empty()) {
    return refuse(StatusCode::Invalid, "changes", "empty (a change set has at least one change)");
  }
  if (raw.changes.size() > limits::kChangesPerSetMax) {
    return refuse(StatusCode::Invalid, "changes",
                  std::to_string(raw.changes.size()) + " changes, at most " +
                      std::to_string(limits::kChangesPerSetMax) + " (split it)");
  }
  return Status::ok();
}

Status ChangeChecker::checkChange(const RawChange& change) {
  if (m_table == nullptr || m_table->name != change.table) {
    const Table* const table = m_catalog->find(change.table);
    if (table == nullptr) return refuseUnknownTable(change.table);
    m_table = table;
  }
  m_nextColumn = 0;
  if (++m_round == 0) {  // the counter came round: no column may seem named already
    std::fill(m_seen.begin(), m_seen.end(), 0);
    m_round = 1;
  }
  m_writer.beginChange(change.operation, m_table->id);
  RETURN_IF_ERROR(checkKey(change));
  if (change.operation == Operation::Delete) {
    if (!change.set.isEmpty()) return refuseAt({"set", {}}, "a delete takes only a key");
    if (!change.add.isEmpty()) return refuseAt({"add", {}}, "a delete takes only a key");
  }
  if (change.operation == Operation::Update && change.set.isEmpty() && change.add.isEmpty()) {
    return refuseAt({"set", {}}, "an update without set and add changes nothing");
  }
  RETURN_IF_ERROR(checkSet(change));
  RETURN_IF_ERROR(checkAdd(change));
  m_writer.endChange();
  return Status::ok();
}

Status ChangeChecker::checkKey(const RawChange& change) {
  if (m_table->key.empty()) {
    if (change.operation != Operation::Insert) {
      return refuseAt({"op", {}}, "table " + quoted(m_table->name) +
                                      " has no primary key, so it takes only inserts");
    }
    if (change.key.isEmpty()) return Status::ok();
    return refuseAt({"key", {}}, "table " + quoted(m_table->name) +
                                     " has no primary key (leave `key` out, use `set`)");
  }
  m_keyFields.assign(m_table->key.size(), nullptr);
  for (std::uint32_t i = change.key.begin; i < change.key.end; ++i) {
    const RawField& field = m_raw->fields[i];
    ColumnId column{};
    if (!findColumn(field.name, column)) return refuseUnknownColumn("key", field.name);
    const auto position = m_table->keyPosition(column);
    if (!position) {
      return refuseAt({"key", field.name}, "not part of the primary key (put it into `set`)");
    }
    if (m_keyFields[*position] != nullptr) return refuseAt({"key", field.name}, "named twice");
    m_keyFields[*position] = &field;
  }
  for (std::size_t i = 0; i < m_keyFields.size(); ++i) {
    const Column& column = m_table->column(m_table->key[i]);
    const RawField* const field = m_keyFields[i];
    if (field == nullptr) {
      return refuseAt({"key", {}}, "key column " + quoted(column.name) + " is missing");
    }
    if (field->value.isNull()) return refuseAt({"key", column.name}, "a key is never null");
    const auto value = canonical(column, *field);
    if (!value.isOk()) {
      return refuseAt({"key", column.name}, value.status().message(), value.status().code());
    }
    m_writer.key(*value);
  }
  return Status::ok();
}

Status ChangeChecker::checkAssigned(std::string_view member, const RawField& field,
                                    ColumnId& column) {
  if (!findColumn(field.name, column)) return refuseUnknownColumn(member, field.name);
  if (m_table->keyPosition(column)) {
    return refuseAt({member, field.name},
                    "a key column stands in `key` alone (to change a key, delete and insert)");
  }
  if (m_table->column(column).generated) {
    return refuseAt({member, field.name}, "computed by the database, never written");
  }
  std::uint32_t& seen = m_seen[toIndex(column)];
  if (seen == m_round) {
    return refuseAt({member, field.name}, "named twice in one change (in `set` or in `add`, once)");
  }
  seen = m_round;
  return Status::ok();
}

Status ChangeChecker::checkSet(const RawChange& change) {
  for (std::uint32_t i = change.set.begin; i < change.set.end; ++i) {
    const RawField& field = m_raw->fields[i];
    ColumnId column{};
    RETURN_IF_ERROR(checkAssigned("set", field, column));
    const auto value = canonical(m_table->column(column), field);
    if (!value.isOk()) {
      return refuseAt({"set", field.name}, value.status().message(), value.status().code());
    }
    m_writer.set(column, *value);
  }
  return Status::ok();
}

Status ChangeChecker::checkAdd(const RawChange& change) {
  for (std::uint32_t i = change.add.begin; i < change.add.end; ++i) {
    const RawField& field = m_raw->fields[i];
    ColumnId columnId{};
    RETURN_IF_ERROR(checkAssigned("add", field, columnId));
    const Column& column = m_table->column(columnId);
    if (!isNumeric(column.type)) {
      return refuseAt({"add", field.name}, "only a number can be added to, and this is a " +
                                               std::string(columnTypeName(column.type)) +
                                               " column (use `set`)");
    }
    const auto value = canonical(column, field);
    if (!value.isOk()) {
      return refuseAt({"add", field.name}, value.status().message(), value.status().code());
    }
    const ValueKind kind = value->kind();
    const bool isNumber = kind == ValueKind::Integer || kind == ValueKind::Real ||
                          (kind == ValueKind::Text && column.type == ColumnType::Decimal);
    if (!isNumber) return refuseAt({"add", field.name}, "only a number can be added");
    m_writer.add(columnId, *value);
  }
  return Status::ok();
}

bool ChangeChecker::findColumn(std::string_view name, ColumnId& column) {
  const std::vector<Column>& columns = m_table->columns;
  const auto matches = [&](std::size_t i) {
    return columns[i].name == name && !columns[i].dropped;
  };
  if (m_nextColumn < columns.size() && matches(m_nextColumn)) {
    column = ColumnId{m_nextColumn++};
    return true;
  }
  if (columns.size() < kWideTableColumns) {
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
      if (!matches(i)) continue;
      column = ColumnId{i};
      m_nextColumn = i + 1;
      return true;
    }
    return false;
  }
  const auto [names, isNew] = m_wideTables.try_emplace(m_table->id);
  if (isNew) {
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].dropped) names->second.emplace(columns[i].name, ColumnId{i});
    }
  }
  const auto found = names->second.find(name);
  if (found == names->second.end()) return false;
  column = found->second;
  m_nextColumn = static_cast<std::uint32_t>(toIndex(column)) + 1;
  return true;
}

Result<ValueView> ChangeChecker::canonical(const Column& column, const RawField& field) {
  if (field.form == ValueForm::Settled) return canonicalValue(column, field.value, m_value);
  auto value = readLiteral(column, field.form, field.value.asText(), m_literal);
  if (!value.isOk()) return value;
  return canonicalValue(column, *value, m_value);
}

}  // namespace penstock
