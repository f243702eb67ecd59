// SPDX-License-Identifier: Apache-2.0
#include "engine/entry/acknowledgements.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

struct Awaited {
  Sequence sequence{};
  AckToken token{};
  bool known = false;
  enum class Whose : std::uint8_t { Own, Covering } whose = Whose::Own;

  Sequence told() const { return whose == Whose::Own ? sequence : kNoSequence; }
};

/// Mostly appended in order; a known id's first sequence may lie further back.
void insertSorted(std::deque<Awaited>& queue, const Awaited& awaited) {
  if (queue.empty() || queue.back().sequence <= awaited.sequence) {
    queue.push_back(awaited);
    return;
  }
  const auto place = std::upper_bound(
      queue.begin(), queue.end(), awaited.sequence,
      [](Sequence sequence, const Awaited& other) { return sequence < other.sequence; });
  queue.insert(place, awaited);
}

}  // namespace

struct DueAck {
  AckToken token{};
  Ack ack;
};

class Acknowledgements::Account {
 public:
  explicit Account(AckReceiver* receiver) : m_receiver(receiver) {}

  AckReceiver* const m_receiver;
  std::atomic<bool> m_active{false};

  Mutex m_mutex;
  CondVar m_idle;
  std::deque<Awaited> m_journaled GUARDED_BY(m_mutex);
  std::deque<Awaited> m_persisted GUARDED_BY(m_mutex);
  std::vector<DueAck> m_failed GUARDED_BY(m_mutex);
  bool m_delivering GUARDED_BY(m_mutex) = false;
  bool m_again GUARDED_BY(m_mutex) = false;
  bool m_closed GUARDED_BY(m_mutex) = false;
};

std::shared_ptr<Acknowledgements::Account> Acknowledgements::open(AckReceiver* receiver) {
  return std::make_shared<Account>(receiver);
}

void Acknowledgements::close(const std::shared_ptr<Account>& account) {
  {
    MutexLock lock(account->m_mutex);
    account->m_closed = true;
    m_awaited -= account->m_journaled.size() + account->m_persisted.size();
    account->m_journaled.clear();
    account->m_persisted.clear();
    account->m_failed.clear();
    while (account->m_delivering) account->m_idle.wait(account->m_mutex);
  }
  MutexLock lock(m_mutex);
  std::erase(m_active, account);
}

void Acknowledgements::await(const std::shared_ptr<Account>& account, AckToken token,
                             const Ack& accepted, AckLevel level, Sequence covering) {
  if (level == AckLevel::Accepted || account->m_receiver == nullptr) return;
  Awaited awaited{accepted.sequence, token, accepted.known, Awaited::Whose::Own};
  if (accepted.sequence == kNoSequence) {
    awaited.sequence = covering;
    awaited.whose = Awaited::Whose::Covering;
  }
  {
    MutexLock lock(account->m_mutex);
    if (account->m_closed) return;
    insertSorted(level == AckLevel::Journaled ? account->m_journaled : account->m_persisted,
                 awaited);
    ++m_awaited;
  }
  if (!account->m_active.exchange(true)) {
    MutexLock lock(m_mutex);
    m_active.push_back(account);
  }
  // The watermark or a failure may have passed between the append and this call.
  if (const Status lost = lostReason(accepted.sequence); !lost.isOk()) {
    fail(*account, accepted.sequence, accepted.sequence, lost);
    return;
  }
  const Sequence reached = level == AckLevel::Journaled ? journaled() : settled();
  if (awaited.sequence <= reached) deliver(*account);
}

void Acknowledgements::onJournaled(Sequence head) {
  m_journaled.store(toNumber(head), std::memory_order_release);
  deliverAll();
}

void Acknowledgements::onSettled(Sequence settled) {
  m_settled.store(toNumber(settled), std::memory_order_release);
  deliverAll();
}

void Acknowledgements::onDeadLetter(Sequence sequence, const Status& reason) {
  MutexLock lock(m_outcomeMutex);
  if (!m_deadLetters.emplace(toNumber(sequence), reason).second) return;
  m_deadLetterOrder.push_back(toNumber(sequence));
  m_anyOtherOutcome.store(true, std::memory_order_release);
  if (m_deadLetterOrder.size() > kDeadLettersRemembered) {
    m_deadLetters.erase(m_deadLetterOrder.front());
    m_deadLetterOrder.pop_front();
  }
}

void Acknowledgements::onNotJournaled(Sequence first, Sequence last, const Status& status) {
  {
    MutexLock lock(m_outcomeMutex);
    m_lost.add({first, last, status});
    m_anyOtherOutcome.store(true, std::memory_order_release);
  }
  std::vector<std::shared_ptr<Account>> active;
  {
    MutexLock lock(m_mutex);
    active = m_active;
  }
  for (const auto& account : active) fail(*account, first, last, status);
}

