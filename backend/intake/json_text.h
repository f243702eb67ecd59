// SPDX-License-Identifier: Apache-2.0
// JSON as the value of a column: checked against RFC 8259 to the last letter, duplicate keys found
// at every level, and minified. Numbers and strings stay as they were written, digit by digit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace penstock {

/// Puts the minified text into `to`. Expects: valid UTF-8. Errors: Invalid, naming what is wrong:
/// syntax, a duplicate key, nesting beyond limits::kJsonDepthMax; `to` is then undefined.
Status minifyJson(std::string_view text, std::string& to);

/// Length of the JSON number that `text` begins with; 0: none.
std::size_t jsonNumberLength(std::string_view text);

/// Appends what a JSON string means; `quoted` is its text between the quotes. Returns false for
/// control characters, unknown escapes and half surrogate pairs.
[[nodiscard]] bool unescapeJson(std::string_view quoted, std::string& to);

}  // namespace penstock
