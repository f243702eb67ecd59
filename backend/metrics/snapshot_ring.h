// SPDX-License-Identifier: Apache-2.0
// The recent samples at full rate: the sampler publishes into it, every view of the node reads from
// it. A reader that fetches all of it takes the lock many times for a short while, so that even one
// of low priority cannot make the sampler miss its tick.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/mutex.h"
#include "metrics/snapshot.h"
#include "model/limits.h"

namespace penstock {

/// Threads: one publishes, any read.
/// Limits: keeps the newest `capacity` snapshots.
class SnapshotRing {
 public:
  explicit SnapshotRing(std::size_t capacity = limits::kSampleRing);

  /// Expects: numbers go up by one from the first on.
  void publish(SnapshotPointer snapshot) EXCLUDES(m_mutex);
  /// Null before the first.
  SnapshotPointer newest() const EXCLUDES(m_mutex);
  /// Snapshots with number > `after`, oldest first, at most `max` (the newest ones of them).
  std::vector<SnapshotPointer> since(std::uint64_t after, std::size_t max) const EXCLUDES(m_mutex);

 private:
  /// Copies up to `kChunk` snapshots from number `first` to `last` into `to`. Returns the number to
  /// go on with: above `last` at the end.
  std::uint64_t copyChunk(std::uint64_t first, std::uint64_t last,
                          std::vector<SnapshotPointer>& to) const REQUIRES(m_mutex);
  std::uint64_t newestNumber() const REQUIRES(m_mutex);
  std::uint64_t oldestNumber() const REQUIRES(m_mutex);

  static constexpr std::size_t kChunk = 128;
  const std::size_t m_capacity;

  mutable Mutex m_mutex;
  std::vector<SnapshotPointer> m_slots GUARDED_BY(m_mutex);  ///< by number modulo capacity
  SnapshotPointer m_newest GUARDED_BY(m_mutex);
  std::uint64_t m_firstNumber GUARDED_BY(m_mutex) = 0;
};

}  // namespace penstock