void Acknowledgements::fail(Account& account, Sequence first, Sequence last, const Status& status) {
  {
    MutexLock lock(account.m_mutex);
    for (auto* queue : {&account.m_journaled, &account.m_persisted}) {
      const auto isKept = [&](const Awaited& awaited) {
        return awaited.told() < first || awaited.told() > last;
      };
      const auto lost = std::stable_partition(queue->begin(), queue->end(), isKept);
      for (auto each = lost; each != queue->end(); ++each) {
        account.m_failed.push_back({each->token, Ack{.level = AckLevel::Accepted,
                                                     .sequence = each->told(),
                                                     .status = status,
                                                     .known = each->known}});
        --m_awaited;
      }
      queue->erase(lost, queue->end());
    }
  }
  deliver(account);
}

Status Acknowledgements::lostReason(Sequence sequence) const {
  if (!m_anyOtherOutcome.load(std::memory_order_acquire)) return Status::ok();
  MutexLock lock(m_outcomeMutex);
  const Status* lost = m_lost.find(sequence);
  return lost == nullptr ? Status::ok() : *lost;
}

std::uint64_t Acknowledgements::awaitedBytes() const {
  return m_awaited.load(std::memory_order_relaxed) * kBytesPerAwaited;
}

void Acknowledgements::deliverAll() {
  std::vector<std::shared_ptr<Account>> active;
  {
    MutexLock lock(m_mutex);
    if (m_active.empty()) return;
    active = m_active;
  }
  bool anyEmpty = false;
  for (const auto& account : active) {
    deliver(*account);
    MutexLock lock(account->m_mutex);
    anyEmpty |= account->m_journaled.empty() && account->m_persisted.empty();
  }
  if (!anyEmpty) return;
  MutexLock lock(m_mutex);
  std::erase_if(m_active, [](const std::shared_ptr<Account>& account) {
    MutexLock accountLock(account->m_mutex);
    if (!account->m_journaled.empty() || !account->m_persisted.empty()) return false;
    account->m_active.store(false);
    return true;
  });
}

/// Calls the receiver for all that is due, outside any lock; a second thread that arrives meanwhile
/// leaves its part to the first.
void Acknowledgements::deliver(Account& account) {
  std::vector<DueAck> due;
  {
    MutexLock lock(account.m_mutex);
    if (account.m_delivering) {
      account.m_again = true;
      return;
    }
    account.m_delivering = true;
  }
  for (;;) {
    due.clear();
    {
      MutexLock lock(account.m_mutex);
      account.m_again = false;
    }
    collectDue(account, due);
    for (DueAck& each : due) account.m_receiver->onAck(each.token, each.ack);
    MutexLock lock(account.m_mutex);
    if (account.m_closed || (due.empty() && !account.m_again)) {
      account.m_delivering = false;
      account.m_idle.notifyAll();
      return;
    }
  }
}

void Acknowledgements::collectDue(Account& account, std::vector<DueAck>& due) {
  const Sequence journaled = this->journaled();
  const Sequence settled = this->settled();
  MutexLock lock(account.m_mutex);
  if (account.m_closed) return;
  due.swap(account.m_failed);
  const std::size_t firstReached = due.size();
  const auto take = [&](std::deque<Awaited>& queue, Sequence reached, AckLevel level) {
    while (!queue.empty() && queue.front().sequence <= reached) {
      const Awaited& front = queue.front();
      const bool isSynced = level == AckLevel::Persisted;  // or nobody could have read it
      due.push_back({front.token, Ack{.level = level,
                                      .survives = isSynced ? Survives::PowerLoss : m_survives,
                                      .sequence = front.told(),
                                      .status = Status::ok(),
                                      .known = front.known}});
      queue.pop_front();
      --m_awaited;
    }
  };
  take(account.m_journaled, journaled, AckLevel::Journaled);
  take(account.m_persisted, settled, AckLevel::Persisted);
  if (!m_anyOtherOutcome.load(std::memory_order_acquire)) return;
  for (std::size_t i = firstReached; i < due.size(); ++i) correctOutcome(due[i].ack);
}

/// A watermark that has passed a sequence says nothing about one that was lost or refused.
void Acknowledgements::correctOutcome(Ack& ack) const {
  MutexLock lock(m_outcomeMutex);
  if (const Status* lost = m_lost.find(ack.sequence)) {
    ack.level = AckLevel::Accepted;
    ack.survives = Survives::Nothing;
    ack.status = *lost;
    return;
  }
  if (ack.level != AckLevel::Persisted) return;
  const auto found = m_deadLetters.find(toNumber(ack.sequence));
  if (found == m_deadLetters.end()) return;
  ack.deadLetter = true;
  ack.status = found->second;
}

}  // namespace penstock
