// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/column_form.h"

#include <QByteArray>
#include <QString>
#include <algorithm>
#include <charconv>

namespace penstock::qtsql {

namespace {

// The first number in brackets: of `decimal(20,4)` 20 and, as second, 4.
std::optional<std::size_t> numberIn(std::string_view declared, std::size_t position) {
  const std::size_t open = declared.find('(');
  if (open == std::string_view::npos) return {};
  declared.remove_prefix(open + 1);
  for (; position > 0; --position) {
    const std::size_t comma = declared.find(',');
    if (comma == std::string_view::npos) return {};
    declared.remove_prefix(comma + 1);
  }
  std::size_t number = 0;
  const auto end = std::from_chars(declared.data(), declared.data() + declared.size(), number);
  if (end.ec != std::errc()) return {};
  return number;
}

bool isUnsigned(std::string_view declared) {
  return declared.find(" unsigned") != std::string_view::npos;
}

bool isUnsigned64(std::string_view declared) {
  return (declared.starts_with("bigint") && isUnsigned(declared)) || declared == "bit(64)";
}

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

ColumnType integerTypeOf(const DeclaredColumn& column) {
  if (column.columnType.starts_with("tinyint(1)") || column.columnType == "bit(1)") {
    return ColumnType::Boolean;
  }
  return isUnsigned64(column.columnType) && !column.namesRows ? ColumnType::Decimal
                                                              : ColumnType::Integer;
}

ColumnForm textForm(std::string_view declared) {
  using Kind = ColumnForm::Kind;
  if (declared.starts_with("char")) return {Kind::Char};
  if (declared.starts_with("varchar")) return {Kind::Varchar, numberIn(declared, 0).value_or(0)};
  if (declared == "tinytext") return {Kind::Text, (1u << 8) - 1};
  if (declared == "text") return {Kind::Text, (1u << 16) - 1};
  if (declared == "mediumtext") return {Kind::Text, (1u << 24) - 1};
  if (declared.starts_with("enum(")) return {Kind::Enum, 0, false, std::string(declared)};
  return {};
}

QVariant textParameter(std::string_view text) {
  // A null QString would be NULL.
  return text.empty()
             ? QVariant(QString(""))
             : QVariant(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())));
}

QVariant bytesParameter(std::string_view bytes) {
  return bytes.empty() ? QVariant(QByteArray(""))
                       : QVariant(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
}

std::size_t digitsBehindPoint(std::string_view number) {
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos) return 0;
  return number.find_last_of("0123456789") - point;
}

std::size_t lettersOf(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

template <typename Number>
std::optional<QVariant> wholeNumber(std::string_view text) {
  Number number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return {};
  return QVariant::fromValue(number);
}

std::optional<QVariant> unsigned64Parameter(std::string_view text, std::string& why) {
  auto number = text.starts_with('-') ? wholeNumber<qint64>(text) : wholeNumber<quint64>(text);
  if (!number) why = "it is no whole number of 64 bits";
  return number;
}

QVariant momentParameter(std::string_view text) {
  std::string moment(text);
  if (moment.ends_with('Z')) moment.pop_back();
  std::ranges::replace(moment, 'T', ' ');
  return textParameter(moment);
}

bool isLabel(std::string_view declared, std::string_view text) {
  return declared.find("'" + std::string(text) + "'") != std::string_view::npos;
}

/// Why a text would not come back as it is; empty when it would.
std::string whyTextChanges(const ColumnForm& form, std::string_view text) {
  using Kind = ColumnForm::Kind;
  const bool endsBlank = text.ends_with(' ');
  switch (form.kind) {
    case Kind::Char:
      return endsBlank ? "a CHAR column loses blanks at the end" : "";
    case Kind::Varchar:
      return endsBlank && lettersOf(text) > form.limit ? "blanks at its end would be cut off" : "";
    case Kind::Text:
      return endsBlank && text.size() > form.limit ? "blanks at its end would be cut off" : "";
    case Kind::Enum:
      return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos &&
                     !isLabel(form.declared, text)
                 ? "it would be taken for the number of a label"
                 : "";
    case Kind::Decimal:
    case Kind::Moment:
      return digitsBehindPoint(text) > form.limit
                 ? "it would be rounded to " + std::to_string(form.limit) +
                       " digits behind the point"
                 : "";
    default:
      return {};
  }
}

std::optional<QVariant> ofText(const ColumnForm& form, std::string_view text, std::string& why) {
  if (form.kind == ColumnForm::Kind::Unsigned64) return unsigned64Parameter(text, why);
  why = whyTextChanges(form, text);
  if (!why.empty()) return {};
  return form.kind == ColumnForm::Kind::Moment ? momentParameter(text) : textParameter(text);
}

}  // namespace

