// SPDX-License-Identifier: Apache-2.0
// Base64 as `{"$bytes":"…"}` holds it: the standard alphabet of RFC 4648 with padding. Decoding is
// strict, so that equal bytes are equal text.
#pragma once

#include <string>
#include <string_view>

namespace penstock {

void appendBase64(std::string& to, std::string_view bytes);

/// Appends the decoded bytes. Returns false, with `to` unchanged, for anything but canonical base64
/// with padding.
[[nodiscard]] bool decodeBase64(std::string& to, std::string_view text);

}  // namespace penstock
