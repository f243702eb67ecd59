// SPDX-License-Identifier: Apache-2.0
// What becomes of a number in a column that keeps it as a 64-bit real, or as SQLite keeps decimals:
// whatever would be rounded there is refused before it is journaled, so that no digit is lost
// silently.
#pragma once

#include <string_view>

#include "base/status.h"
#include "model/catalog.h"

namespace penstock {

/// Whether `real`, the double nearest to the decimal number `text`, stands for it: written with as
/// many digits it is the same number. So every way of writing a double passes (`0.1`, 17 digits,
/// all of them). Expects: text is a number.
bool standsFor(double real, std::string_view text);

/// Whether `text`, a number, is kept as it is by a column that makes numbers of text: as an integer
/// of 64 bits, or as a double that reads back as the same decimal.
bool isKeptExactly(std::string_view text);

/// Whether a database that makes numbers of text takes `text` for one, blanks around it and all.
bool looksLikeNumber(std::string_view text);

/// The refusal of a number that would be rounded, saying to what.
Status wouldBeRounded(const Column& column, std::string_view text);

/// Text for a column that would make a number of it: fine when it is none, or when the number reads
/// back as the same text (`007` and `1.10` do not). Errors: Invalid.
Status checkTextAsNumber(const Column& column, std::string_view text);

}  // namespace penstock
