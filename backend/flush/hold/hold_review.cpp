// SPDX-License-Identifier: Apache-2.0
#include "flush/hold/hold_review.h"

#include <utility>

#include "base/check.h"
#include "model/limits.h"

namespace penstock {

HoldReview::HoldReview(HoldBook& book, const std::vector<TablePolicy>& policies,
                       LetterAccess access)
    : m_book(book),
      m_ahead(policies),
      m_access(std::move(access)),
      m_window(limits::kBatchBytesDefault) {}

void HoldReview::begin(SteadyTime now) {
  m_beganAt = now;
  m_book.clear();
  m_ahead.clear();
  m_pass = m_hasOthers ? Pass::OtherJournals : Pass::OwnJournal;
  m_hasOthers = false;
  m_beyond.reset();
  m_page.clear();
  m_at = 0;
}

std::optional<LetterQuery> HoldReview::query() const {
  if (m_pass == Pass::Over) return std::nullopt;
  return LetterQuery{m_beyond, true, limits::kReviewPageLetters};
}

void HoldReview::onPage(std::vector<DeadLetter> page) {
  m_page = std::move(page);
  m_at = 0;
  if (m_page.size() == limits::kReviewPageLetters) {
    m_beyond = LetterKey{m_page.back().sequence, m_page.back().journal};
  } else {
    m_beyond.reset();
  }
}

bool HoldReview::take(Sequence settled, Chunk& chunk) {
  if (m_window.isEmpty()) {  // and all that was handed out is settled
    m_book.add(m_ahead);
    m_ahead.clear();
  }
  for (; m_at < m_page.size() && !isFull(); ++m_at) {
    const DeadLetter& letter = m_page[m_at];
    const bool isOther = letter.journal != m_access.journal;
    m_hasOthers = m_hasOthers || isOther;
    if (isOther == (m_pass == Pass::OtherJournals)) look(letter, settled);
  }
  const bool isLast = m_at == m_page.size() && !m_beyond;
  if (!m_window.isEmpty() && (isLast || isFull())) {
    m_window.take({limits::kBatchRowsDefault, limits::kBatchBytesDefault, std::nullopt}, chunk);
    return true;
  }
  if (isLast) m_pass = m_pass == Pass::OtherJournals ? Pass::OwnJournal : Pass::Over;
  return false;
}

bool HoldReview::isFull() const {
  if (m_window.isEmpty()) return false;
  return !m_window.hasRoom() || m_window.load().waitingChanges >= limits::kBatchRowsDefault ||
         m_ahead.keyCount() >= limits::kHeldKeysMax / 2;
}

void HoldReview::look(const DeadLetter& letter, Sequence settled) {
  if (letter.kind == kLetterRefused && !m_book.mayHold()) return;
  const Status encoded = m_access.encode(letter, m_changeSet);
  const CatalogPointer catalog = m_access.catalog();
  std::optional<Blocker> blocker;
  const auto changeSet = ChangeSetView::parse(m_changeSet);
  const bool fits = encoded.isOk() && changeSet.isOk();
  if (letter.kind == kLetterHeld && fits) {
    blocker = m_book.blockerOf(*changeSet, catalog);
    if (!blocker) blocker = m_ahead.blockerOf(*changeSet, catalog);
    if (!blocker) return release(letter, catalog, settled);
  }
  if (!fits) m_changeSet.clear();
  keep(letter, catalog, blocker);
}

// What becomes of those that may go, and come before it, decides nothing about one that stays.
void HoldReview::keep(const DeadLetter& letter, const CatalogPointer& catalog,
                      const std::optional<Blocker>& blocker) {
  HoldBook& book = m_window.isEmpty() ? m_book : m_ahead;
  const bool isHeld = letter.kind == kLetterHeld;
  const std::string_view parked = parkedTable(letter);
  if (!parked.empty()) book.park(parked, catalog, letter.sequence, letter.reason);
  if (m_changeSet.empty()) {
    book.holdTables(letter, catalog);
  } else {
    const auto changeSet = ChangeSetView::parse(m_changeSet);
    const bool holds = isHeld || letter.kind == kLetterParked;
    const Blocker itself{letter.sequence, nullptr};
    if (holds || book.isHolder(*changeSet, catalog)) {
      book.hold(*changeSet, catalog, blocker.value_or(itself), &m_book);
    }
  }
  if (isHeld) book.countHeld(blocker.value_or(Blocker{letter.sequence, nullptr}));
}

void HoldReview::release(const DeadLetter& letter, const CatalogPointer& catalog,
                         Sequence settled) {
  LetterOrder order;
  order.action = LetterAction::Retry;
  order.journal = letter.journal;
  order.sequence = letter.sequence;
  order.changeSet = m_changeSet;
  order.encodeTo(m_order);
  const QueuedRecord record{settled, EntryKind::LetterRelease, m_order, catalog, SteadyTime{}};
  CHECK(m_window.push(record).isOk());  // just encoded
}

void HoldReview::countIn(CommitPlan& plan, CommitOf what) const {
  const Sequence now{m_count.load()};
  if (what == CommitOf::Review) {
    plan.steps.push_back({kReviewCount, now, Sequence{toNumber(now) + 1}});
  } else if (now == kNoSequence) {
    return;  // there was no review yet that committed anything
  } else if (what == CommitOf::OneLane) {
    plan.steps.push_back({kReviewCount, now, now});
  } else {
    plan.others.push_back({kReviewCount, now});
  }
}

}  // namespace penstock
