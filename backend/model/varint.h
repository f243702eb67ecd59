// SPDX-License-Identifier: Apache-2.0
// Numbers of variable length as the byte forms of this folder and the journal store them: LEB128,
// always in its shortest form so that equal numbers are equal bytes. Reading is bounds-checked and
// refuses what writing never produces.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace penstock {

static_assert(std::endian::native == std::endian::little, "byte forms are copied as they are");

/// Bytes of the longest varint of 64 bits.
inline constexpr std::size_t kVarintBytesMax = 10;

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

/// Writes at `to`, which has room for kVarintBytesMax; returns the end.
inline char* writeVarint(char* to, std::uint64_t value) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}

inline void appendVarint(std::string& to, std::uint64_t value) {
  char bytes[kVarintBytesMax];
  to.append(bytes, static_cast<std::size_t>(writeVarint(bytes, value) - bytes));
}

/// Little endian, 8 bytes.
inline void appendFixed64(std::string& to, std::uint64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  to.append(bytes, sizeof bytes);
}

/// A varint length, then the bytes.
inline void appendLengthed(std::string& to, std::string_view bytes) {
  appendVarint(to, bytes.size());
  to.append(bytes);
}

/// Takes numbers and byte strings off the front of borrowed bytes. Each take returns false, and
/// leaves its result untouched, when the bytes do not hold it; the reader is then of no more use.
/// Threads: a value.
class ByteReader {
 public:
  ByteReader() = default;
  explicit ByteReader(std::string_view bytes)
      : m_at(bytes.data()), m_end(bytes.data() + bytes.size()) {}

  bool atEnd() const { return m_at == m_end; }
  const char* position() const { return m_at; }
  std::size_t remaining() const { return static_cast<std::size_t>(m_end - m_at); }
  std::string_view rest() const { return {m_at, remaining()}; }

  [[nodiscard]] bool take8(std::uint8_t& value) {
    if (m_at == m_end) return false;
    value = static_cast<std::uint8_t>(*m_at++);
    return true;
  }
  [[nodiscard]] bool take64(std::uint64_t& value) {
    if (remaining() < sizeof value) return false;
    std::memcpy(&value, m_at, sizeof value);
    m_at += sizeof value;
    return true;
  }
  [[nodiscard]] bool takeVarint(std::uint64_t& value) {
    if (m_at == m_end) return false;
    const auto first = static_cast<std::uint8_t>(*m_at);
    if (first < 0x80) {
      value = first;
      ++m_at;
      return true;
    }
    return takeLongVarint(value);
  }
  /// A varint that fits 32 bits.
  [[nodiscard]] bool takeVarint32(std::uint32_t& value) {
    std::uint64_t wide = 0;
    if (!takeVarint(wide) || wide > UINT32_MAX) return false;
    value = static_cast<std::uint32_t>(wide);
    return true;
  }
  [[nodiscard]] bool takeBytes(std::string_view& bytes, std::uint64_t count) {
    if (count > remaining()) return false;
    bytes = {m_at, static_cast<std::size_t>(count)};
    m_at += count;
    return true;
  }
  [[nodiscard]] bool takeLengthed(std::string_view& bytes) {
    std::uint64_t count = 0;
    return takeVarint(count) && takeBytes(bytes, count);
  }

 private:
  bool takeLongVarint(std::uint64_t& value) {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64 && m_at != m_end; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(*m_at++);
      if (shift == 63 && byte > 1) return false;  // more than 64 bits
      result |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) {
        if (byte == 0) return false;  // not the shortest form
        value = result;
        return true;
      }
    }
    return false;
  }

  const char* m_at = nullptr;
  const char* m_end = nullptr;
};

}  // namespace penstock
