// SPDX-License-Identifier: Apache-2.0
#include "intake/json_text.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/log.h"
#include "model/limits.h"

namespace penstock {
namespace {

bool isDigit(char letter) { return letter >= '0' && letter <= '9'; }

std::size_t digitsAt(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && isDigit(text[at + count])) ++count;
  return count;
}

/// Four hexadecimal digits at `at`.
bool hexAt(std::string_view text, std::size_t at, std::uint32_t& number) {
  if (at + 4 > text.size()) return false;
  number = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char letter = text[i];
    std::uint32_t digit = 0;
    if (isDigit(letter)) {
      digit = static_cast<std::uint32_t>(letter - '0');
    } else if (letter >= 'a' && letter <= 'f') {
      digit = static_cast<std::uint32_t>(letter - 'a' + 10);
    } else if (letter >= 'A' && letter <= 'F') {
      digit = static_cast<std::uint32_t>(letter - 'A' + 10);
    } else {
      return false;
    }
    number = number << 4 | digit;
  }
  return true;
}

void appendUtf8(std::string& to, std::uint32_t letter) {
  const auto put = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (letter < 0x80) {
    put(letter);
  } else if (letter < 0x800) {
    put(0xc0 | letter >> 6);
    put(0x80 | (letter & 0x3f));
  } else if (letter < 0x10000) {
    put(0xe0 | letter >> 12);
    put(0x80 | (letter >> 6 & 0x3f));
    put(0x80 | (letter & 0x3f));
  } else {
    put(0xf0 | letter >> 18);
    put(0x80 | (letter >> 12 & 0x3f));
    put(0x80 | (letter >> 6 & 0x3f));
    put(0x80 | (letter & 0x3f));
  }
}

/// The letter of `\uXXXX` (or a pair of them) whose digits begin at `at`; moves `at` behind it.
bool takeUnicode(std::string_view text, std::size_t& at, std::string& to) {
  std::uint32_t letter = 0;
  if (!hexAt(text, at, letter)) return false;
  at += 4;
  if (letter >= 0xdc00 && letter < 0xe000) return false;
  if (letter >= 0xd800 && letter < 0xdc00) {
    std::uint32_t low = 0;
    if (text.substr(at, 2) != "\\u" || !hexAt(text, at + 2, low)) return false;
    if (low < 0xdc00 || low >= 0xe000) return false;
    letter = 0x10000 + ((letter - 0xd800) << 10) + (low - 0xdc00);
    at += 6;
  }
  appendUtf8(to, letter);
  return true;
}

/// One pass over a JSON text: checks and copies without blanks.
class Minifier {
 public:
  Minifier(std::string_view text, std::string& to) : m_text(text), m_to(to) {}

  Status run() {
    m_to.clear();
    m_to.reserve(m_text.size());
    skipBlanks();
    RETURN_IF_ERROR(value(0));
    if (m_at != m_text.size()) return broken("text after the value");
    return Status::ok();
  }

 private:
  Status broken(std::string_view what) const {
    return {StatusCode::Invalid,
            "malformed JSON at byte " + std::to_string(m_at) + ": " + std::string(what)};
  }

  void skipBlanks() {
    while (m_at < m_text.size()) {
      const char letter = m_text[m_at];
      if (letter != ' ' && letter != '\t' && letter != '\n' && letter != '\r') return;
      ++m_at;
    }
  }

  /// Copies a punctuation mark, if it is the next, and the blanks behind it are skipped.
  bool take(char letter) {
    if (m_at == m_text.size() || m_text[m_at] != letter) return false;
    m_to.push_back(letter);
    ++m_at;
    skipBlanks();
    return true;
  }

  Status value(std::size_t depth) {
    if (m_at == m_text.size()) return broken("a value is missing");
    switch (m_text[m_at]) {
      case '{':
        return object(depth + 1);
      case '[':
        return array(depth + 1);
      case '"': {
        std::string_view quoted;
        return string(quoted);
      }
      default:
        return scalar();
    }
  }

