// SPDX-License-Identifier: Apache-2.0
// The window of ids seen last, so that a change set sent twice has one effect: its second
// submission is answered with the sequence of the first, and the same id with other content is
// refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/identity.h"
#include "model/ids.h"

namespace penstock {

/// How to use it, under one lock: lookup; if New, reserve() (or append at once), append to the
/// journal, then remember(); when the append failed, forget().
/// Threads: none of its own; the caller's lock.
/// Limits: `capacity` ids; beyond it the oldest is forgotten. About 38 bytes an id.
class KnownIds {
 public:
  /// Expects: 0 < capacity <= limits::kKnownIdsMax.
  explicit KnownIds(std::size_t capacity);

  enum class Seen : std::uint8_t {
    New,
    Known,           ///< sequence is the first one's
    InFlight,        ///< reserved, its append not yet decided
    ContentDiffers,  ///< the id was used for something else; sequence is of that
  };
  struct Answer {
    Seen seen = Seen::New;
    Sequence sequence = kNoSequence;
  };
  /// `id` from hashIdentity, `content` from hashContent.
  Answer lookup(const Hash128& id, std::uint64_t content) const;

  /// Holds the place of an id whose change set is being appended.
  void reserve(const Hash128& id, std::uint64_t content) { put(id, content, kNoSequence); }
  /// Enters an id, or confirms one that was reserved. One already known keeps its first sequence.
  /// Expects: sequence is not kNoSequence.
  void remember(const Hash128& id, std::uint64_t content, Sequence sequence);
  /// Takes an id out, because its change set was not journaled. Does nothing if it is not in.
  void forget(const Hash128& id);

  std::size_t size() const { return m_size; }
  std::size_t capacity() const { return m_capacity; }
  std::size_t memoryBytes() const;

  /// What came in up to `position` in the journal, up to which it must be complete: what came
  /// later is read from there, if it is there.
  std::string snapshot(Sequence position) const;
  /// Replaces all by a snapshot and returns its position; with less capacity the newest stay.
  /// Errors: Corrupt, Unsupported (a newer one); nothing is changed then.
  Result<Sequence> restore(std::string_view bytes);

  void checkInvariants() const;

 private:
  /// In a ring, in the order in which ids came. A forgotten one stays, marked, until its turn.
  struct Entry {
    Hash128 id;
    std::uint64_t content = 0;
    std::uint64_t sequence = 0;
  };
  static constexpr std::uint64_t kForgotten = ~std::uint64_t{0};
  static constexpr std::size_t kNowhere = ~std::size_t{0};
  struct Freed {
    void operator()(std::uint32_t* memory) const { std::free(memory); }
  };

  void put(const Hash128& id, std::uint64_t content, Sequence sequence);
  void clear();
  std::size_t slotOf(const Hash128& id) const;
  std::size_t homeOf(const Hash128& id) const;
  std::size_t afterSlot(std::size_t slot) const { return slot + 1 == m_slotCount ? 0 : slot + 1; }
  void removeSlot(std::size_t slot);
  void evictOldest();

  const std::size_t m_capacity;
  const std::size_t m_slotCount;
  std::vector<Entry> m_entries;  // grows to m_capacity, then m_oldest goes round
  std::size_t m_oldest = 0;
  std::size_t m_size = 0;
  // Open addressing with linear probing: index into m_entries plus one, 0 is empty. From calloc, so
  // that pages never used are never touched.
  std::unique_ptr<std::uint32_t[], Freed> m_slots;
};

}  // namespace penstock
