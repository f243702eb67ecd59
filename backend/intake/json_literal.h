// SPDX-License-Identifier: Apache-2.0
// What a number, an object or an array of a JSON line means depends on the column that it is for: a
// decimal keeps every digit, `{"$bytes":…}` is bytes but in a JSON column. So the reader passes
// them on as text, and they get their meaning here.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "model/catalog.h"
#include "model/value.h"

namespace penstock {

/// How much of a value's meaning is settled.
enum class ValueForm : std::uint8_t {
  Settled,    ///< the value is what it is
  Number,     ///< its text is a JSON number
  Container,  ///< its text is a JSON object or array, its brackets matched and nothing else checked
};

/// The value that `text` means in `column`, not canonical yet. Borrows `text` or `scratch`.
/// Expects: form is Number or Container. Errors: Invalid; Unsupported (`{"$key":n}`).
Result<ValueView> readLiteral(const Column& column, ValueForm form, std::string_view text,
                              std::string& scratch);

}  // namespace penstock
