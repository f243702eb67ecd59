// SPDX-License-Identifier: Apache-2.0
// Values of simple types in the form in which PostgreSQL keeps them, for COPY and for arrays: it
// has nothing to parse then. Not every value has such a form; its text has, and is what counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/value.h"

namespace penstock::postgres {

enum class BinaryForm : std::uint8_t {
  None,
  Int2,
  Int4,
  Int8,
  Float8,
  Boolean,
  Text,
  Bytes,
  Json,
  Jsonb,
  Uuid,
  Timestamp,
  Date,
  Time,
};

struct BinaryType {
  BinaryForm form = BinaryForm::None;
  std::uint32_t oid = 0;  ///< the same on all servers
};

/// Of a type of PostgreSQL's own, by its name in pg_type. Limits: none of types whose values round
/// (real), or are better read by the server (numeric).
BinaryType binaryTypeOf(std::string_view name);

/// Appends length and value. False: this value has no such form, or PostgreSQL would not take it;
/// then nothing is appended.
/// Expects: not NULL.
bool appendBinary(std::string& to, BinaryForm form, ValueView value);
void appendBinaryNull(std::string& to);

/// A COPY: the start, for each row its number of fields and those, the end.
void beginBinaryCopy(std::string& rows);
void beginBinaryRow(std::string& rows, std::size_t fields);
void endBinaryCopy(std::string& rows);

/// An array of one dimension: the start, the elements, and what is only known at the end.
void beginBinaryArray(std::string& array, std::uint32_t elementOid);
void endBinaryArray(std::string& array, std::size_t elements);

}  // namespace penstock::postgres
