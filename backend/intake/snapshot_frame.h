// SPDX-License-Identifier: Apache-2.0
// What the snapshots of known ids and of source positions have in common, byte for byte: u8 format,
// varint position in the journal, varint count, the entries, 8 bytes XXH3 of all before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/ids.h"
#include "model/varint.h"

namespace penstock {

/// Threads: none.
class SnapshotFrame {
 public:
  /// `what` is for messages: "snapshot of known ids".
  constexpr SnapshotFrame(std::string_view what, std::uint8_t format)
      : m_what(what), m_format(format) {}

  std::string seal(Sequence position, std::uint64_t count, std::string_view entries) const;

  struct Opened {
    Sequence position{};
    std::uint64_t count = 0;
    ByteReader entries;
  };
  /// `bytes` must outlive what is returned. Errors: Corrupt, Unsupported (a newer format).
  Result<Opened> open(std::string_view bytes) const;

  Status corrupt() const;

 private:
  std::string_view m_what;
  std::uint8_t m_format;
};

}  // namespace penstock
