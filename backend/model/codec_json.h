// SPDX-License-Identifier: Apache-2.0
// An encoded change set as one JSON line, in the form that clients write and the reader takes: for
// the journal's dump, for dead letters and for the Queue table. Reading the line again gives the
// same bytes (but for the client's identity and the source line, which JSON does not carry).
#pragma once

#include <string>

#include "model/catalog.h"
#include "model/codec.h"

namespace penstock {

/// Appends one line without its newline. Integers beyond 2^53 are strings, but for columns without
/// a declared type, where a string would mean text. A table or column that the catalog does not
/// have is named `#number`.
void appendJson(std::string& to, const ChangeSetView& changeSet, const Catalog& catalog);
std::string toJson(const ChangeSetView& changeSet, const Catalog& catalog);

/// One value, as it stands after `"column":`.
void appendJsonValue(std::string& to, ValueView value, ColumnType type);

/// The key's values as people type them, with commas between: `42`, `eu,7`.
std::string plainKey(const ChangeView& change);

/// A JSON string with its quotes. Control characters are escaped; UTF-8 stays as it is.
void appendJsonString(std::string& to, std::string_view text);

}  // namespace penstock