  Status scalar() {
    const std::string_view rest = m_text.substr(m_at);
    std::size_t length = jsonNumberLength(rest);
    for (const std::string_view word : {"null", "true", "false"}) {
      if (rest.starts_with(word)) length = word.size();
    }
    if (length == 0) return broken("no JSON value");
    m_to.append(rest.substr(0, length));
    m_at += length;
    skipBlanks();
    return Status::ok();
  }

  Status string(std::string_view& quoted) {
    const std::size_t start = m_at + 1;
    std::size_t end = start;
    while (end < m_text.size() && m_text[end] != '"') end += m_text[end] == '\\' ? 2 : 1;
    if (end >= m_text.size()) return broken("a string does not end");
    quoted = m_text.substr(start, end - start);
    m_unescaped.clear();
    if (!unescapeJson(quoted, m_unescaped)) {
      return broken("a string with a control character or a wrong escape");
    }
    m_to.append(m_text.substr(m_at, end + 1 - m_at));
    m_at = end + 1;
    skipBlanks();
    return Status::ok();
  }

  Status array(std::size_t depth) {
    if (depth > limits::kJsonDepthMax) return tooDeep();
    take('[');
    if (take(']')) return Status::ok();
    do {
      RETURN_IF_ERROR(value(depth));
    } while (take(','));
    return take(']') ? Status::ok() : broken("',' or ']' is missing");
  }

  Status object(std::size_t depth) {
    if (depth > limits::kJsonDepthMax) return tooDeep();
    const std::size_t firstKey = m_keys.size();
    take('{');
    if (take('}')) return Status::ok();
    do {
      if (m_at == m_text.size() || m_text[m_at] != '"') return broken("a key is missing");
      std::string_view quoted;
      RETURN_IF_ERROR(string(quoted));
      const bool plain = quoted.find('\\') == std::string_view::npos;
      m_keys.push_back(plain ? quoted : std::string_view(m_names.emplace_back(m_unescaped)));
      if (!take(':')) return broken("':' is missing");
      RETURN_IF_ERROR(value(depth));
    } while (take(','));
    if (!take('}')) return broken("',' or '}' is missing");
    return checkKeys(firstKey);
  }

  Status checkKeys(std::size_t firstKey) {
    const auto begin = m_keys.begin() + static_cast<std::ptrdiff_t>(firstKey);
    std::sort(begin, m_keys.end());
    const auto twice = std::adjacent_find(begin, m_keys.end());
    if (twice != m_keys.end()) {
      return {StatusCode::Invalid, "key '" + escapeForLog(twice->substr(0, 80)) +
                                       "' stands twice in one object (each key once)"};
    }
    m_keys.resize(firstKey);
    return Status::ok();
  }

  static Status tooDeep() {
    return {StatusCode::Invalid,
            "nested deeper than " + std::to_string(limits::kJsonDepthMax) + " levels"};
  }

  std::string_view m_text;
  std::string& m_to;
  std::size_t m_at = 0;
  std::vector<std::string_view> m_keys;  // of the objects that are open
  std::deque<std::string> m_names;       // keys that were written with escapes
  std::string m_unescaped;
};

}  // namespace

Status minifyJson(std::string_view text, std::string& to) { return Minifier(text, to).run(); }

std::size_t jsonNumberLength(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digitsAt(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digitsAt(text, at + 1);
    if (fraction == 0) return 0;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const bool isSigned = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-');
    const std::size_t digits = digitsAt(text, at + (isSigned ? 2 : 1));
    if (digits == 0) return 0;
    at += (isSigned ? 2 : 1) + digits;
  }
  return at;
}

bool unescapeJson(std::string_view quoted, std::string& to) {
  static constexpr std::string_view kEscapes = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  for (std::size_t at = 0; at < quoted.size();) {
    const char letter = quoted[at++];
    if (static_cast<unsigned char>(letter) < 0x20 || letter == '"') return false;
    if (letter != '\\') {
      to.push_back(letter);
      continue;
    }
    if (at == quoted.size()) return false;
    const char escape = quoted[at++];
    if (escape == 'u') {
      if (!takeUnicode(quoted, at, to)) return false;
      continue;
    }
    const std::size_t known = kEscapes.find(escape);
    if (known == std::string_view::npos) return false;
    to.push_back(kMeanings[known]);
  }
  return true;
}

}  // namespace penstock
