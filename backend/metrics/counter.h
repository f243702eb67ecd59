// SPDX-License-Identifier: Apache-2.0
// A total that busy threads increment and the sampler reads. It fills a cache line of its own, so
// that two threads that count different things never wait for each other's memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace penstock {

/// Bytes that processors move between cores as one.
inline constexpr std::size_t kCacheLineBytes = 64;

/// Counts up from 0 and never down.
/// Threads: any. Relaxed: readers see each counter's total a little late, and no order between two.
class alignas(kCacheLineBytes) Counter {
 public:
  void add(std::uint64_t amount) { m_total.fetch_add(amount, std::memory_order_relaxed); }
  void increment() { add(1); }
  std::uint64_t total() const { return m_total.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> m_total{0};
};
static_assert(sizeof(Counter) == kCacheLineBytes);

}  // namespace penstock
