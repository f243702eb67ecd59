// SPDX-License-Identifier: Apache-2.0
// UTF-8 letter by letter, for what must not hand on bytes that are none.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock {

/// Bytes of the UTF-8 letter at the start of `text`; 0 when there is none (Unicode, table 3-7).
std::size_t letterBytes(std::string_view text);

}  // namespace penstock
