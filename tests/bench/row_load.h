// SPDX-License-Identifier: Apache-2.0
// The rows of the database cases: five columns, the same sequence every time, made so cheaply that
// making them is no part of what is measured.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::bench {

struct Row {
  std::int64_t id = 0;
  std::string_view name;  ///< 16 bytes
  std::int64_t amount = 0;
  double ratio = 0;
  std::string_view note;  ///< 24 bytes
};

/// Threads: one. Row's texts are borrowed from it.
class RowLoad {
 public:
  enum class Kind : std::uint8_t {
    Insert,  ///< ascending ids into an empty table
    Upsert,  ///< random ids of a window that moves on; every other one is there already
  };
  static constexpr std::uint64_t kRows = 1'000'000;
  static constexpr std::uint64_t kBatchRows = 5'000;

  explicit RowLoad(Kind kind);
  /// Expects: index < kRows.
  Row row(std::uint64_t index) const;
  /// What is in the table before: with even ids, below kRows.
  static std::uint64_t rowsBefore(Kind kind) { return kind == Kind::Insert ? 0 : kRows / 2; }
  Row rowBefore(std::uint64_t index) const;

 private:
  Row rowOf(std::int64_t id, std::uint64_t random) const;

  const Kind m_kind;
  std::vector<std::string> m_names;
  std::vector<std::string> m_notes;
};

}  // namespace penstock::bench
