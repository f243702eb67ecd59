// SPDX-License-Identifier: Apache-2.0
// Reads a change set from JSON as clients and files write it, checks it and encodes it. Everything
// that is not exactly as documented is refused with its place and a reason that says what to write
// instead; a refusal leaves nothing behind.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "intake/change_checker.h"
#include "model/catalog.h"

namespace penstock {

/// One change set as JSON, borrowed.
struct JsonLine {
  /// Bytes that must be readable from the start of the text, beyond its size, to read it in place.
  static constexpr std::size_t kPaddingBytes = 64;

  std::string_view text;
  /// How many bytes may be read from text.data() on; what stands behind the text does not matter.
  /// Less than text.size() + kPaddingBytes: the text is copied first.
  std::size_t readableBytes = 0;
};

/// Threads: one; each thread that submits has its own.
/// Owns: parser, buffers and the encoded bytes. Limits: limits::kChangeSetBytesMax per line.
class ChangeReader {
 public:
  ChangeReader();
  ~ChangeReader();
  ChangeReader(ChangeReader&&) noexcept;
  ChangeReader& operator=(ChangeReader&&) noexcept;

  /// The encoded change set, valid until the next call. Errors: Invalid; Unsupported (known by name
  /// and not available yet). error() then tells the place apart from the reason.
  Result<std::string_view> read(const JsonLine& line, const CatalogPointer& catalog,
                                const Origin& origin);
  const ChangeError& error() const;

 private:
  class Parser;
  std::unique_ptr<Parser> m_parser;
};

}  // namespace penstock
