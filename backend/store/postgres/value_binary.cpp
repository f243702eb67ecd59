// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/value_binary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>

#include "base/check.h"

namespace penstock::postgres {

namespace {

struct NamedType {
  std::string_view name;
  BinaryType type;
};

constexpr NamedType kTypes[] = {
    {"int2", {BinaryForm::Int2, 21}},
    {"int4", {BinaryForm::Int4, 23}},
    {"int8", {BinaryForm::Int8, 20}},
    {"float8", {BinaryForm::Float8, 701}},
    {"bool", {BinaryForm::Boolean, 16}},
    {"text", {BinaryForm::Text, 25}},
    {"varchar", {BinaryForm::Text, 1043}},
    {"bytea", {BinaryForm::Bytes, 17}},
    {"json", {BinaryForm::Json, 114}},
    {"jsonb", {BinaryForm::Jsonb, 3802}},
    {"uuid", {BinaryForm::Uuid, 2950}},
    {"timestamptz", {BinaryForm::Timestamp, 1184}},
    {"timestamp", {BinaryForm::Timestamp, 1114}},
    {"date", {BinaryForm::Date, 1082}},
    {"time", {BinaryForm::Time, 1083}},
};

constexpr char kJsonbVersion = 1;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kUuidLetters = 36;
constexpr std::size_t kFractionDigitsMax = 6;
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

template <typename Word>
void appendWord(std::string& to, Word word) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(Word) == 8) {
    word = static_cast<Word>(__builtin_bswap64(static_cast<std::uint64_t>(word)));
  } else if constexpr (sizeof(Word) == 4) {
    word = static_cast<Word>(__builtin_bswap32(static_cast<std::uint32_t>(word)));
  } else {
    static_assert(sizeof(Word) == 2);
    word = static_cast<Word>(__builtin_bswap16(static_cast<std::uint16_t>(word)));
  }
  char bytes[sizeof word];
  std::memcpy(bytes, &word, sizeof word);
  to.append(bytes, sizeof word);
}

// With its length before it.
template <typename Word>
void appendSized(std::string& to, Word word) {
  appendWord(to, static_cast<std::int32_t>(sizeof word));
  appendWord(to, word);
}

template <typename Word>
bool appendInteger(std::string& to, ValueView value) {
  if (value.kind() != ValueKind::Integer) return false;
  const std::int64_t number = value.asInteger();
  using Limits = std::numeric_limits<Word>;
  if (number < Limits::min() || number > Limits::max()) return false;
  appendSized(to, static_cast<Word>(number));
  return true;
}

void appendText(std::string& to, std::string_view text) {
  appendWord(to, static_cast<std::int32_t>(text.size()));
  to.append(text);
}

std::optional<int> digitOf(char letter, int base) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (base == 16 && letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (base == 16 && letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return std::nullopt;
}

/// Reads a time's text from left to right; what it does not expect makes it fail for good.
class TimeText {
 public:
  explicit TimeText(std::string_view text) : m_text(text) {}

  int number(std::size_t digits, int min, int max) {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const auto digit = m_at < m_text.size() ? digitOf(m_text[m_at++], 10) : std::nullopt;
      m_isGood = m_isGood && digit.has_value();
      number = number * 10 + digit.value_or(0);
    }
    m_isGood = m_isGood && number >= min && number <= max;
    return number;
  }
  void letter(char expected) {
    m_isGood = m_isGood && m_at < m_text.size() && m_text[m_at] == expected;
    ++m_at;
  }
  void fail() { m_isGood = false; }
  bool isNext(char letter) const { return m_at < m_text.size() && m_text[m_at] == letter; }
  std::size_t digitsLeft() const {
    const std::size_t end = std::min(m_text.find_first_not_of("0123456789", m_at), m_text.size());
    return end - std::min(m_at, end);
  }
  bool isDone() const { return m_isGood && m_at == m_text.size(); }

 private:
  std::string_view m_text;
  std::size_t m_at = 0;
  bool m_isGood = true;
};

// Days since PostgreSQL's own first day.
std::int64_t readDays(TimeText& text) {
  using namespace std::chrono;
  constexpr sys_days kFirst = year{2000} / January / 1;
  const int yearNumber = text.number(4, 1, 9999);
  text.letter('-');
  const int monthNumber = text.number(2, 1, 12);
  text.letter('-');
  const year_month month =
      year{yearNumber} / std::chrono::month{static_cast<unsigned>(std::max(1, monthNumber))};
  const auto last = static_cast<unsigned>(year_month_day_last{month / std::chrono::last}.day());
  const int dayNumber = text.number(2, 1, static_cast<int>(last));
  const sys_days there = month / day{static_cast<unsigned>(dayNumber)};
  return (there - kFirst).count();
}

