// SPDX-License-Identifier: Apache-2.0
// Goes through all letters of a sink in order, after a start and after each decision about one:
// fills the hold book anew and hands out the held letters that nothing stands before any more, in
// full batches whatever stays between them. So what is held needs no memory but the letters, and
// the order of rows is theirs whenever that is done, since whatever came meanwhile was held behind
// them.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "flush/hold/hold_book.h"
#include "queue/commit_plan.h"
#include "queue/window.h"
#include "store/store.h"

namespace penstock {

/// Where letters are read, and what makes change sets of them again. All empty: none are held.
struct LetterAccess {
  std::function<Result<std::vector<DeadLetter>>(const LetterQuery&)> list;
  /// Puts the byte form of the letter's change set into the text. Errors: Invalid: it no longer
  /// fits the tables.
  std::function<Status(const DeadLetter&, std::string&)> encode;
  /// The newest; what was encoded with an older one can be read with it.
  std::function<CatalogPointer()> catalog;
  std::string journal;  ///< letters of other ones are older than any of this
};

/// Usage: begin(); then as long as there is a query(): read() it, onPage(), take() until there is
/// nothing, and after each chunk complete(); then end(). Each chunk is settled (it fills the book
/// too) before the next call. Threads: one at a time. Owns: what it hands out.
class HoldReview {
 public:
  /// Expects: the book outlives this.
  HoldReview(HoldBook& book, const std::vector<TablePolicy>& policies, LetterAccess access);

  bool isNeeded() const { return m_access.list != nullptr; }
  /// Whether one should begin now rather than when nothing else is to be done: reviews take half of
  /// the time at most. Until then everything that waits goes on waiting.
  bool isDue(SteadyTime now) const { return now - m_endedAt >= m_endedAt - m_beganAt; }
  void begin(SteadyTime now);
  void end(SteadyTime now) { m_endedAt = now; }
  std::optional<LetterQuery> query() const;
  Result<std::vector<DeadLetter>> read(const LetterQuery& query) { return m_access.list(query); }
  void onPage(std::vector<DeadLetter> page);
  /// Letters that may go now, as entries at `settled`, which move no checkpoint.
  bool take(Sequence settled, Chunk& chunk);
  void complete(Chunk& chunk) { m_window.complete(chunk); }

  /// As the store holds it (kReviewCount). Threads: any, of all three.
  void setCount(Sequence count) { m_count = toNumber(count); }
  /// A commit of a review moves the count, any other one must find it where it is, or the database
  /// was taken back. With several lanes it may find it further.
  enum class CommitOf : std::uint8_t { Review, OneLane, SeveralLanes };
  void countIn(CommitPlan& plan, CommitOf what) const;
  /// What a review committed is settled.
  void onSettled() { ++m_count; }

 private:
  enum class Pass : std::uint8_t { OtherJournals, OwnJournal, Over };

  bool isFull() const;
  void look(const DeadLetter& letter, Sequence settled);
  void keep(const DeadLetter& letter, const CatalogPointer& catalog,
            const std::optional<Blocker>& blocker);
  void release(const DeadLetter& letter, const CatalogPointer& catalog, Sequence settled);

  HoldBook& m_book;
  // What those hold that stay behind some that were not handed out yet: these must not wait for it.
  HoldBook m_ahead;
  const LetterAccess m_access;
  Window m_window;         // what may go and was not handed out yet
  SteadyTime m_beganAt{};  // the last one
  SteadyTime m_endedAt{};
  Pass m_pass = Pass::Over;
  std::atomic<std::uint64_t> m_count{0};
  bool m_hasOthers = true;  // there may be letters of other journals; they become no more
  std::optional<LetterKey> m_beyond;
  std::vector<DeadLetter> m_page;
  std::size_t m_at = 0;  // of the page: what was looked at
  std::string m_changeSet;
  std::string m_order;
};

}  // namespace penstock
