// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/record_load.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "model/codec.h"

namespace penstock::bench {

namespace {

std::string encodedWith(std::size_t contentBytes) {
  ChangeSetWriter writer;
  writer.begin({});
  writer.beginChange(Operation::Insert, TableId{0});
  writer.key(ValueView::integer(1));
  writer.set(ColumnId{1}, ValueView::bytes(std::string(contentBytes, 'x')));
  writer.endChange();
  return std::string(writer.finish());
}

}  // namespace

RecordLoad::RecordLoad() {
  const std::size_t frame = encodedWith(64).size() - 64;
  const std::string encoded = encodedWith(kRecordBytes - frame);
  CHECK(encoded.size() == kRecordBytes);
  std::copy(encoded.begin(), encoded.end(), m_bytes.begin());
}

std::string_view RecordLoad::record(std::uint64_t number) {
  const std::uint64_t bigEndian = __builtin_bswap64(number);
  std::memcpy(m_bytes.data() + kRecordBytes - kRecordNumberBytes, &bigEndian, kRecordNumberBytes);
  return {m_bytes.data(), m_bytes.size()};
}

void RecordTally::add(std::string_view record) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15u;  // 2^64 by the golden ratio: mixes well
  std::uint64_t mixed = record.size();
  for (std::size_t at = 0; at + 8 <= record.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, record.data() + at, 8);
    mixed = (mixed ^ word) * kFactor;
    mixed ^= mixed >> 29;
  }
  ++m_count;
  m_sum += mixed;
}

std::string RecordTally::text() const {
  return std::to_string(m_count) + " records, sum " + std::to_string(m_sum);
}

}  // namespace penstock::bench
