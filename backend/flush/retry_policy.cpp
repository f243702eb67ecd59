// SPDX-License-Identifier: Apache-2.0
#include "flush/retry_policy.h"

#include <algorithm>

namespace penstock {

std::chrono::microseconds RetryPolicy::delay(std::uint32_t failures, double random) const {
  std::chrono::microseconds ceiling = initial;
  for (std::uint32_t i = 1; i < failures && ceiling < max; ++i) ceiling *= 2;
  ceiling = std::min<std::chrono::microseconds>(ceiling, max);
  return std::chrono::microseconds(
      static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * random));
}

}  // namespace penstock
