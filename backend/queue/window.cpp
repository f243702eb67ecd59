// SPDX-License-Identifier: Apache-2.0
#include "queue/window.h"

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

Window::Window(std::uint64_t bytesMax) : m_bytesMax(bytesMax) { CHECK(bytesMax > 0); }

Status Window::push(const QueuedRecord& record) {
  WindowEntry entry;
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
  m_waitingBytes += entry.bytes;
  m_waitingChanges += entry.changes;
  m_waiting.push_back(entry);
  return Status::ok();
}

void Window::take(const TakeLimits& limits, Chunk& chunk) {
  CHECK(!m_waiting.empty());
  chunk.ticket = Ticket{++m_tickets};
  chunk.entries.clear();
  chunk.changes = chunk.bytes = 0;
  chunk.catalog = m_waiting.front().slab->catalog;
  while (!m_waiting.empty()) {
    const WindowEntry& entry = m_waiting.front();
    const bool first = chunk.entries.empty();
    if (limits.upTo && entry.sequence > *limits.upTo) break;
    if (!first &&
        (chunk.changes + entry.changes > limits.rows || chunk.bytes + entry.bytes > limits.bytes ||
         entry.slab->catalog != chunk.catalog)) {
      break;
    }
    chunk.changes += entry.changes;
    chunk.bytes += entry.bytes;
    chunk.entries.push_back(entry);
    m_waiting.pop_front();
  }
  CHECK(!chunk.entries.empty());
  m_waitingChanges -= chunk.changes;
  m_waitingBytes -= chunk.bytes;
  m_taken.emplace(chunk.ticket, chunk.entries.front().arrived);
}

void Window::takeNothing(Chunk& chunk) {
  chunk.ticket = Ticket{++m_tickets};
  chunk.entries.clear();
  chunk.changes = chunk.bytes = 0;
  chunk.catalog.reset();
  m_taken.emplace(chunk.ticket, SteadyTime::max());
}

void Window::complete(Chunk& chunk) {
  CHECK(m_taken.erase(chunk.ticket) == 1);
  for (const WindowEntry& entry : chunk.entries) {
    m_bytes -= entry.bytes;
    if (--entry.slab->entries == 0) release(*entry.slab);
  }
  chunk.entries.clear();
  chunk.catalog.reset();
}

WindowLoad Window::load() const {
  WindowLoad load;
  load.bytes = m_bytes;
  load.waitingRecords = m_waiting.size();
  load.waitingChanges = m_waitingChanges;
  load.waitingBytes = m_waitingBytes;
  load.takenChunks = m_taken.size();
  load.hasRoom = hasRoom();
  if (!m_waiting.empty()) {
    load.firstWaiting = m_waiting.front().sequence;
    load.oldestWaiting = m_waiting.front().arrived;
  }
  load.oldestUnsettled = load.oldestWaiting;
  const auto oldest = std::ranges::find_if(
      m_taken, [](const auto& taken) { return taken.second != SteadyTime::max(); });
  if (oldest != m_taken.end()) load.oldestUnsettled = oldest->second;
  return load;
}

void Window::checkInvariants() const {
  std::uint64_t bytes = 0;
  std::uint64_t changes = 0;
  Sequence before = kNoSequence;
  for (const WindowEntry& entry : m_waiting) {
    CHECK(entry.sequence > before);
    before = entry.sequence;
    bytes += entry.bytes;
    changes += entry.changes;
  }
  CHECK(bytes == m_waitingBytes);
  CHECK(changes == m_waitingChanges);
  CHECK(m_bytes >= m_waitingBytes);
  CHECK(!m_taken.empty() || m_bytes == m_waitingBytes);
}

// The slab that has room for the record, with the record's catalog.
WindowSlab& Window::slabFor(const QueuedRecord& record) {
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

void Window::release(WindowSlab& slab) {
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
