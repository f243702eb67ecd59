// SPDX-License-Identifier: Apache-2.0
// Decimals as exact canonical text: digits, at most one point, no exponent, no zeros that mean
// nothing, no plus, no minus zero. Two decimals are equal exactly when their texts are.
#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// Puts the canonical form of a decimal number (`-01.50`, `1.5e3`) into `to`. Returns false when
/// `text` is no number or has more than limits::kDecimalDigitsMax digits; `to` is then undefined.
[[nodiscard]] bool canonicalDecimal(std::string_view text, std::string& to);

}  // namespace penstock
