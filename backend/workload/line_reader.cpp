// SPDX-License-Identifier: Apache-2.0
#include "workload/line_reader.h"

#include <cstring>
#include <utility>

#include "model/identity.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::size_t kBlock = 1024 * 1024;
/// What some editors write before UTF-8; it belongs to no line.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool isBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteSource> source)
    : m_source(std::move(source)), m_buffer(limits::kChangeSetBytesMax + 2 * kBlock) {}

Result<std::optional<Line>> LineReader::next() {
  for (;;) {
    Line line;
    Result<std::optional<std::string_view>> text = nextPhysical(line.length);
    if (!text) return text.status();
    if (!text->has_value()) return std::optional<Line>();
    line.text = **text;
    if (m_physical == 1 && line.text.starts_with(kByteOrderMark)) {
      line.text.remove_prefix(kByteOrderMark.size());
    }
    if (isBlank(line.text) && line.length == Line::Length::Whole) continue;
    // Nothing of an overlong line is kept; its place in the chain is.
    const bool whole = line.length == Line::Length::Whole;
    m_chainHash = chainHash(m_chainHash, whole ? line.text : "too long");
    line.physical = m_physical;
    line.number = ++m_number;
    line.chainHash = m_chainHash;
    return std::optional<Line>(line);
  }
}

/// Reads more behind what is there; moves the rest to the front when there is no room.
Status LineReader::fill() {
  if (m_begin > 0 && m_buffer.size() - m_end < kBlock) {
    std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
    m_end -= m_begin;
    m_begin = 0;
  }
  const Result<std::size_t> count =
      m_source->read(std::span(m_buffer).subspan(m_end, m_buffer.size() - m_end));
  if (!count) return count.status();
  m_sourceEnded = *count == 0;
  m_end += *count;
  return Status::ok();
}

Result<std::optional<std::string_view>> LineReader::nextPhysical(Line::Length& length) {
  std::size_t searched = 0;
  bool dropping = false;  // the rest of a line that is too long
  for (;;) {
    const char* begin = reinterpret_cast<const char*>(m_buffer.data()) + m_begin;
    const std::size_t have = m_end - m_begin;
    const void* found =
        have > searched ? std::memchr(begin + searched, '\n', have - searched) : nullptr;
    const bool whole = found != nullptr || (m_sourceEnded && (have > 0 || dropping));
    if (whole) {
      const std::size_t size =
          found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - begin)
                           : have;
      m_begin += size + (found != nullptr ? 1 : 0);
      ++m_physical;
      std::string_view text(begin, size);
      if (text.ends_with('\r')) text.remove_suffix(1);
      const bool tooLong = dropping || text.size() > limits::kChangeSetBytesMax;
      length = tooLong ? Line::Length::TooLong : Line::Length::Whole;
      return std::optional(tooLong ? std::string_view() : text);
    }
    if (m_sourceEnded) return std::optional<std::string_view>();
    searched = have;
    if (have > limits::kChangeSetBytesMax + 1) {  // one for a carriage return
      dropping = true;
      m_begin = m_end;
      searched = 0;
    }
    RETURN_IF_ERROR(fill());
  }
}

}  // namespace penstock
