// SPDX-License-Identifier: Apache-2.0
// The memory of a window's entries, bounded by bytes: records are copied into slabs, each of which
// is used again when the last of its entries is settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "queue/window_entry.h"

namespace penstock {

/// Memory of entries that came one after another with one catalog.
struct WindowSlab {
  CatalogPointer catalog;
  std::unique_ptr<char[]> bytes;
  std::size_t capacity = 0;
  std::size_t used = 0;
  std::size_t entries = 0;  ///< not yet released
};

/// Threads: one at a time; the bytes of an entry may be read meanwhile.
class WindowMemory {
 public:
  explicit WindowMemory(std::uint64_t bytesMax);

  /// One record may exceed the limit, so that one of any size gets through.
  bool hasRoom() const { return m_bytes < m_bytesMax; }
  std::uint64_t bytes() const { return m_bytes; }
  /// Copies the record, and makes `entry` of it. Errors: as ChangeSetView::parse; nothing was kept.
  Status keep(const QueuedRecord& record, WindowEntry& entry);
  /// The entry costs so much more, as long as it is kept.
  void charge(WindowEntry& entry, std::size_t bytes);
  void release(const WindowEntry& entry);

 private:
  WindowSlab& slabFor(const QueuedRecord& record);
  void release(WindowSlab& slab);

  const std::uint64_t m_bytesMax;
  std::uint64_t m_bytes = 0;
  std::vector<std::unique_ptr<WindowSlab>> m_slabs;  // the last one is being filled
  std::vector<std::unique_ptr<WindowSlab>> m_spare;
};

}  // namespace penstock
