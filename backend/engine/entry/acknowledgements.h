// SPDX-License-Identifier: Apache-2.0
// Who waits for which change set to become journaled or persisted, and the telling. The stages
// below report only watermarks (the journaled head, the primary's settled sequence); this class
// turns them into one call per awaiting submitter, in sequence order.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "engine/entry/lost_appends.h"
#include "engine/submit.h"
#include "model/ack.h"
#include "model/ids.h"

namespace penstock {

/// Threads: any; onJournaled is called by the journal thread, onSettled and onDeadLetter by flush
/// workers, await by submitters. A receiver is never called by two threads at once, and never while
/// a lock is held, so it may submit again.
/// Limits: what is awaited costs kBytesPerAwaited each and is counted by awaitedBytes().
class Acknowledgements {
 public:
  static constexpr std::size_t kBytesPerAwaited = 24;
  /// So many dead letters are remembered for those who come to await them late.
  static constexpr std::size_t kDeadLettersRemembered = 10'000;

  /// `journaled`: what survives that is told as journaled.
  explicit Acknowledgements(Survives journaled = Survives::PowerLoss) : m_survives(journaled) {}

  /// What one client awaits.
  class Account;

  std::shared_ptr<Account> open(AckReceiver* receiver);
  /// Drops what is awaited; returns when no call to the receiver runs or will come.
  /// Expects: not called from within the receiver.
  void close(const std::shared_ptr<Account>& account);

  /// Tells the account's receiver when `sequence` has reached `level`; at once, on this thread, if
  /// it has. `known` is passed on.
  /// `covering`: what it waits for when it has no sequence of its own (a line that is known by its
  /// source alone): one that its record does not lie behind.
  void await(const std::shared_ptr<Account>& account, AckToken token, const Ack& accepted,
             AckLevel level, Sequence covering = kNoSequence);

  void onJournaled(Sequence head);
  /// Appends first..last will never be (IoError), or may not be (Unknown), in the journal.
  void onNotJournaled(Sequence first, Sequence last, const Status& status);
  /// To be called before the onSettled that covers it.
  void onDeadLetter(Sequence sequence, const Status& reason);
  void onSettled(Sequence settled);

  Sequence journaled() const { return Sequence{m_journaled.load(std::memory_order_acquire)}; }
  Sequence settled() const { return Sequence{m_settled.load(std::memory_order_acquire)}; }
  std::uint64_t awaitedBytes() const;

 private:
  void deliverAll();
  void deliver(Account& account);
  /// Those among first..last that the account still awaits.
  void fail(Account& account, Sequence first, Sequence last, const Status& status);
  /// Ok when the sequence is not known as lost.
  Status lostReason(Sequence sequence) const;
  void collectDue(Account& account, std::vector<struct DueAck>& due);
  void correctOutcome(Ack& ack) const;

  const Survives m_survives;
  std::atomic<std::uint64_t> m_journaled{0};
  std::atomic<std::uint64_t> m_settled{0};
  std::atomic<std::uint64_t> m_awaited{0};

  mutable Mutex m_mutex;
  std::vector<std::shared_ptr<Account>> m_active GUARDED_BY(m_mutex);  // those that await something

  mutable Mutex m_outcomeMutex;
  std::unordered_map<std::uint64_t, Status> m_deadLetters GUARDED_BY(m_outcomeMutex);
  std::deque<std::uint64_t> m_deadLetterOrder GUARDED_BY(m_outcomeMutex);
  LostAppends m_lost GUARDED_BY(m_outcomeMutex);
  std::atomic<bool> m_anyOtherOutcome{false};  // than journaled and persisted
};

}  // namespace penstock
