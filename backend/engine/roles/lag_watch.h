// SPDX-License-Identifier: Apache-2.0
// When a mirror or standby that falls behind is let go, so that the journal need not be kept for
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace penstock {

/// What a sink may lack before it is detached; of two limits the first that is passed counts.
struct LagLimit {
  std::uint64_t bytes = 0;           ///< of the journal; 0: no such limit
  std::chrono::milliseconds age{0};  ///< of the oldest that waits; 0: no such limit

  bool isSet() const { return bytes != 0 || age.count() != 0; }
};

struct Lag {
  std::uint64_t bytes = 0;
  std::chrono::milliseconds age{0};
};

/// One that is over its limit and catches up is left alone: it gets there by itself.
/// Threads: one at a time.
class LagWatch {
 public:
  explicit LagWatch(LagLimit limit) : m_limit(limit) {}

  /// Looked at now and then. Returns whether it is over its limit and was not nearer than at the
  /// look before, which was over it too.
  bool look(const Lag& lag);
  const LagLimit& limit() const { return m_limit; }

 private:
  bool isOver(const Lag& lag) const;

  const LagLimit m_limit;
  std::optional<Lag> m_before;  // over the limit
};

}  // namespace penstock
