// SPDX-License-Identifier: Apache-2.0
#include "model/codec_json.h"

#include <charconv>
#include <cmath>

#include "base/base64.h"
#include "base/check.h"

namespace penstock {
namespace {

constexpr std::int64_t kExactMax = std::int64_t{1} << 53;  // what a JSON number holds everywhere

void appendInteger(std::string& to, std::int64_t value, ColumnType type) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  CHECK(end.ec == std::errc());
  const std::string_view digits(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const bool asNumber = (value >= -kExactMax && value <= kExactMax) || type == ColumnType::Any;
  if (asNumber) {
    to.append(digits);
  } else {
    to.append("\"").append(digits).append("\"");
  }
}

/// The shortest form that reads back as the same double, and never as an integer.
void appendReal(std::string& to, double value) {
  if (!std::isfinite(value)) {  // refused by intake; JSON has no word for it
    to.append("null");
    return;
  }
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  CHECK(end.ec == std::errc());
  const std::string_view digits(buffer, static_cast<std::size_t>(end.ptr - buffer));
  to.append(digits);
  if (digits.find_first_of(".e") == std::string_view::npos) to.append(".0");
}

/// `"name":` of a column, after a comma if it is not the first.
void appendName(std::string& to, std::string_view name) {
  if (to.back() != '{') to.push_back(',');
  appendJsonString(to, name);
  to.push_back(':');
}

struct KnownColumn {
  std::string name;
  ColumnType type = ColumnType::Any;
};

KnownColumn describe(const Table* table, ColumnId column) {
  if (table == nullptr || toIndex(column) >= table->columns.size()) {
    return {"#" + std::to_string(toIndex(column)), ColumnType::Any};
  }
  const Column& known = table->column(column);
  return {known.name, known.type};
}

void appendKey(std::string& to, std::string_view keyBytes, const Table* table) {
  if (keyBytes.empty()) return;
  to.append(",\"key\":{");
  ValueCursor values(keyBytes);
  for (std::size_t i = 0; !values.atEnd(); ++i) {
    const bool known = table != nullptr && i < table->key.size();
    const KnownColumn column =
        known ? describe(table, table->key[i]) : KnownColumn{"#" + std::to_string(i)};
    appendName(to, column.name);
    appendJsonValue(to, values.next(), column.type);
  }
  to.push_back('}');
}

void appendAssignments(std::string& to, std::string_view member, std::string_view bytes,
                       const Table* table) {
  if (bytes.empty()) return;
  to.append(",\"").append(member).append("\":{");
  for (ValueCursor values(bytes); !values.atEnd();) {
    const auto [columnId, value] = values.nextAssignment();
    const KnownColumn column = describe(table, columnId);
    appendName(to, column.name);
    appendJsonValue(to, value, column.type);
  }
  to.push_back('}');
}

void appendChange(std::string& to, const ChangeView& change, const Catalog& catalog) {
  const bool known = toIndex(change.table) < catalog.tables().size();
  const Table* table = known ? &catalog.table(change.table) : nullptr;
  to.append("{\"table\":");
  appendJsonString(to, known ? table->name : "#" + std::to_string(toIndex(change.table)));
  to.append(",\"op\":\"").append(operationName(change.operation)).append("\"");
  appendKey(to, change.keyBytes, table);
  appendAssignments(to, "set", change.setBytes, table);
  appendAssignments(to, "add", change.addBytes, table);
  to.push_back('}');
}

/// The escape of a control character, a quote or a backslash.
void appendEscaped(std::string& to, unsigned char letter) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (letter) {
    case '"':
      to.append("\\\"");
      return;
    case '\\':
      to.append("\\\\");
      return;
    case '\n':
      to.append("\\n");
      return;
    case '\r':
      to.append("\\r");
      return;
    case '\t':
      to.append("\\t");
      return;
    default:
      to.append("\\u00");
      to.push_back(kDigits[letter >> 4]);
      to.push_back(kDigits[letter & 15]);
  }
}

}  // namespace

void appendJsonString(std::string& to, std::string_view text) {
  to.push_back('"');
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto letter = static_cast<unsigned char>(text[i]);
    if (letter >= 0x20 && letter != '"' && letter != '\\' && letter != 0x7f) continue;
    to.append(text.substr(start, i - start));
    appendEscaped(to, letter);
    start = i + 1;
  }
  to.append(text.substr(start));
  to.push_back('"');
}

void appendJsonValue(std::string& to, ValueView value, ColumnType type) {
  switch (value.kind()) {
    case ValueKind::Null:
      to.append("null");
      return;
    case ValueKind::False:
      to.append("false");
      return;
    case ValueKind::True:
      to.append("true");
      return;
    case ValueKind::Integer:
      appendInteger(to, value.asInteger(), type);
      return;
    case ValueKind::Real:
      appendReal(to, value.asReal());
      return;
    case ValueKind::Text:
      appendJsonString(to, value.asText());
      return;
    case ValueKind::Bytes:
      to.append("{\"$bytes\":\"");
      appendBase64(to, value.asText());
      to.append("\"}");
      return;
    case ValueKind::Json:
      to.append(value.asText());
      return;
  }
}

std::string plainKey(const ChangeView& change) {
  std::string text;
  for (ValueCursor key(change.keyBytes); !key.atEnd();) {
    if (!text.empty()) text += ",";
    const ValueView value = key.next();
    if (value.kind() == ValueKind::Integer) {
      text += std::to_string(value.asInteger());
    } else if (value.kind() >= ValueKind::Text) {
      text += value.asText();
    } else {
      text += toDisplayText(value);
    }
  }
  return text;
}

void appendJson(std::string& to, const ChangeSetView& changeSet, const Catalog& catalog) {
  to.push_back('{');
  if (!changeSet.id().empty()) {
    appendName(to, "id");
    appendJsonString(to, changeSet.id());
  }
  if (!changeSet.group().empty()) {
    appendName(to, "group");
    appendJsonString(to, changeSet.group());
  }
  appendName(to, "changes");
  to.push_back('[');
  auto changes = changeSet.changes();
  for (bool first = true; const auto change = changes.next(); first = false) {
    if (!first) to.push_back(',');
    appendChange(to, *change, catalog);
  }
  to.append("]}");
}

std::string toJson(const ChangeSetView& changeSet, const Catalog& catalog) {
  std::string json;
  json.reserve(changeSet.bytes().size() * 2 + 64);
  appendJson(json, changeSet, catalog);
  return json;
}

}  // namespace penstock