ColumnType columnTypeOf(const DeclaredColumn& column) {
  const std::string_view type = column.dataType;
  if (column.isJson || type == "json") return ColumnType::Json;
  if (isOneOf(type, {"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "bit"})) {
    return integerTypeOf(column);
  }
  if (type == "year") return ColumnType::Integer;
  if (isOneOf(type, {"float", "double", "real"})) return ColumnType::Real;
  if (isOneOf(type, {"decimal", "numeric"})) return ColumnType::Decimal;
  if (isOneOf(type, {"datetime", "timestamp"})) return ColumnType::Timestamp;
  if (type == "date") return ColumnType::Date;
  if (type == "time") return ColumnType::Time;
  if (type == "uuid") return ColumnType::Uuid;
  if (type.ends_with("binary") || type.ends_with("blob")) return ColumnType::Bytes;
  if (type.ends_with("char") || type.ends_with("text") ||
      isOneOf(type, {"enum", "set", "inet4", "inet6"})) {
    return ColumnType::Text;
  }
  return ColumnType::Any;
}

bool isByteEqual(ColumnType type, const DeclaredColumn& column) {
  switch (type) {
    case ColumnType::Text:
      return column.collation.ends_with("_nopad_bin") || column.collation.ends_with("_0900_bin");
    case ColumnType::Any:
    case ColumnType::Real:
    case ColumnType::Json:
      return false;
    default:
      return true;
  }
}

ColumnForm formOf(const Column& column) {
  using Kind = ColumnForm::Kind;
  const std::string_view declared = column.declaredType;
  ColumnForm form;
  if (column.type == ColumnType::Text) {
    form = textForm(declared);
  } else if (column.type == ColumnType::Decimal) {
    form = isUnsigned64(declared) ? ColumnForm{Kind::Unsigned64}
                                  : ColumnForm{Kind::Decimal, numberIn(declared, 1).value_or(0)};
  } else if (column.type == ColumnType::Timestamp || column.type == ColumnType::Time) {
    form = {Kind::Moment, numberIn(declared, 0).value_or(0)};
  } else if (column.type == ColumnType::Bytes && declared.starts_with("binary")) {
    form = {Kind::Binary, numberIn(declared, 0).value_or(1)};
  } else if (declared.starts_with("year")) {
    form.kind = Kind::Year;
  }
  form.refusesNull = !column.nullable && (column.hasDefault || declared.starts_with("timestamp"));
  return form;
}

std::optional<QVariant> toParameter(const ColumnForm& form, ValueView value, std::string& why) {
  switch (value.kind()) {
    case ValueKind::Null:
      if (form.refusesNull) why = "the column cannot be NULL";
      return form.refusesNull ? std::nullopt : std::optional<QVariant>(QVariant());
    case ValueKind::False:
    case ValueKind::True:
      return QVariant(qlonglong{value.asBoolean() ? 1 : 0});
    case ValueKind::Integer:
      if (form.kind == ColumnForm::Kind::Year && value.asInteger() > 0 && value.asInteger() < 100) {
        why = "a year of two digits would be taken for another one";
        return {};
      }
      return QVariant(qlonglong{value.asInteger()});
    case ValueKind::Real:
      return QVariant(value.asReal());
    case ValueKind::Bytes:
      if (form.kind == ColumnForm::Kind::Binary && value.asText().size() < form.limit) {
        why = "it would be padded to " + std::to_string(form.limit) + " bytes";
        return {};
      }
      return bytesParameter(value.asText());
    case ValueKind::Text:
    case ValueKind::Json:
      return ofText(form, value.asText(), why);
  }
  return {};
}

}  // namespace penstock::qtsql
