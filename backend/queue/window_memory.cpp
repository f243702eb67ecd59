// SPDX-License-Identifier: Apache-2.0
#include "queue/window_memory.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "model/dead_letter.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::size_t kSlabBytes = 256 * limits::kKiB;
constexpr std::size_t kSpareSlabsMax = 4;

Status readChangeSet(std::string_view bytes, WindowEntry& entry) {
  auto parsed = ChangeSetView::parse(bytes);
  if (!parsed) return parsed.status();
  entry.changeSet = *parsed;
  entry.changes = parsed->changeCount();
  return Status::ok();
}

Status readPayload(std::string_view bytes, WindowEntry& entry) {
  if (entry.kind == EntryKind::ChangeSet) return readChangeSet(bytes, entry);
  const auto order = LetterOrder::parse(bytes);
  if (!order) return order.status();
  entry.order = bytes;
  if (order->action == LetterAction::Discard) entry.kind = EntryKind::LetterDiscard;
  return order->changeSet.empty() ? Status::ok() : readChangeSet(order->changeSet, entry);
}

}  // namespace

WindowMemory::WindowMemory(std::uint64_t bytesMax) : m_bytesMax(bytesMax) { CHECK(bytesMax > 0); }

Status WindowMemory::keep(const QueuedRecord& record, WindowEntry& entry) {
  entry.sequence = record.sequence;
  entry.kind = record.kind;
  entry.arrived = record.arrived;
  const std::string_view payload =
      record.kind == EntryKind::CheckpointOnly ? std::string_view() : record.payload;
  entry.bytes = payload.size() + sizeof(WindowEntry);
  WindowSlab& slab = slabFor(record);
  if (!payload.empty()) {
    char* to = slab.bytes.get() + slab.used;
    std::memcpy(to, payload.data(), payload.size());
    if (Status read = readPayload(std::string_view(to, payload.size()), entry); !read.isOk()) {
      if (slab.entries == 0) release(slab);
      return read;
    }
    slab.used += payload.size();
  }
  entry.slab = &slab;
  ++slab.entries;
  m_bytes += entry.bytes;
  return Status::ok();
}

void WindowMemory::charge(WindowEntry& entry, std::size_t bytes) {
  entry.bytes += bytes;
  m_bytes += bytes;
}

void WindowMemory::release(const WindowEntry& entry) {
  m_bytes -= entry.bytes;
  if (--entry.slab->entries == 0) release(*entry.slab);
}

// The slab that has room for the record, with the record's catalog.
WindowSlab& WindowMemory::slabFor(const QueuedRecord& record) {
  if (!m_slabs.empty()) {
    WindowSlab& last = *m_slabs.back();
    if (last.catalog == record.catalog && last.capacity - last.used >= record.payload.size()) {
      return last;
    }
    if (last.entries == 0) release(last);
  }
  std::unique_ptr<WindowSlab> slab;
  if (!m_spare.empty() && record.payload.size() <= kSlabBytes) {
    slab = std::move(m_spare.back());
    m_spare.pop_back();
  } else {
    slab = std::make_unique<WindowSlab>();
    slab->capacity = std::max(kSlabBytes, record.payload.size());
    slab->bytes = std::make_unique_for_overwrite<char[]>(slab->capacity);
  }
  slab->catalog = record.catalog;
  m_slabs.push_back(std::move(slab));
  return *m_slabs.back();
}

void WindowMemory::release(WindowSlab& slab) {
  const auto found = std::ranges::find(m_slabs, &slab, &std::unique_ptr<WindowSlab>::get);
  CHECK(found != m_slabs.end());
  std::unique_ptr<WindowSlab> owned = std::move(*found);
  m_slabs.erase(found);
  owned->used = 0;
  owned->catalog.reset();
  if (owned->capacity == kSlabBytes && m_spare.size() < kSpareSlabsMax) {
    m_spare.push_back(std::move(owned));
  }
}

}  // namespace penstock
