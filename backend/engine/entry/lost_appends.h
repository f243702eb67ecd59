// SPDX-License-Identifier: Apache-2.0
// Remembers which appends never reached the journal, or may not have. A submitter may ask after the
// failure was told, because its append returned before: it must not take the head that has moved
// past the lost sequences for a proof that they are in.
#pragma once

#include <cstddef>
#include <deque>

#include "journal/journal.h"

namespace penstock {

/// Threads: none of its own; the owner's lock.
/// Limits: the last kRangesMax failures; asked about much older ones, it knows nothing.
class LostAppends {
 public:
  static constexpr std::size_t kRangesMax = 1024;

  void add(const AppendFailure& failure) {
    m_ranges.push_back(failure);
    if (m_ranges.size() > kRangesMax) m_ranges.pop_front();
  }

  /// Why `sequence` is not in the journal; null when it is not one of the lost.
  const Status* find(Sequence sequence) const {
    for (const AppendFailure& range : m_ranges) {
      if (range.first <= sequence && sequence <= range.last) return &range.status;
    }
    return nullptr;
  }

 private:
  std::deque<AppendFailure> m_ranges;
};

}  // namespace penstock
