// SPDX-License-Identifier: Apache-2.0
#include "metrics/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

namespace penstock {

std::size_t HistogramBuckets::indexOf(std::uint64_t micros) {
  const std::uint64_t value = std::min(micros, (std::uint64_t{1} << kValueBits) - 1);
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  // The kSubBits + 1 leading bits name the bucket; the first doubling has width 1, like the linear
  // part below it.
  const unsigned shift = bits > kSubBits + 1 ? bits - (kSubBits + 1) : 0;
  return (std::size_t{shift} << kSubBits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t HistogramBuckets::lowest(std::size_t index) {
  constexpr std::size_t kLinear = std::size_t{2} << kSubBits;
  if (index < kLinear) return index;
  const std::size_t shift = (index >> kSubBits) - 1;
  return std::uint64_t{index - (shift << kSubBits)} << shift;
}

std::uint64_t HistogramBuckets::highest(std::size_t index) { return lowest(index + 1) - 1; }

double HistogramBuckets::midpoint(std::size_t index) {
  return (static_cast<double>(lowest(index)) + static_cast<double>(highest(index))) / 2;
}

std::uint64_t HistogramCopy::count() const {
  return std::accumulate(m_counts.begin(), m_counts.end(), std::uint64_t{0});
}

std::uint64_t HistogramCopy::countUpTo(std::uint64_t micros) const {
  const auto end = static_cast<std::ptrdiff_t>(HistogramBuckets::indexOf(micros)) + 1;
  return std::accumulate(m_counts.begin(), m_counts.begin() + end, std::uint64_t{0});
}

Quantiles HistogramCopy::since(const HistogramCopy& previous) const {
  Quantiles result;
  result.count = count() - previous.count();
  if (result.count == 0) return result;
  // The nearest-rank definition: the smallest value with at least that share at or below it.
  const auto rankOf = [&result](double share) {
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(result.count))));
  };
  std::array<std::pair<std::uint64_t, double*>, 3> wanted{
      {{rankOf(0.50), &result.p50}, {rankOf(0.95), &result.p95}, {rankOf(0.99), &result.p99}}};
  auto next = wanted.begin();
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < m_counts.size() && next != wanted.end(); ++i) {
    seen += m_counts[i] - previous.m_counts[i];
    for (; next != wanted.end() && seen >= next->first; ++next) {
      *next->second = HistogramBuckets::midpoint(i);
    }
  }
  return result;
}

void Histogram::record(std::int64_t micros, std::uint32_t times) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, micros));
  m_counts[HistogramBuckets::indexOf(value)].fetch_add(times, std::memory_order_relaxed);
  m_sumMicros.fetch_add(value * times, std::memory_order_relaxed);
}

HistogramCopy Histogram::copy() const {
  HistogramCopy copy;
  for (std::size_t i = 0; i < m_counts.size(); ++i) {
    copy.m_counts[i] = m_counts[i].load(std::memory_order_relaxed);
  }
  copy.m_sumMicros = m_sumMicros.load(std::memory_order_relaxed);
  return copy;
}

Quantiles QuantilesBetweenSamples::take() {
  HistogramCopy now = m_histogram->copy();
  const Quantiles result = now.since(m_before);
  m_before = std::move(now);
  return result;
}

}  // namespace penstock
