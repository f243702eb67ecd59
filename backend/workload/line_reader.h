// SPDX-License-Identifier: Apache-2.0
// Cuts a byte source into lines without ever holding more than one limit of them; numbers those
// that are not empty and chains their hashes, so that a replay can go on where it stopped and
// notice that the file is another one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "workload/byte_source.h"

namespace penstock {

struct Line {
  std::string_view text;        ///< without its end; borrowed until the next call
  std::uint64_t physical = 0;   ///< as an editor counts, from 1
  std::uint64_t number = 0;     ///< counts the non-empty lines, from 1
  std::uint64_t chainHash = 0;  ///< of all non-empty lines up to this one
  enum class Length : std::uint8_t { Whole, TooLong } length = Length::Whole;
};

/// Threads: one.
/// Limits: a line longer than limits::kChangeSetBytesMax comes as TooLong, without its text.
class LineReader {
 public:
  explicit LineReader(std::unique_ptr<ByteSource> source);

  /// The next line that is not empty, or nothing at the end. Errors: those of the source.
  Result<std::optional<Line>> next();
  const ByteSource& source() const { return *m_source; }

 private:
  Status fill();
  Result<std::optional<std::string_view>> nextPhysical(Line::Length& length);

  std::unique_ptr<ByteSource> m_source;
  std::vector<std::byte> m_buffer;
  std::size_t m_begin = 0;
  std::size_t m_end = 0;
  bool m_sourceEnded = false;
  std::uint64_t m_physical = 0;
  std::uint64_t m_number = 0;
  std::uint64_t m_chainHash = 0;
};

}  // namespace penstock
