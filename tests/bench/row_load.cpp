// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/row_load.h"

namespace penstock::bench {

namespace {

constexpr std::uint64_t kTexts = 1024;

/// The index-th number of a fixed random sequence. Source: SplitMix64.
std::uint64_t randomOf(std::uint64_t index) {
  std::uint64_t mixed = (index + 1) * 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

std::string textOf(std::uint64_t index, std::size_t bytes) {
  std::string text;
  for (std::uint64_t i = 0; text.size() < bytes; ++i) {
    text += static_cast<char>('a' + randomOf(index * 64 + i) % 26);
  }
  return text;
}

}  // namespace

RowLoad::RowLoad(Kind kind) : m_kind(kind) {
  for (std::uint64_t i = 0; i < kTexts; ++i) {
    m_names.push_back(textOf(i, 16));
    m_notes.push_back(textOf(kTexts + i, 24));
  }
}

Row RowLoad::rowOf(std::int64_t id, std::uint64_t random) const {
  return {id, m_names[random % kTexts], static_cast<std::int64_t>(random >> 40),
          static_cast<double>(random % 1000) / 8, m_notes[(random >> 10) % kTexts]};
}

Row RowLoad::row(std::uint64_t index) const {
  const std::uint64_t random = randomOf(index);
  if (m_kind == Kind::Insert) return rowOf(static_cast<std::int64_t>(index + 1), random);
  const std::uint64_t window = index / kBatchRows * kBatchRows;
  const std::uint64_t id = window + randomOf(kRows + index) % (2 * kBatchRows);
  return rowOf(static_cast<std::int64_t>(id), random);
}

Row RowLoad::rowBefore(std::uint64_t index) const {
  return rowOf(static_cast<std::int64_t>(2 * index), randomOf(3 * kRows + index));
}

}  // namespace penstock::bench
