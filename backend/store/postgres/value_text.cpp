// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/value_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/check.h"

namespace penstock::postgres {

namespace {

template <typename Number>
std::string_view numberText(Number number, std::string& scratch) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  CHECK(end.ec == std::errc());
  scratch.assign(buffer, end.ptr);
  return scratch;
}

std::string_view hexText(std::string_view bytes, std::string& scratch) {
  static constexpr char kDigits[] = "0123456789abcdef";
  scratch = "\\x";
  scratch.reserve(2 + bytes.size() * 2);
  for (const char byte : bytes) {
    scratch.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    scratch.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return scratch;
}

void appendQuoted(std::string& to, std::string_view text) {
  to.push_back('"');
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') to.push_back('\\');
    to.push_back(letter);
  }
  to.push_back('"');
}

unsigned hexValue(std::string_view digits) {
  unsigned value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  CHECK(end.ec == std::errc() && end.ptr == digits.data() + digits.size());
  return value;
}

void appendLetter(std::string& to, std::uint32_t code) {
  if (code < 0x80) {
    to.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    to.push_back(static_cast<char>(0xc0 | code >> 6));
    to.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    to.push_back(static_cast<char>(0xe0 | code >> 12));
    to.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    to.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    to.push_back(static_cast<char>(0xf0 | code >> 18));
    to.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
    to.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    to.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

char unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

/// Reads an array of JSON from left to right; what it reads is JSON, or the program is wrong.
class JsonArray {
 public:
  JsonArray(std::string_view json, std::string& to) : m_json(json), m_to(to) {}

  void convert() {
    while (m_at < m_json.size()) convertNext();
  }

 private:
  void convertNext() {
    switch (m_json[m_at]) {
      case '[':
        m_to.push_back('{');
        ++m_at;
        return;
      case ']':
        m_to.push_back('}');
        ++m_at;
        return;
      case ',':
        m_to.push_back(',');
        ++m_at;
        return;
      case '"':
        return appendQuoted(m_to, readString());
      case '{':
        return appendQuoted(m_to, readObject());
      default:
        return convertWord();
    }
  }

  // true and false are what PostgreSQL reads too.
  void convertWord() {
    const std::size_t end = std::min(m_json.find_first_of(",]", m_at), m_json.size());
    const std::string_view word = m_json.substr(m_at, end - m_at);
    m_to += word == "null" ? "NULL" : word;
    m_at = end;
  }

  std::string_view readString() {
    m_text.clear();
    for (++m_at; m_json.at(m_at) != '"'; ++m_at) {
      if (m_json[m_at] != '\\') {
        m_text.push_back(m_json[m_at]);
      } else if (m_json.at(++m_at) == 'u') {
        readCode();
      } else {
        m_text.push_back(unescaped(m_json[m_at]));
      }
    }
    ++m_at;
    return m_text;
  }

  // At the `u`; stays at the last digit.
  void readCode() {
    std::uint32_t code = hexValue(m_json.substr(m_at + 1, 4));
    m_at += 4;
    const bool isPair = code >= 0xd800 && code < 0xdc00 && m_json.substr(m_at + 1, 2) == "\\u";
    if (isPair) {
      code = 0x10000 + ((code - 0xd800) << 10) + (hexValue(m_json.substr(m_at + 3, 4)) - 0xdc00);
      m_at += 6;
    }
    appendLetter(m_text, code);
  }

  std::string_view readObject() {
    const std::size_t begin = m_at;
    int depth = 0;
    bool isInString = false;
    do {
      const char letter = m_json.at(m_at++);
      if (isInString && letter == '\\') {
        ++m_at;
      } else if (letter == '"') {
        isInString = !isInString;
      } else if (!isInString) {
        depth += letter == '{' ? 1 : letter == '}' ? -1 : 0;
      }
    } while (depth > 0);
    return m_json.substr(begin, m_at - begin);
  }

  std::string_view m_json;
  std::string& m_to;
  std::size_t m_at = 0;
  std::string m_text;
};

}  // namespace

std::string_view plainText(ValueView value, bool isArray, std::string& scratch) {
  switch (value.kind()) {
    case ValueKind::Null:
      break;
    case ValueKind::False:
      return "f";
    case ValueKind::True:
      return "t";
    case ValueKind::Integer:
      return numberText(value.asInteger(), scratch);
    case ValueKind::Real:
      return numberText(value.asReal(), scratch);
    case ValueKind::Text:
      return value.asText();
    case ValueKind::Bytes:
      return hexText(value.asText(), scratch);
    case ValueKind::Json:
      if (!isArray || !value.asText().starts_with('[')) return value.asText();
      scratch.clear();
      appendArrayOfJson(scratch, value.asText());
      return scratch;
  }
  CHECK(!"NULL has no text");
  return {};
}

void appendElement(std::string& array, std::string_view text) {
  array.push_back(array.empty() ? '{' : ',');
  appendQuoted(array, text);
}

void appendNullElement(std::string& array) { array += array.empty() ? "{NULL" : ",NULL"; }

void endArray(std::string& array) { array += array.empty() ? "{}" : "}"; }

void appendCopyField(std::string& rows, std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
      case '\\':
        rows += "\\\\";
        break;
      case '\n':
        rows += "\\n";
        break;
      case '\r':
        rows += "\\r";
        break;
      case '\t':
        rows += "\\t";
        break;
      default:
        rows.push_back(letter);
    }
  }
}

void appendNullCopyField(std::string& rows) { rows += "\\N"; }

void appendArrayOfJson(std::string& to, std::string_view json) { JsonArray(json, to).convert(); }

}  // namespace penstock::postgres
