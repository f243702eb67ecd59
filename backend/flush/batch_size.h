// SPDX-License-Identifier: Apache-2.0
// Adapts the size of batches so that a commit takes about the target time: larger ones are faster
// on the whole, but hold the database's locks, and everybody who waits for them, longer. What a
// commit costs whatever its size (a slow disk's sync) is no reason to make it smaller.
#pragma once

#include <chrono>
#include <cstddef>

namespace penstock {

/// Threads: one at a time.
class BatchSize {
 public:
  /// `rowsMax`: as configured; where it starts.
  BatchSize(std::size_t rowsMax, std::chrono::microseconds target);

  std::size_t rows() const { return m_rows; }
  /// Half of the best throughput is reached at some 500 rows a commit (BULK figures of SQLite and
  /// PostgreSQL), so that is the least; or what is configured, when that is less.
  std::size_t rowsMin() const;
  void setRowsMax(std::size_t rowsMax);
  /// A commit of `rows` took `duration`. Never below rowsMin(): smaller batches would spend their
  /// time on syncs and fall behind for good.
  void onCommit(std::size_t rows, std::chrono::microseconds duration);

 private:
  std::size_t m_rowsMax;
  std::chrono::microseconds m_target;
  std::size_t m_rows;
};

}  // namespace penstock
