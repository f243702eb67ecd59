// SPDX-License-Identifier: Apache-2.0
// Holds each client to the rate that an operator allows per table: a token bucket for each pair,
// which fills with time and holds one second's worth (at least one). Only pairs seen lately are
// kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "model/ids.h"
#include "model/limits.h"

namespace penstock {

/// Threads: none of its own; the caller's lock.
/// Limits: `bucketsMax` pairs; beyond it the one that was not seen longest is forgotten (and would
/// start with a full bucket again).
class RateLimiter {
 public:
  explicit RateLimiter(std::size_t bucketsMax = limits::kRateBucketsMax);

  /// Change sets of `table` that a client may send per second. Expects: perSecond > 0.
  struct Rate {
    TableId table{};
    double perSecond = 0;
  };
  /// Takes a token and returns zero, or leaves all as it is and returns how long until there is
  /// one.
  std::chrono::milliseconds take(std::string_view client, Rate rate, SteadyTime now);

  std::size_t bucketCount() const { return m_buckets.size(); }

 private:
  struct Bucket {
    std::string name;  // table and client
    double tokens = 0;
    SteadyTime filledAt{};
  };
  using Buckets = std::list<Bucket>;  // seen last in front

  Buckets::iterator find(std::string_view client, Rate rate, SteadyTime now);

  const std::size_t m_bucketsMax;
  Buckets m_buckets;
  std::unordered_map<std::string_view, Buckets::iterator> m_byName;  // views into m_buckets
  std::string m_name;                                                // of the call
};

}  // namespace penstock
