// SPDX-License-Identifier: Apache-2.0
// The one form of a value in a column of a given type, so that `42` and `"42"` of an integer column
// are one row. Also the check whether a value fits at all, before anything is journaled.
#pragma once

#include <string>

#include "base/status.h"
#include "model/catalog.h"
#include "model/value.h"

namespace penstock {

/// The canonical form of `in` for `column`. NULL fits every type. By type:
/// Integer: whole numbers of 64 bits, as integers or as text of decimal digits with an optional
/// sign (leading zeros mean nothing); no fraction, not even `.0`; no booleans. Real: any number, or
/// one as text; finite, minus zero becomes zero. Decimal: see decimal_text.h. Boolean: true, false,
/// 1, 0. Text: text. Bytes: bytes. Json: minified; booleans, numbers and text become JSON; a JSON
/// null is refused, because it could not be told from NULL. Timestamp, Date, Time: see iso_time.h.
/// Uuid: 32 hexadecimal digits, dashed or not; lower case and dashed. Any: as it is, but reals as
/// for Real, and of JSON only objects and arrays. In a column of numeric affinity: only numbers
/// that it keeps as they are, see kept_number.h.
/// Expects: text is valid UTF-8. The result borrows `in` or `scratch`.
/// Errors: Invalid, saying what does not fit and giving an example of what would.
Result<ValueView> canonicalValue(const Column& column, ValueView in, std::string& scratch);

/// The refusal of `in` for `column`, with an example of what would fit.
Status doesNotFit(const Column& column, ValueView in);

}  // namespace penstock
