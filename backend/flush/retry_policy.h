// SPDX-License-Identifier: Apache-2.0
// How long to wait before a transient failure is tried again: exponential, capped, with full
// jitter, so that many clients of one database do not come back in step.
// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#pragma once

#include <chrono>
#include <cstdint>

#include "model/limits.h"

namespace penstock {

struct RetryPolicy {
  std::chrono::milliseconds initial = limits::kRetryInitialDefault;
  std::chrono::milliseconds max = limits::kRetryMaxDefault;

  /// `failures`: in a row, from 1. `random`: uniform in [0, 1).
  std::chrono::microseconds delay(std::uint32_t failures, double random) const;
};

}  // namespace penstock
