// SPDX-License-Identifier: Apache-2.0
#include "intake/row_identity.h"

#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/log.h"
#include "intake/decimal_text.h"
#include "intake/iso_time.h"
#include "intake/json_text.h"
#include "intake/kept_number.h"
#include "model/codec_json.h"

namespace penstock {
namespace {

std::string_view exampleOf(ColumnType type) {
  switch (type) {
    case ColumnType::Any:
      return "42, 1.5 or \"text\"";
    case ColumnType::Integer:
      return "42 or \"42\"";
    case ColumnType::Real:
      return "1.5";
    case ColumnType::Decimal:
      return "12.50 or \"12.50\"";
    case ColumnType::Text:
      return "\"text\"";
    case ColumnType::Bytes:
      return "{\"$bytes\":\"aGVsbG8=\"}";
    case ColumnType::Boolean:
      return "true, false, 1 or 0";
    case ColumnType::Json:
      return "{\"a\":1}";
    case ColumnType::Timestamp:
      return "\"2026-11-21T14:02:11.250Z\"";
    case ColumnType::Date:
      return "\"2026-11-21\"";
    case ColumnType::Time:
      return "\"14:02:11\"";
    case ColumnType::Uuid:
      return "\"123e4567-e89b-12d3-a456-426614174000\"";
  }
  return {};
}

/// A whole number in decimal digits, with an optional sign.
bool parseInteger(std::string_view text, std::int64_t& value) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

/// A finite number; the words for infinity and the like are none.
bool parseReal(std::string_view text, double& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::size_t digit = text.starts_with('-') ? 1 : 0;
  if (digit >= text.size()) return false;
  if (text[digit] != '.' && (text[digit] < '0' || text[digit] > '9')) return false;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() && std::isfinite(value);
}

/// Minus zero equals zero, so it is written as zero.
ValueView canonicalReal(double value) { return ValueView::real(value == 0 ? 0.0 : value); }

Result<ValueView> toInteger(const Column& column, ValueView in) {
  if (in.kind() == ValueKind::Integer) return in;
  std::int64_t value = 0;
  if (in.kind() == ValueKind::Text && parseInteger(in.asText(), value)) {
    return ValueView::integer(value);
  }
  return doesNotFit(column, in);
}

Result<ValueView> integerAsReal(const Column& column, std::int64_t integer) {
  const std::string text = std::to_string(integer);
  const auto real = static_cast<double>(integer);
  if (column.numericAffinity && !standsFor(real, text)) return wouldBeRounded(column, text);
  return canonicalReal(real);
}

Result<ValueView> toReal(const Column& column, ValueView in) {
  double value = 0;
  switch (in.kind()) {
    case ValueKind::Integer:
      return integerAsReal(column, in.asInteger());
    case ValueKind::Real:
      if (std::isfinite(in.asReal())) return canonicalReal(in.asReal());
      return doesNotFit(column, in);
    case ValueKind::Text:
      if (!parseReal(in.asText(), value)) return doesNotFit(column, in);
      if (column.numericAffinity && !standsFor(value, in.asText())) {
        return wouldBeRounded(column, in.asText());
      }
      return canonicalReal(value);
    default:
      return doesNotFit(column, in);
  }
}

Result<ValueView> toDecimal(const Column& column, ValueView in, std::string& scratch) {
  char buffer[40];
  std::string_view text;
  if (in.kind() == ValueKind::Integer) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, in.asInteger());
    text = {buffer, static_cast<std::size_t>(end.ptr - buffer)};
  } else if (in.kind() == ValueKind::Real && std::isfinite(in.asReal())) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, in.asReal());
    text = {buffer, static_cast<std::size_t>(end.ptr - buffer)};
  } else if (in.kind() == ValueKind::Text) {
    text = in.asText();
  }
  if (!canonicalDecimal(text, scratch)) return doesNotFit(column, in);
  if (column.numericAffinity && !isKeptExactly(scratch)) return wouldBeRounded(column, scratch);
  return ValueView::text(scratch);
}

Result<ValueView> toBoolean(const Column& column, ValueView in) {
  if (in.kind() == ValueKind::True || in.kind() == ValueKind::False) return in;
  if (in.kind() == ValueKind::Integer && (in.asInteger() == 0 || in.asInteger() == 1)) {
    return ValueView::boolean(in.asInteger() == 1);
  }
  return doesNotFit(column, in);
}

