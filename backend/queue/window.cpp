// SPDX-License-Identifier: Apache-2.0
#include "queue/window.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {

Status Window::push(const QueuedRecord& record) {
  WindowEntry entry;
  RETURN_IF_ERROR(m_memory.keep(record, entry));
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
  for (const WindowEntry& entry : chunk.entries) m_memory.release(entry);
  chunk.entries.clear();
  chunk.catalog.reset();
}

WindowLoad Window::load() const {
  WindowLoad load;
  load.bytes = m_memory.bytes();
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
  CHECK(m_memory.bytes() >= m_waitingBytes);
  CHECK(!m_taken.empty() || m_memory.bytes() == m_waitingBytes);
}

}  // namespace penstock
