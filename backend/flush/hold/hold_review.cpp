// SPDX-License-Identifier: Apache-2.0
#include "flush/hold/hold_review.h"

#include <utility>

#include "base/check.h"
#include "model/limits.h"

namespace penstock {

HoldReview::HoldReview(HoldBook& book, LetterAccess access)
    : m_book(book), m_access(std::move(access)), m_window(limits::kBatchBytesDefault) {}

void HoldReview::begin() {
  m_book.clear();
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
  while (m_at < m_page.size() && m_window.hasRoom()) {
    const DeadLetter& letter = m_page[m_at];
    const bool isOther = letter.journal != m_access.journal;
    m_hasOthers = m_hasOthers || isOther;
    if (isOther == (m_pass == Pass::OtherJournals) &&
        look(letter, settled) == Step::AfterThoseBefore) {
      break;
    }
    ++m_at;
  }
  if (!m_window.isEmpty()) {
    m_window.take({limits::kBatchRowsDefault, limits::kBatchBytesDefault, std::nullopt}, chunk);
    return true;
  }
  if (!m_beyond) {
    m_pass = m_pass == Pass::OtherJournals ? Pass::OwnJournal : Pass::Over;
  }
  return false;
}

// What becomes of those that may go decides about the ones behind them.
HoldReview::Step HoldReview::look(const DeadLetter& letter, Sequence settled) {
  if (letter.kind == kLetterRefused && !m_book.mayHold()) return Step::Done;
  const Status encoded = m_access.encode(letter, m_changeSet);
  const CatalogPointer catalog = m_access.catalog();
  const auto changeSet = ChangeSetView::parse(m_changeSet);
  const bool fits = encoded.isOk() && changeSet.isOk();
  const bool isHeld = letter.kind == kLetterHeld;
  std::optional<Sequence> blocker;
  if (isHeld && fits) {
    blocker = m_book.blockerOf(*changeSet, catalog);
    if (!blocker) {
      release(letter, catalog, settled);
      return Step::Done;
    }
  }
  if (!m_window.isEmpty()) return Step::AfterThoseBefore;
  const std::string_view parked = parkedTable(letter);
  if (!parked.empty()) m_book.park(parked, catalog, letter.sequence, letter.reason);
  const bool holds = isHeld || letter.kind == kLetterParked;
  if (!fits) {
    m_book.holdTables(letter, catalog);
  } else if (holds || m_book.isHolder(*changeSet, catalog)) {
    m_book.hold(*changeSet, catalog, blocker.value_or(letter.sequence));
  }
  m_book.countHeld(isHeld ? 1 : 0);
  return Step::Done;
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

}  // namespace penstock
