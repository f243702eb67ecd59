// SPDX-License-Identifier: Apache-2.0
// The fuzz targets: each takes bytes as they may come from outside, gives them to the code that
// reads such bytes, and says what it did wrong. Shared by the libFuzzer programs and by tst_fuzz.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock::test {

/// Empty: all is well. Else what is wrong, for people. A crash or a hang is wrong too, of course.
using Complaint = std::string;

/// A line of JSON into ChangeReader: what is accepted survives its byte form and its own JSON.
Complaint tryChangeSet(std::string_view input);
/// Segment files, in the sparse form of segment_chunks.h, as a journal that is verified and read.
Complaint tryJournal(std::string_view input);
/// The first byte chooses a byte form (ByteForm), the rest is that form.
Complaint tryByteForm(std::string_view input);
/// A text as penstock.toml.
Complaint tryConfig(std::string_view input);
/// Cells, each but the last ended by kCellEnd, as a row of CSV.
Complaint tryCsv(std::string_view input);

/// What the first byte of tryByteForm()'s input says; kSealed added: its checksum is put right.
enum class ByteForm : unsigned char {
  ChangeSet,
  LetterOrder,
  Catalog,
  KnownIds,
  SourcePositions,
  AcceptedLoss
};
inline constexpr unsigned char kSealed = 0x80;

inline constexpr char kCellEnd = '\x1f';
inline constexpr std::string_view kNullCell = "\x1e";  ///< a whole cell of it: CsvCell::none()

/// UTF-8 without control characters, as a message for a log or a terminal has to be.
bool isOneLine(std::string_view text);
/// Bytes of the UTF-8 letter at the start of `text`, by its code point; 0: there is none.
std::size_t lettersBytes(std::string_view text);

}  // namespace penstock::test
