// SPDX-License-Identifier: Apache-2.0
// The part of a sink's backlog that is in memory: records in journal order, bounded by bytes. What
// workers take stays accounted for, and its bytes alive, until they say that it is settled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/status.h"
#include "queue/window_entry.h"
#include "queue/window_memory.h"

namespace penstock {

/// Counts what was taken, in journal order, from 1.
enum class Ticket : std::uint64_t {};

/// What a worker takes, in journal order and of one catalog. With one lane: neighbours; empty: only
/// a place in the order of commits.
struct Chunk {
  Ticket ticket{};
  CatalogPointer catalog;
  std::vector<WindowEntry> entries;
  std::uint64_t changes = 0;
  std::uint64_t bytes = 0;

  Sequence first() const { return entries.front().sequence; }
  Sequence last() const { return entries.back().sequence; }
};

struct TakeLimits {
  std::size_t rows = 0;  ///< changes; one change set is taken whatever its size
  std::uint64_t bytes = 0;
  std::optional<Sequence> upTo;  ///< nothing behind it
};

/// What is not taken.
struct Waiting {
  std::uint64_t records = 0;
  std::uint64_t changes = 0;
  std::uint64_t bytes = 0;
};

struct WindowLoad {
  std::uint64_t bytes = 0;           ///< in memory, waiting and taken
  std::uint64_t waitingRecords = 0;  ///< not taken
  std::uint64_t waitingChanges = 0;
  std::uint64_t waitingBytes = 0;
  std::uint64_t takenChunks = 0;
  bool hasRoom = true;
  Sequence firstWaiting{};                    ///< kNoSequence: none
  std::optional<SteadyTime> oldestWaiting;    ///< arrival of the first not taken
  std::optional<SteadyTime> oldestUnsettled;  ///< of the first not settled
};

/// Threads: one at a time; the caller locks. The bytes of a taken chunk may be read meanwhile.
class Window {
 public:
  explicit Window(std::uint64_t bytesMax) : m_memory(bytesMax) {}

  /// One record may exceed the limit, so that one of any size gets through.
  bool hasRoom() const { return m_memory.hasRoom(); }
  /// Copies the record. Errors: as ChangeSetView::parse; nothing was pushed then.
  Status push(const QueuedRecord& record);

  bool isEmpty() const { return m_waiting.empty(); }
  /// Fills `chunk` anew, keeping its memory. Expects: an entry waits, and it is within `upTo`.
  void take(const TakeLimits& limits, Chunk& chunk);
  /// Gives a place in the order of chunks with nothing in it.
  void takeNothing(Chunk& chunk);
  /// Frees what take() gave. Clears the chunk.
  void complete(Chunk& chunk);

  Waiting waiting() const { return {m_waiting.size(), m_waitingChanges, m_waitingBytes}; }
  WindowLoad load() const;
  void checkInvariants() const;

 private:
  WindowMemory m_memory;
  std::uint64_t m_waitingChanges = 0;
  std::uint64_t m_waitingBytes = 0;
  std::deque<WindowEntry> m_waiting;
  std::map<Ticket, SteadyTime> m_taken;  // with the arrival of the first entry; max(): it has none
  std::uint64_t m_tickets = 0;
};

}  // namespace penstock
