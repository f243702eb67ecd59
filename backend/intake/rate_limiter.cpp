// SPDX-License-Identifier: Apache-2.0
#include "intake/rate_limiter.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "model/varint.h"

namespace penstock {
namespace {
double burstOf(double perSecond) { return std::max(1.0, perSecond); }
}  // namespace

RateLimiter::RateLimiter(std::size_t bucketsMax) : m_bucketsMax(bucketsMax) {
  CHECK(bucketsMax > 0);
}

RateLimiter::Buckets::iterator RateLimiter::find(std::string_view client, Rate rate,
                                                 SteadyTime now) {
  m_name.clear();
  appendVarint(m_name, toIndex(rate.table));
  m_name.append(client);
  const auto known = m_byName.find(m_name);
  if (known != m_byName.end()) {
    m_buckets.splice(m_buckets.begin(), m_buckets, known->second);
    return known->second;
  }
  if (m_buckets.size() == m_bucketsMax) {
    m_byName.erase(m_buckets.back().name);
    m_buckets.pop_back();
  }
  m_buckets.push_front({m_name, burstOf(rate.perSecond), now});
  m_byName.emplace(m_buckets.front().name, m_buckets.begin());
  return m_buckets.begin();
}

std::chrono::milliseconds RateLimiter::take(std::string_view client, Rate rate, SteadyTime now) {
  CHECK(rate.perSecond > 0);
  Bucket& bucket = *find(client, rate, now);
  const std::chrono::duration<double> passed = now - bucket.filledAt;
  const double filled = bucket.tokens + std::max(0.0, passed.count()) * rate.perSecond;
  bucket.tokens = std::min(burstOf(rate.perSecond), filled);
  bucket.filledAt = std::max(bucket.filledAt, now);
  constexpr double kWhole = 1.0 - 1e-9;  // sums of fractions fall just short of one
  if (bucket.tokens >= kWhole) {
    bucket.tokens = std::max(0.0, bucket.tokens - 1.0);
    return std::chrono::milliseconds(0);
  }
  const double seconds = (1.0 - bucket.tokens) / rate.perSecond;
  const double millis = std::min(std::ceil(seconds * 1000), 86'400'000.0);  // a day is long enough
  return std::chrono::milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(millis)));
}

}  // namespace penstock
