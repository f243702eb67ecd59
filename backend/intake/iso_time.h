// SPDX-License-Identifier: Apache-2.0
// Times as ISO 8601 text: checked against the calendar and put into one canonical form, so that two
// ways of writing a moment name one row. Nothing is rounded: more than microseconds is refused.
#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// `2026-11-21T14:02:11.25Z`: in UTC, fraction without trailing zeros. Takes a blank for the `T`,
/// seconds left out, and offsets (`Z`, `+02`, `+0200`, `+02:00`); without one it is UTC already.
[[nodiscard]] bool canonicalTimestamp(std::string_view text, std::string& to);

/// `2026-11-21`, years 0001 to 9999.
[[nodiscard]] bool canonicalDate(std::string_view text, std::string& to);

/// `14:02:11.25`, seconds may be left out; without offset.
[[nodiscard]] bool canonicalTime(std::string_view text, std::string& to);

}  // namespace penstock
