// SPDX-License-Identifier: Apache-2.0
// Finds the guilty among change sets whose batch was refused, and gets all others in: always the
// prefix first, so that what is tried has everything before it settled, and order is kept.
#pragma once

#include <cstddef>

namespace penstock {

/// Half-open range of indexes into a chunk.
struct IndexRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
  bool operator==(const IndexRange&) const = default;
};

/// Needs O(log n) tries for each guilty one, and one each when they stand side by side.
/// Threads: one.
class Bisection {
 public:
  explicit Bisection(std::size_t count) : m_count(count), m_tryEnd(count) {}

  bool isDone() const { return m_begin == m_count; }
  /// What to try next; everything before it is settled. Expects: !isDone().
  IndexRange next() const { return {m_begin, m_tryEnd}; }

  /// next() is in.
  void committed();
  /// next() was refused. Expects: more than one in it; a single one is guilty, see buried().
  void refused();
  /// It is known that next() fails at `guilty` if all before it is good. Expects: more than one.
  void refusedAt(std::size_t guilty);
  /// The single one of next() is guilty, and settled as a dead letter.
  void buried();

 private:
  void chooseNext();

  std::size_t m_count;
  std::size_t m_begin = 0;       // everything before is settled
  std::size_t m_tryEnd;          // of the next try
  std::size_t m_suspectEnd = 0;  // when behind m_begin: a guilty one stands before it
  std::size_t m_stride = 0;      // without suspicion: how many to try; 0: all
};

}  // namespace penstock