// Microseconds since midnight.
std::int64_t readClock(TimeText& text) {
  std::int64_t micros = text.number(2, 0, 23);
  text.letter(':');
  micros = micros * 60 + text.number(2, 0, 59);
  text.letter(':');
  micros = (micros * 60 + text.number(2, 0, 59)) * 1'000'000;
  if (!text.isNext('.')) return micros;
  text.letter('.');
  const std::size_t digits = std::min(text.digitsLeft(), kFractionDigitsMax);
  if (digits == 0) text.fail();
  std::int64_t fraction = text.number(digits, 0, 999'999);
  for (std::size_t i = digits; i < kFractionDigitsMax; ++i) fraction *= 10;
  return micros + fraction;
}

bool appendDate(std::string& to, std::string_view value) {
  TimeText text(value);
  const std::int64_t days = readDays(text);
  if (!text.isDone()) return false;
  appendSized(to, static_cast<std::int32_t>(days));
  return true;
}

bool appendTime(std::string& to, std::string_view value) {
  TimeText text(value);
  const std::int64_t micros = readClock(text);
  if (!text.isDone()) return false;
  appendSized(to, micros);
  return true;
}

// As intake writes it: in UTC.
bool appendTimestamp(std::string& to, std::string_view value) {
  TimeText text(value);
  const std::int64_t days = readDays(text);
  text.letter('T');
  const std::int64_t micros = readClock(text);
  text.letter('Z');
  if (!text.isDone()) return false;
  appendSized(to, days * kMicrosPerDay + micros);
  return true;
}

bool appendUuid(std::string& to, std::string_view text) {
  if (text.size() != kUuidLetters) return false;
  std::array<char, kUuidBytes> bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return false;
      continue;
    }
    const auto digit = digitOf(text[i], 16);
    if (!digit) return false;
    char& byte = bytes[digits++ / 2];
    byte = static_cast<char>(static_cast<unsigned char>(byte) << 4 | *digit);
  }
  appendText(to, {bytes.data(), bytes.size()});
  return true;
}

bool appendWritten(std::string& to, BinaryForm form, std::string_view text) {
  switch (form) {
    case BinaryForm::Text:
      appendText(to, text);
      return true;
    case BinaryForm::Uuid:
      return appendUuid(to, text);
    case BinaryForm::Timestamp:
      return appendTimestamp(to, text);
    case BinaryForm::Date:
      return appendDate(to, text);
    case BinaryForm::Time:
      return appendTime(to, text);
    default:
      return false;
  }
}

bool appendJson(std::string& to, BinaryForm form, std::string_view json) {
  if (form == BinaryForm::Json) {
    appendText(to, json);
    return true;
  }
  if (form != BinaryForm::Jsonb) return false;
  appendWord(to, static_cast<std::int32_t>(json.size() + 1));
  to.push_back(kJsonbVersion);
  to.append(json);
  return true;
}

}  // namespace

BinaryType binaryTypeOf(std::string_view name) {
  const auto* found = std::ranges::find(kTypes, name, &NamedType::name);
  return found == std::end(kTypes) ? BinaryType{} : found->type;
}

bool appendBinary(std::string& to, BinaryForm form, ValueView value) {
  switch (value.kind()) {
    case ValueKind::Null:
      break;
    case ValueKind::False:
    case ValueKind::True:
      if (form != BinaryForm::Boolean) return false;
      appendText(to, std::string_view(value.asBoolean() ? "\1" : "\0", 1));
      return true;
    case ValueKind::Integer:
      if (form == BinaryForm::Int8) return appendInteger<std::int64_t>(to, value);
      if (form == BinaryForm::Int4) return appendInteger<std::int32_t>(to, value);
      return form == BinaryForm::Int2 && appendInteger<std::int16_t>(to, value);
    case ValueKind::Real:
      if (form != BinaryForm::Float8) return false;
      appendSized(to, std::bit_cast<std::int64_t>(value.asReal()));
      return true;
    case ValueKind::Text:
      return appendWritten(to, form, value.asText());
    case ValueKind::Bytes:
      if (form != BinaryForm::Bytes) return false;
      appendText(to, value.asText());
      return true;
    case ValueKind::Json:
      return appendJson(to, form, value.asText());
  }
  CHECK(!"NULL has no value");
  return false;
}

void appendBinaryNull(std::string& to) { appendWord(to, std::int32_t{-1}); }

void beginBinaryCopy(std::string& rows) {
  rows.append("PGCOPY\n\377\r\n\0", 11);
  appendWord(rows, std::int32_t{0});  // flags
  appendWord(rows, std::int32_t{0});  // of a longer header
}

void beginBinaryRow(std::string& rows, std::size_t fields) {
  appendWord(rows, static_cast<std::int16_t>(fields));
}

void endBinaryCopy(std::string& rows) { appendWord(rows, std::int16_t{-1}); }

namespace {

constexpr std::size_t kCountAt = 12;  // behind dimensions, NULLs and type

}  // namespace

void beginBinaryArray(std::string& array, std::uint32_t elementOid) {
  appendWord(array, std::int32_t{1});  // dimensions
  appendWord(array, std::int32_t{1});  // there may be NULLs
  appendWord(array, elementOid);
  appendWord(array, std::int32_t{0});  // see endBinaryArray()
  appendWord(array, std::int32_t{1});  // the first index
}

void endBinaryArray(std::string& array, std::size_t elements) {
  std::string count;
  appendWord(count, static_cast<std::int32_t>(elements));
  array.replace(kCountAt, kLengthBytes, count);
}

}  // namespace penstock::postgres
