// SPDX-License-Identifier: Apache-2.0
// A column's value: owning (Value) and borrowed (ValueView). The kinds are those that a database
// column can hold without loss; richer types (timestamps, UUIDs, decimals, JSON) are canonical
// text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock {

/// The numbers are stored in journals: never renumber.
enum class ValueKind : std::uint8_t {
  Null = 0,
  False = 1,
  True = 2,
  Integer = 3,  ///< 64 bits, signed
  Real = 4,     ///< IEEE 754 double; never NaN
  Text = 5,     ///< UTF-8; decimals, times and UUIDs in canonical form too
  Bytes = 6,
  Json = 7,  ///< minified JSON text
};

/// Borrows text and bytes from somebody else (an encoded change set, a Value, a string).
/// Threads: a value.
class ValueView {
 public:
  constexpr ValueView() = default;
  static constexpr ValueView null() { return {}; }
  static constexpr ValueView boolean(bool value) {
    ValueView view;
    view.m_kind = value ? ValueKind::True : ValueKind::False;
    return view;
  }
  static constexpr ValueView integer(std::int64_t value) {
    ValueView view;
    view.m_kind = ValueKind::Integer;
    view.m_integer = value;
    return view;
  }
  static constexpr ValueView real(double value) {
    ValueView view;
    view.m_kind = ValueKind::Real;
    view.m_real = value;
    return view;
  }
  static constexpr ValueView text(std::string_view value) { return {ValueKind::Text, value}; }
  static constexpr ValueView bytes(std::string_view value) { return {ValueKind::Bytes, value}; }
  static constexpr ValueView json(std::string_view value) { return {ValueKind::Json, value}; }

  constexpr ValueKind kind() const { return m_kind; }
  constexpr bool isNull() const { return m_kind == ValueKind::Null; }
  /// Expects: kind() is Integer.
  constexpr std::int64_t asInteger() const { return m_integer; }
  /// Expects: kind() is Real.
  constexpr double asReal() const { return m_real; }
  /// Expects: kind() is True or False.
  constexpr bool asBoolean() const { return m_kind == ValueKind::True; }
  /// Expects: kind() is Text, Bytes or Json.
  constexpr std::string_view asText() const { return m_text; }

  /// Same kind and same content, byte by byte (reals by bit pattern).
  bool operator==(const ValueView& other) const;

 private:
  constexpr ValueView(ValueKind kind, std::string_view text) : m_kind(kind), m_text(text) {}

  ValueKind m_kind = ValueKind::Null;
  union {
    std::int64_t m_integer = 0;
    double m_real;
  };
  std::string_view m_text;
};

/// Owns its text. Threads: a value.
class Value {
 public:
  Value() = default;
  explicit Value(ValueView view) : m_view(view), m_text(hasText(view) ? view.asText() : "") {}
  static Value null() { return Value(); }
  static Value boolean(bool value) { return Value(ValueView::boolean(value)); }
  static Value integer(std::int64_t value) { return Value(ValueView::integer(value)); }
  static Value real(double value) { return Value(ValueView::real(value)); }
  static Value text(std::string_view value) { return Value(ValueView::text(value)); }
  static Value bytes(std::string_view value) { return Value(ValueView::bytes(value)); }
  static Value json(std::string_view value) { return Value(ValueView::json(value)); }

  /// Valid while this object lives unchanged.
  ValueView view() const;
  bool operator==(const Value& other) const { return view() == other.view(); }

 private:
  static bool hasText(ValueView view) { return view.kind() >= ValueKind::Text; }

  ValueView m_view;  // its text is not used; m_text is
  std::string m_text;
};

/// For people: `NULL`, `42`, `'text'`, `x'00ff'`, at most `bytesMax` bytes, cut with `…`.
std::string toDisplayText(ValueView value, std::size_t bytesMax = 120);

}  // namespace penstock
