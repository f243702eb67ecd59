// SPDX-License-Identifier: Apache-2.0
// Bytes that grow at their end, for the hot path: room is asked for once per value and written in
// place, and what was allocated is kept for the next change set.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace penstock {

/// Threads: one. Owns: its memory; pointers and views are valid until the next room() or append().
class WriteBuffer {
 public:
  void clear() { m_size = 0; }
  std::size_t size() const { return m_size; }
  char* data() { return m_data.get(); }
  std::string_view view() const { return {m_data.get(), m_size}; }

  /// The end of the bytes, where `count` more may be written; then call endAt().
  char* room(std::size_t count) {
    if (m_capacity - m_size < count) grow(count);
    return m_data.get() + m_size;
  }
  /// Takes over what was written up to `end`.
  void endAt(const char* end) { m_size = static_cast<std::size_t>(end - m_data.get()); }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
    m_size += bytes.size();
  }

 private:
  void grow(std::size_t count) {
    const std::size_t capacity = m_capacity * 2 + count + 64;
    std::unique_ptr<char[]> larger(new char[capacity]);
    if (m_size > 0) std::memcpy(larger.get(), m_data.get(), m_size);
    m_data = std::move(larger);
    m_capacity = capacity;
  }

  std::unique_ptr<char[]> m_data;
  std::size_t m_size = 0;
  std::size_t m_capacity = 0;
};

}  // namespace penstock
