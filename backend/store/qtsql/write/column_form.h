// SPDX-License-Identifier: Apache-2.0
// What a declared type of MariaDB or MySQL is to the catalog, and how a value is handed over so
// that the column keeps exactly it. What the database would round, cut, pad or take for something
// else without an error is refused here.
#pragma once

#include <QVariant>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/catalog.h"
#include "model/value.h"

namespace penstock::qtsql {

/// A column as information_schema tells it.
struct DeclaredColumn {
  std::string dataType;    ///< `bigint`
  std::string columnType;  ///< `bigint(20) unsigned`
  std::string collation;   ///< empty: not a text
  bool isJson = false;     ///< checked by json_valid(), or of type json
  bool namesRows = false;  ///< part of a key or a foreign key
};

/// Numbers that may exceed the signed 64 bits of a journal are decimals to it; but columns that
/// name rows (a key, a foreign key) are integers, so that they compare: ids beyond are refused at
/// intake. `tinyint(1)` and `bit(1)` are booleans.
ColumnType columnTypeOf(const DeclaredColumn& column);

/// Whether values are equal exactly when their canonical bytes are. Texts only in collations that
/// neither fold nor pad (`…_nopad_bin`, MySQL's `…_0900_bin`).
bool isByteEqual(ColumnType type, const DeclaredColumn& column);

/// What its declaration asks of values.
struct ColumnForm {
  enum class Kind : std::uint8_t {
    Plain,
    Unsigned64,  ///< a decimal that is handed over as an integer
    Decimal,     ///< `limit` digits after the point
    Moment,      ///< `limit` digits after the second; a timestamp loses its T and Z
    Char,        ///< loses blanks at the end
    Varchar,     ///< `limit` letters; loses blanks behind them
    Text,        ///< `limit` bytes; likewise
    Binary,      ///< `limit` bytes exactly; shorter ones are padded
    Enum,        ///< takes digits for the number of a label
    Year,        ///< takes 1 to 99 for years of two centuries
  };
  Kind kind = Kind::Plain;
  std::size_t limit = 0;
  bool refusesNull = false;   ///< it would be replaced by the time or a number
  std::string declared = {};  ///< of Enum
};
ColumnForm formOf(const Column& column);

/// `value` for a parameter. Nothing, and why for people, when the column would not keep it as it
/// is.
std::optional<QVariant> toParameter(const ColumnForm& form, ValueView value, std::string& why);

}  // namespace penstock::qtsql
