// SPDX-License-Identifier: Apache-2.0
// Segment files in a form that a fuzzer can handle: without the zeros that fill up to the next
// block, and with checksums put right where it asks for that, because no mutation finds them. One
// input is several files.
//
// A chunk is u8 flags, u16 length (little endian) and so many bytes; it is written at the next
// block boundary of the segment that the flags name. A length beyond the end means all that is
// left.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "model/ids.h"

namespace penstock::test {

struct SegmentChunk {
  static constexpr unsigned kSegmentMask = 0x03;  ///< its number, less 1
  static constexpr unsigned kCutOff = 0x40;       ///< no zeros behind it: the file may end there
  static constexpr unsigned kSigned = 0x80;  ///< a group, whose place and checksums are put right

  unsigned flags = 0;
  std::string_view bytes;
};

/// Of the journal whose segments they are.
const JournalId& fuzzJournalId();

/// Content of the files by number of segment.
std::map<std::uint32_t, std::string> segmentsOf(std::string_view input);
void appendChunk(std::string& input, const SegmentChunk& chunk);
/// A segment file in the sparse form, none of it to be signed. Expects: number is 1 to 4.
void appendSegment(std::string& input, std::uint32_t number, std::string_view content);

}  // namespace penstock::test
