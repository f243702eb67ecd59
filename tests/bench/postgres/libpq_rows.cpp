// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/libpq_rows.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace penstock::bench {

namespace {

template <typename Number>
void appendNumber(std::string& to, Number value) {
  char digits[40];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <typename Word>
void appendWord(std::string& to, Word word) {
  if constexpr (sizeof(Word) == 8) {
    word = __builtin_bswap64(word);
  } else if constexpr (sizeof(Word) == 4) {
    word = __builtin_bswap32(word);
  } else {
    word = __builtin_bswap16(word);
  }
  char bytes[sizeof word];
  std::memcpy(bytes, &word, sizeof word);
  to.append(bytes, sizeof word);
}

}  // namespace

void appendTextRow(std::string& copy, const Row& row) {
  appendNumber(copy, row.id);
  copy += '\t';
  copy += row.name;
  copy += '\t';
  appendNumber(copy, row.amount);
  copy += '\t';
  appendNumber(copy, row.ratio);
  copy += '\t';
  copy += row.note;
  copy += '\n';
}

void beginBinaryCopy(std::string& copy) {
  copy.append("PGCOPY\n\377\r\n\0", 11);
  appendWord(copy, std::uint32_t{0});
  appendWord(copy, std::uint32_t{0});
}

void appendBinaryRow(std::string& copy, const Row& row) {
  appendWord(copy, std::uint16_t{5});
  appendBinary(copy, row.id);
  appendBinary(copy, row.name);
  appendBinary(copy, row.amount);
  appendBinary(copy, row.ratio);
  appendBinary(copy, row.note);
}

void endBinaryCopy(std::string& copy) { appendWord(copy, std::uint16_t{0xffff}); }

void appendTextElement(std::string& array, std::int64_t value) {
  array += array.empty() ? '{' : ',';
  appendNumber(array, value);
}

void appendTextElement(std::string& array, double value) {
  array += array.empty() ? '{' : ',';
  appendNumber(array, value);
}

void appendTextElement(std::string& array, std::string_view value) {
  array += array.empty() ? '{' : ',';
  array += value;
}

void endTextArray(std::string& array) { array += array.empty() ? "{}" : "}"; }

void beginBinaryArray(std::string& array, ElementType type, std::uint32_t elements) {
  appendWord(array, std::uint32_t{1});  // dimensions
  appendWord(array, std::uint32_t{0});  // no NULL
  appendWord(array, static_cast<std::uint32_t>(type));
  appendWord(array, elements);
  appendWord(array, std::uint32_t{1});  // the first index
}

void appendBinary(std::string& to, std::int64_t value) {
  appendWord(to, std::uint32_t{8});
  appendWord(to, static_cast<std::uint64_t>(value));
}

void appendBinary(std::string& to, double value) {
  appendWord(to, std::uint32_t{8});
  appendWord(to, std::bit_cast<std::uint64_t>(value));
}

void appendBinary(std::string& to, std::string_view value) {
  appendWord(to, static_cast<std::uint32_t>(value.size()));
  to.append(value);
}

}  // namespace penstock::bench
