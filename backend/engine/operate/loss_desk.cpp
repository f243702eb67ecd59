// SPDX-License-Identifier: Apache-2.0
#include "engine/operate/loss_desk.h"

#include <utility>

#include "base/number_text.h"
#include "journal/accepted_loss.h"
#include "model/limits.h"

namespace penstock {
namespace {

/// The damage that begins with record `first`. Errors: Invalid (there is none), as openReader.
Result<JournalDamage> damageAt(Journal& journal, Sequence first) {
  const Sequence before{toNumber(first) - 1};
  const auto reader = journal.openReader(before);
  if (!reader) return reader.status();
  const auto record = (*reader)->next();
  if ((*reader)->damage()) return *(*reader)->damage();
  if (!record) return record.status();
  return Status(StatusCode::Invalid, "nothing is damaged at sequence " +
                                         std::to_string(toNumber(first)) +
                                         " (penstockd journal verify names all damage)");
}

}  // namespace

void LossDesk::order(const Command& command) {
  MutexLock lock(m_mutex);
  m_progress[command.id] = {};
  m_jobs.push_back(command);
}

LossProgress LossDesk::progress(CommandId id) const {
  MutexLock lock(m_mutex);
  const auto found = m_progress.find(id);
  return found == m_progress.end() ? LossProgress() : found->second;
}

void LossDesk::forget(CommandId id) {
  MutexLock lock(m_mutex);
  m_progress.erase(id);
}

void LossDesk::work() {
  std::deque<Command> jobs;
  {
    MutexLock lock(m_mutex);
    jobs.swap(m_jobs);
  }
  for (const Command& job : jobs) {
    const Result<std::string> accepted = accept(job);
    MutexLock lock(m_mutex);
    const auto found = m_progress.find(job.id);
    if (found == m_progress.end()) continue;
    found->second.ended = true;
    found->second.status = accepted.status();
    if (accepted) found->second.text = *accepted;
  }
}

/// Only exactly what is damaged: nobody gives up more than he was shown, nor is asked twice.
Result<std::string> LossDesk::accept(const Command& command) {
  if (command.lossFirst == kNoSequence) {
    return Status(StatusCode::Invalid, "which loss? (name the first and the last sequence)");
  }
  const Result<JournalDamage> damage = damageAt(m_parts.journal, command.lossFirst);
  if (!damage) return damage.status();
  if (damage->first != command.lossFirst || damage->last != command.lossLast) {
    return Status(StatusCode::Invalid, "the damage there is another one: " + describe(*damage) +
                                           " (name exactly its sequences)");
  }
  const AcceptedLoss loss{command.lossFirst, command.lossLast, command.who, command.why, 0};
  const SteadyTime deadline = m_parts.clock.steadyNow() + limits::kLetterOrderDeadline;
  const auto sequence = m_parts.journal.append(RecordType::AcceptedLoss, loss.encode(), deadline);
  if (!sequence) return sequence.status();
  RETURN_IF_ERROR(m_parts.journal.waitSynced(*sequence, deadline));
  m_parts.onAccepted();
  return groupedNumber(recordsIn(*damage)) + " records are given up: " + describe(*damage);
}

}  // namespace penstock
