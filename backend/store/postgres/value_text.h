// SPDX-License-Identifier: Apache-2.0
// Values as PostgreSQL reads them: alone, as elements of an array, as fields of a COPY. No digit
// and no letter is lost.
#pragma once

#include <string>
#include <string_view>

#include "model/value.h"

namespace penstock::postgres {

/// What a column of the value's type takes. Bytes are hexadecimal; of an array column, JSON becomes
/// an array. Borrows `value` or `scratch`.
/// Expects: not NULL.
std::string_view plainText(ValueView value, bool isArray, std::string& scratch);

/// An array grows from `{`, element by element, and ends with endArray().
void appendElement(std::string& array, std::string_view text);
void appendNullElement(std::string& array);
void endArray(std::string& array);

/// Fields of a row are separated by a tab, rows end with a newline.
void appendCopyField(std::string& rows, std::string_view text);
void appendNullCopyField(std::string& rows);

/// JSON's `[1,[2,null]]` as `{1,{2,NULL}}`; objects in it stay JSON, as elements of their own.
/// Expects: minified JSON that is an array.
void appendArrayOfJson(std::string& to, std::string_view json);

}  // namespace penstock::postgres
