// SPDX-License-Identifier: Apache-2.0
// How long things took, as counts in buckets of growing width: recording is one relaxed increment,
// and the sampler takes quantiles of what came between two copies. Counts only grow, so the same
// copies serve a scrape that wants them since the start.
//
// Own code, because it is smaller than the use of what there is: HdrHistogram_c adds atomically but
// reads its counts plainly (a data race), and Boost.Histogram with thread-safe counters counts, but
// leaves quantiles, differences of copies and the log-linear axis to be written all the same.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "metrics/counter.h"
#include "metrics/snapshot.h"

namespace penstock {

/// Where a value is counted. Linear up to 2^6, then 32 buckets for each doubling; a bucket's
/// midpoint is within 1/64 (1.6 %) of every value in it. Values from 2^40 on (12 days of
/// microseconds) count as 2^40 - 1.
struct HistogramBuckets {
  static constexpr unsigned kSubBits = 5;
  static constexpr unsigned kValueBits = 40;
  static constexpr std::size_t kCount = (std::size_t{kValueBits} - kSubBits + 1)
                                        << kSubBits;  ///< buckets in all
  static std::size_t indexOf(std::uint64_t micros);
  static std::uint64_t lowest(std::size_t index);   ///< smallest value of a bucket
  static std::uint64_t highest(std::size_t index);  ///< largest value of a bucket
  static double midpoint(std::size_t index);
};

/// Counts at one moment.
/// Threads: a value.
class HistogramCopy {
 public:
  HistogramCopy() : m_counts(HistogramBuckets::kCount, 0) {}

  std::uint64_t count() const;
  std::uint64_t sumMicros() const { return m_sumMicros; }
  /// How many values were at most `micros`, up to the width of the bucket that holds it.
  std::uint64_t countUpTo(std::uint64_t micros) const;
  /// Quantiles (each within 1.6 % of an exact one) of what was recorded after `previous`, which is
  /// an earlier copy of the same histogram. All 0 when nothing was.
  Quantiles since(const HistogramCopy& previous) const;

 private:
  friend class Histogram;
  std::vector<std::uint64_t> m_counts;
  std::uint64_t m_sumMicros = 0;
};

/// Threads: any may record, any may copy. A copy taken while others record holds each value wholly
/// or not at all in its counts; its sum may be a few values ahead or behind.
/// Limits: 9 KiB.
class alignas(kCacheLineBytes) Histogram {
 public:
  /// Counts `times` values of `micros`; below 0 counts as 0 (clocks of two threads).
  void record(std::int64_t micros, std::uint32_t times = 1);
  HistogramCopy copy() const;

 private:
  std::array<std::atomic<std::uint64_t>, HistogramBuckets::kCount> m_counts{};
  std::atomic<std::uint64_t> m_sumMicros{0};
};

/// Takes a histogram's quantiles from one sample to the next.
/// Threads: one (the sampler's). Owns: the copy before; the histogram is borrowed.
class QuantilesBetweenSamples {
 public:
  explicit QuantilesBetweenSamples(const Histogram& histogram) : m_histogram(&histogram) {}
  /// Of what was recorded since the last call (the first time: since the start).
  Quantiles take();

 private:
  const Histogram* m_histogram;
  HistogramCopy m_before;
};

}  // namespace penstock
