// SPDX-License-Identifier: Apache-2.0
// The change sets of the journal cases: 128 bytes each, alike but for a number at the end, so that
// making one costs next to nothing and reading all back proves that each is there once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace penstock::bench {

inline constexpr std::size_t kRecordBytes = 128;
inline constexpr std::size_t kRecordNumberBytes = 8;  ///< at the end, big endian

/// Threads: one; each producer has its own.
class RecordLoad {
 public:
  RecordLoad();
  /// Valid until the next call.
  std::string_view record(std::uint64_t number);

 private:
  std::array<char, kRecordBytes> m_bytes;
};

/// Count and checksum of records, whatever their order.
class RecordTally {
 public:
  void add(std::string_view record);
  std::string text() const;

 private:
  std::uint64_t m_count = 0;
  std::uint64_t m_sum = 0;
};

}  // namespace penstock::bench
