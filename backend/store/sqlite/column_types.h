// SPDX-License-Identifier: Apache-2.0
// What a declared type of SQLite means to change sets. SQLite itself knows only affinities.
#pragma once

#include <string_view>

#include "model/catalog.h"

namespace penstock::sqlite {

/// By the declared type: SQLite's affinity, and what people mean by BOOLEAN, JSON, DECIMAL. DATE,
/// TIME, TIMESTAMP and all others are Any: SQLite stores what it is given.
ColumnType columnTypeOf(std::string_view declaredType);

/// Whether SQLite makes numbers of text that looks like one: affinity NUMERIC, INTEGER or REAL.
bool hasNumericAffinity(std::string_view declaredType);

}  // namespace penstock::sqlite