Result<ValueView> toJsonValue(const Column& column, ValueView in, std::string& scratch) {
  if (in.kind() == ValueKind::Bytes) return doesNotFit(column, in);
  if (in.kind() == ValueKind::Json) {
    RETURN_IF_ERROR(minifyJson(in.asText(), scratch));
    if (scratch == "null") {
      return Status(StatusCode::Invalid,
                    "a JSON null could not be told from NULL (give NULL, or an object around it)");
    }
    return ValueView::json(scratch);
  }
  if (in.kind() == ValueKind::Real && !std::isfinite(in.asReal())) return doesNotFit(column, in);
  scratch.clear();
  appendJsonValue(scratch, in, ColumnType::Any);
  return ValueView::json(scratch);
}

/// JSON that is nothing but a number, where the database would take it for one.
Result<ValueView> keptJson(const Column& column, Result<ValueView> json) {
  if (!json || !column.numericAffinity) return json;
  const std::string_view text = json->asText();
  if (looksLikeNumber(text) && !isKeptExactly(text)) return wouldBeRounded(column, text);
  return json;
}

using Canonical = bool (*)(std::string_view, std::string&);

/// Of the types whose values are text of a certain form.
Result<ValueView> toFormed(const Column& column, ValueView in, std::string& scratch,
                           Canonical canonical) {
  if (in.kind() != ValueKind::Text || !canonical(in.asText(), scratch)) {
    return doesNotFit(column, in);
  }
  return ValueView::text(scratch);
}

bool canonicalUuid(std::string_view text, std::string& to) {
  to.clear();
  const bool dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char letter = text[i];
    if (dashed && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (letter != '-') return false;
      continue;
    }
    if (letter >= 'A' && letter <= 'F') letter = static_cast<char>(letter - 'A' + 'a');
    if (!(letter >= '0' && letter <= '9') && !(letter >= 'a' && letter <= 'f')) return false;
    if (to.size() == 8 || to.size() == 13 || to.size() == 18 || to.size() == 23) to.push_back('-');
    to.push_back(letter);
  }
  return to.size() == 36;
}

Result<ValueView> toAny(const Column& column, ValueView in, std::string& scratch) {
  if (in.kind() == ValueKind::Real) return toReal(column, in);
  if (in.kind() == ValueKind::Text && column.numericAffinity) {
    RETURN_IF_ERROR(checkTextAsNumber(column, in.asText()));
  }
  if (in.kind() != ValueKind::Json) return in;
  RETURN_IF_ERROR(minifyJson(in.asText(), scratch));
  // What a line of JSON could not say apart from a plain value or from bytes.
  if (scratch[0] != '{' && scratch[0] != '[') return doesNotFit(column, in);
  if (scratch.starts_with("{\"$")) {
    return Status(
        StatusCode::Invalid,
        "an object whose first key begins with $ has a meaning of its own here (keep such "
        "objects in a JSON column)");
  }
  return ValueView::json(scratch);
}

}  // namespace

Status doesNotFit(const Column& column, ValueView in) {
  std::string message = toDisplayText(in, 60) + " does not fit the " +
                        std::string(columnTypeName(column.type)) + " column";
  if (!column.declaredType.empty()) {
    message += " (" + escapeForLog(std::string_view(column.declaredType).substr(0, 60)) + ")";
  }
  message += "; this would: " + std::string(exampleOf(column.type));
  return {StatusCode::Invalid, std::move(message)};
}

Result<ValueView> canonicalValue(const Column& column, ValueView in, std::string& scratch) {
  if (in.isNull()) return in;
  switch (column.type) {
    case ColumnType::Integer:
      return toInteger(column, in);
    case ColumnType::Text:
      if (in.kind() == ValueKind::Text) return in;
      return doesNotFit(column, in);
    case ColumnType::Real:
      return toReal(column, in);
    case ColumnType::Decimal:
      return toDecimal(column, in, scratch);
    case ColumnType::Bytes:
      if (in.kind() == ValueKind::Bytes) return in;
      return doesNotFit(column, in);
    case ColumnType::Boolean:
      return toBoolean(column, in);
    case ColumnType::Json:
      return keptJson(column, toJsonValue(column, in, scratch));
    case ColumnType::Timestamp:
      return toFormed(column, in, scratch, canonicalTimestamp);
    case ColumnType::Date:
      return toFormed(column, in, scratch, canonicalDate);
    case ColumnType::Time:
      return toFormed(column, in, scratch, canonicalTime);
    case ColumnType::Uuid:
      return toFormed(column, in, scratch, canonicalUuid);
    case ColumnType::Any:
      return toAny(column, in, scratch);
  }
  CHECK(!"a column type outside the enumeration");
  return in;
}

}  // namespace penstock
