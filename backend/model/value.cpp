// SPDX-License-Identifier: Apache-2.0
#include "model/value.h"

#include <bit>
#include <charconv>
#include <cstddef>

#include "base/check.h"
#include "base/log.h"

namespace penstock {
namespace {

constexpr std::string_view kEllipsis = "…";

/// Cuts `text` to at most `bytesMax` bytes with the ellipsis, never inside a UTF-8 letter.
void cutForDisplay(std::string& text, std::size_t bytesMax) {
  if (text.size() <= bytesMax) return;
  std::size_t keep = bytesMax > kEllipsis.size() ? bytesMax - kEllipsis.size() : 0;
  while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xc0) == 0x80) --keep;
  text.resize(keep);
  text.append(kEllipsis);
}

std::string quotedHex(std::string_view bytes, std::size_t bytesMax) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "x'";
  for (const char byte : bytes.substr(0, bytesMax)) {
    text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  text.push_back('\'');
  return text;
}

template <typename Number>
std::string numberText(Number value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  CHECK(end.ec == std::errc());
  return std::string(buffer, end.ptr);
}

/// The first bytes of `text`, ending at a letter's boundary, one line whatever they hold.
std::string beginning(std::string_view text, std::size_t bytesMax) {
  std::size_t count = text.size();
  if (count > bytesMax + 4) {
    count = bytesMax + 1;
    while (count > 0 && (static_cast<unsigned char>(text[count]) & 0xc0) == 0x80) --count;
  }
  return escapeForLog(text.substr(0, count));
}

}  // namespace

bool ValueView::operator==(const ValueView& other) const {
  if (m_kind != other.m_kind) return false;
  switch (m_kind) {
    case ValueKind::Null:
    case ValueKind::False:
    case ValueKind::True:
      return true;
    case ValueKind::Integer:
      return m_integer == other.m_integer;
    case ValueKind::Real:
      return std::bit_cast<std::uint64_t>(m_real) == std::bit_cast<std::uint64_t>(other.m_real);
    case ValueKind::Text:
    case ValueKind::Bytes:
    case ValueKind::Json:
      return m_text == other.m_text;
  }
  return false;
}

ValueView Value::view() const {
  switch (m_view.kind()) {
    case ValueKind::Text:
      return ValueView::text(m_text);
    case ValueKind::Bytes:
      return ValueView::bytes(m_text);
    case ValueKind::Json:
      return ValueView::json(m_text);
    default:
      return m_view;
  }
}

std::string toDisplayText(ValueView value, std::size_t bytesMax) {
  std::string text;
  switch (value.kind()) {
    case ValueKind::Null:
      text = "NULL";
      break;
    case ValueKind::False:
      text = "false";
      break;
    case ValueKind::True:
      text = "true";
      break;
    case ValueKind::Integer:
      text = numberText(value.asInteger());
      break;
    case ValueKind::Real:
      text = numberText(value.asReal());
      break;
    case ValueKind::Text:
      text = "'" + beginning(value.asText(), bytesMax) + "'";
      break;
    case ValueKind::Bytes:
      text = quotedHex(value.asText(), bytesMax);
      break;
    case ValueKind::Json:
      text = beginning(value.asText(), bytesMax);
      break;
  }
  cutForDisplay(text, bytesMax);
  return text;
}

}  // namespace penstock
