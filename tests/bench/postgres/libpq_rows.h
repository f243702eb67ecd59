// SPDX-License-Identifier: Apache-2.0
// Rows as libpq sends them: lines of a COPY, elements of arrays, as text or in the binary forms of
// bigint, double precision and text. The load's texts need no quotes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/row_load.h"

namespace penstock::bench {

/// `\t`-separated, with a newline. Binary: a tuple, between beginBinaryCopy() and endBinaryCopy().
void appendTextRow(std::string& copy, const Row& row);
void beginBinaryCopy(std::string& copy);
void appendBinaryRow(std::string& copy, const Row& row);
void endBinaryCopy(std::string& copy);

enum class ElementType : std::uint32_t { Bigint = 20, Text = 25, Double = 701 };

/// A text array grows from `{`; endTextArray() closes it.
void appendTextElement(std::string& array, std::int64_t value);
void appendTextElement(std::string& array, double value);
void appendTextElement(std::string& array, std::string_view value);
void endTextArray(std::string& array);

void beginBinaryArray(std::string& array, ElementType type, std::uint32_t elements);
void appendBinary(std::string& to, std::int64_t value);
void appendBinary(std::string& to, double value);
void appendBinary(std::string& to, std::string_view value);

}  // namespace penstock::bench
