// SPDX-License-Identifier: Apache-2.0
// How much memory a node may take beside its budget, and where that cannot be measured.
#pragma once

#include <cstdint>

#include "model/limits.h"

namespace penstock::test {

/// Sanitizers take a multiple of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Beyond the memory budget: code, stacks, SQLite's cache, what malloc keeps.
inline constexpr std::uint64_t kMemoryBeyondBudget = 64 * limits::kMiB;

}  // namespace penstock::test
