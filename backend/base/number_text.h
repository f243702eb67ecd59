// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them in messages, the same in every locale.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace penstock {

/// `12,480`. Threads: any.
std::string groupedNumber(std::int64_t number);
inline std::string groupedNumber(std::uint64_t number) {
  return groupedNumber(static_cast<std::int64_t>(number));
}

/// `512 B`, `31 MiB`, `1.5 GiB`: binary units, three digits at most.
std::string byteText(std::uint64_t bytes);

/// `250 ms`, `3.2 s`, `42 s`, `5 min 3 s`, `2 h 5 min`; less than nothing is `0 ms`.
std::string durationText(std::chrono::nanoseconds duration);

}  // namespace penstock
