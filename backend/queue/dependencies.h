// SPDX-License-Identifier: Apache-2.0
// Which entries of a window have to wait for which: those that touch one thing (a row, a value that
// must be unique, a table as a whole) follow one another in the order in which they were added,
// unless they touch it in a way that may be done in any order. Dependencies point only backwards,
// so they cannot deadlock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "queue/touch_index.h"

namespace penstock {

enum class TouchMode : std::uint8_t {
  Alone,    ///< in turn with everybody else
  Reads,    ///< in any order with others that read, in turn with all the rest
  Changes,  ///< in any order with others that change (they change different parts of it)
};

/// `key`: a hash. Two things with one hash are taken for one, which only makes somebody wait.
struct Touch {
  std::uint64_t key = 0;
  TouchMode mode = TouchMode::Alone;
  bool operator==(const Touch&) const = default;
};

/// Those that touch one thing in one mode, one after another, are a party: nobody in it waits for
/// another one in it, and each waits until the party before has ended.
/// Threads: one at a time.
class Dependencies {
 public:
  static constexpr std::uint32_t kNone = TouchIndex::kNone;

  /// What belongs to one entry, from add() to remove().
  struct Claim {
    std::uint32_t party = kNone;        ///< that it is in
    std::vector<std::uint32_t> others;  ///< that it is in too: few touch more than one thing
    std::vector<std::uint32_t> behind;  ///< that it waits for
  };

  /// Sorts `touches`, and joins those of one key.
  Claim add(std::vector<Touch>& touches);
  /// Everybody that it waits for is settled, or picked.
  bool isFree(const Claim& claim) const;
  /// The first of those parties that keep it waiting. Expects: nobody is picked.
  std::optional<std::uint32_t> blocker(const Claim& claim) const;
  /// It goes with the chunk that is being put together, and who waits for it may go along.
  void pick(const Claim& claim);
  /// The chunk is put together.
  void unpick(const Claim& claim);
  /// It is settled. Expects: isFree() of it, with nobody picked.
  void remove(Claim& claim);

  /// Calls `visit` with the number of each party that it is in.
  template <typename Visit>
  static void forEachParty(const Claim& claim, const Visit& visit) {
    if (claim.party != kNone) visit(claim.party);
    for (const std::uint32_t party : claim.others) visit(party);
  }
  /// What a claim costs, about: parties, their numbers, and their place in the map.
  static std::size_t bytesOf(const Claim& claim) { return (1 + claim.others.size()) * kPartBytes; }
  bool isEmpty() const { return m_newest.isEmpty(); }
  /// Expects: nobody is picked.
  void checkInvariants() const;

 private:
  static constexpr std::size_t kPartBytes = 128;

  struct Party {
    std::uint64_t key = 0;
    TouchMode mode = TouchMode::Alone;
    std::uint32_t members = 0;     // not settled
    std::uint32_t picked = 0;      // of those
    std::uint32_t references = 0;  // of claims, of the party behind, of m_newest
    std::uint32_t before = kNone;  // only while it is the newest
  };

  void touch(const Touch& touch, Claim& claim);
  std::uint32_t open(const Touch& touch, std::uint32_t before);
  void wait(Claim& claim, std::uint32_t party);
  void letGo(std::uint32_t party);
  void endBefore(Party& party);

  std::vector<Party> m_parties;
  std::vector<std::uint32_t> m_free;
  TouchIndex m_newest;  // party, by key
};

}  // namespace penstock
