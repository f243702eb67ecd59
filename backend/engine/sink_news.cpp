// SPDX-License-Identifier: Apache-2.0
// What a sink's flush workers tell it.
#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "engine/sink.h"

namespace penstock {
namespace {

/// Reasons that are remembered, so that each is told once.
constexpr std::size_t kHeldToldMax = 100;

}  // namespace

void Sink::onSettled(const SettledNews& news) {
  m_counters.persistedSets.add(news.changeSets);
  m_counters.persistedChanges.add(news.changes);
  m_counters.coalescedChanges.add(news.coalesced);
  // The last count may know of them already.
  std::uint64_t waiting = m_deadLettersWaiting.load(std::memory_order_relaxed);
  while (news.lettersSettled > 0 &&
         !m_deadLettersWaiting.compare_exchange_weak(
             waiting, waiting - std::min(waiting, news.lettersSettled))) {
  }
  m_counters.rowsTouched.add(news.rows);
  m_counters.commits.increment();
  m_counters.commitMicros.record(news.commitTime.count());
  m_settled.store(toNumber(news.settled), std::memory_order_release);
  m_parts.onSettled(news.settled);
  stopAtEnd();
}

void Sink::onDeadLetter(const DeadLetter& letter, EntryKind from) {
  const std::string reason = letter.reason + (letter.code.empty() ? "" : " [" + letter.code + "]");
  if (from == EntryKind::ChangeSet) return onNewLetter(letter, reason);
  const bool retried = from == EntryKind::LetterRetry;
  if (retried) m_counters.lettersRefused.increment();
  if (letter.kind == kLetterHeld && !retried) return;  // still
  if (letter.kind == kLetterHeld) {
    return tell(EventKind::DeadLetter, Severity::Warning,
                "dead letter " + std::to_string(toNumber(letter.sequence)) +
                    " was retried and is held now: " + reason);
  }
  tell(EventKind::DeadLetter, Severity::Warning,
       "dead letter " + std::to_string(toNumber(letter.sequence)) +
           (retried ? " was retried and refused again: " : " had its turn and was refused: ") +
           reason);
}

void Sink::onNewLetter(const DeadLetter& letter, const std::string& reason) {
  m_counters.deadLettersTotal.increment();
  m_deadLettersWaiting.fetch_add(1, std::memory_order_relaxed);
  const std::string sequence = std::to_string(toNumber(letter.sequence));
  if (letter.kind == kLetterParked) {
    tell(EventKind::DeadLetter, Severity::Critical,
         reason +
             "; what comes for it is held, other tables go on (mend the table, then retry "
             "dead letter " +
             sequence + ")");
  } else if (letter.kind != kLetterHeld) {
    tell(EventKind::DeadLetter, Severity::Warning,
         "change set " + sequence + " became a dead letter: " + reason);
  } else {
    tellHeld(sequence, letter.reason);
  }
  m_parts.onDeadLetter(letter.sequence, Status(StatusCode::Invalid, reason));
}

/// Once for each reason, or a pause would fill the log; of a pause itself its command told.
void Sink::tellHeld(const std::string& sequence, const std::string& reason) {
  m_heldTotal.fetch_add(1);
  if (m_heldTold.contains(reason)) return;
  if (m_heldTold.size() >= kHeldToldMax) m_heldTold.clear();
  m_heldTold.insert(reason);
  const Pauses paused = pauses();
  const bool isByPause = std::ranges::any_of(
      paused.tables, [&](const TablePause& each) { return reason == each.reason(); });
  if (isByPause) return;
  tell(EventKind::DeadLetter, Severity::Warning,
       "change set " + sequence + " is held, and what follows it: " + reason +
           " (retry or discard that one; they follow in order)");
}

void Sink::tellStall(Stall what, std::chrono::seconds lasted) {
  const std::string time = groupedNumber(static_cast<std::uint64_t>(lasted.count())) + " s";
  if (what == Stall::Ended)
    return tell(EventKind::SinkState, Severity::Info, "moves again after " + time);
  tell(EventKind::SinkState, Severity::Critical,
       "stalled: nothing was persisted for " + time + ", though change sets wait");
}

void Sink::onTrouble(const TroubleNews& news) {
  m_counters.retries.increment();
  if (news.failures > 1) return;  // one event per trouble; its length is told at the end
  tell(EventKind::Retry, Severity::Warning,
       news.status.message() + (news.code.empty() ? "" : " [" + news.code + "]") + "; retrying");
}

void Sink::onRecovered() { tell(EventKind::Retry, Severity::Info, "works again"); }

void Sink::onStopped(const Status& status) {
  {
    MutexLock lock(m_mutex);
    m_damage.reset();  // it is not what keeps it
    m_wentBack = status.code() == StatusCode::Unavailable;
  }
  standStill(status);
}

}  // namespace penstock
