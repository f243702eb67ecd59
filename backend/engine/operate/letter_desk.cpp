// SPDX-License-Identifier: Apache-2.0
#include "engine/operate/letter_desk.h"

#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::size_t kPageLetters = 500;
constexpr std::string_view kIdentity = "dead letters";
constexpr const char* kAfterPause =
    "resume the table; held ones follow by themselves, refused ones can be retried then";

}  // namespace

bool matchesLetter(const DeadLetter& letter, std::string_view text) {
  return text.empty() || letter.kind == text || std::to_string(toNumber(letter.sequence)) == text ||
         letter.reason.find(text) != std::string::npos ||
         letter.changeSet.find(text) != std::string::npos ||
         letter.code.find(text) != std::string::npos;
}

Result<std::optional<DeadLetter>> findLetter(Store& store, const LetterKey& key) {
  // The first one below the place just behind the letter is the letter.
  auto found = store.listDeadLetters({LetterKey{key.sequence, key.journal + '\0'}, false, 1});
  if (!found) return found.status();
  const bool isThere = !found->empty() && found->front().sequence == key.sequence &&
                       found->front().journal == key.journal;
  if (!isThere) return std::optional<DeadLetter>();
  return std::optional(std::move(found->front()));
}

void LetterDesk::order(const Command& command, const std::string& sink) {
  MutexLock lock(m_mutex);
  m_progress[command.id] = {};
  m_jobs.push_back({command, sink});
}

LetterProgress LetterDesk::progress(CommandId id) const {
  MutexLock lock(m_mutex);
  const auto found = m_progress.find(id);
  return found == m_progress.end() ? LetterProgress() : found->second;
}

void LetterDesk::forget(CommandId id) {
  MutexLock lock(m_mutex);
  m_progress.erase(id);
}

bool LetterDesk::isForgotten(CommandId id) const {
  MutexLock lock(m_mutex);
  return !m_progress.contains(id);
}

void LetterDesk::work() {
  std::deque<Job> jobs;
  {
    MutexLock lock(m_mutex);
    jobs.swap(m_jobs);
  }
  for (const Job& job : jobs) run(job);
}

void LetterDesk::run(const Job& job) {
  LetterProgress progress;
  // Without it the letters are read by the tables as they were.
  if (job.command.kind == CommandKind::RetryLetters) (void)m_parts.refreshCatalog();
  progress.status =
      job.command.allLetters ? decideMatching(job, progress) : decideNamed(job, progress);
  const bool isNothing = progress.status.isOk() && progress.ordered + progress.unfit == 0;
  if (isNothing && progress.paused > 0) {
    progress.status =
        Status(StatusCode::Conflict, groupedNumber(progress.paused) +
                                         (progress.paused == 1 ? " stays: " : " stay: ") +
                                         progress.firstPaused + " (" + kAfterPause + ")");
  } else if (isNothing && progress.held > 0) {
    progress.status = Status(StatusCode::Conflict, progress.firstHeld +
                                                       " (retry or discard that one, then it "
                                                       "follows by itself)");
  } else if (isNothing) {
    progress.status = Status(StatusCode::NotFound, "no such dead letter in sink " + job.sink +
                                                       " (look at the list as it is now)");
  }
  progress.written = true;
  publish(job.command.id, progress);
}

/// Retried in the order in which they were journaled: later ones may rest on earlier ones.
/// Discarded against it: none is let go that is still to be discarded.
Status LetterDesk::decideNamed(const Job& job, LetterProgress& progress) {
  Store& store = m_parts.storeOf(job.sink);
  std::vector<LetterKey> keys = job.command.letters;
  for (LetterKey& key : keys) {
    if (key.journal.empty()) key.journal = toText(m_parts.journal.id());
  }
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  if (job.command.kind == CommandKind::DiscardLetters) std::ranges::reverse(keys);
  for (const LetterKey& key : keys) {
    const auto letter = findLetter(store, key);
    if (!letter) return letter.status();
    if (letter->has_value()) RETURN_IF_ERROR(decide(job, **letter, progress));
  }
  return Status::ok();
}

Status LetterDesk::decideMatching(const Job& job, LetterProgress& progress) {
  Store& store = m_parts.storeOf(job.sink);
  LetterQuery query{{}, job.command.kind == CommandKind::RetryLetters, kPageLetters};
  for (;;) {
    const auto page = store.listDeadLetters(query);
    if (!page) return page.status();
    for (const DeadLetter& letter : *page) {
      if (!matchesLetter(letter, job.command.letterFilter)) continue;
      RETURN_IF_ERROR(decide(job, letter, progress));
    }
    if (page->size() < kPageLetters) return Status::ok();
    query.beyond = LetterKey{page->back().sequence, page->back().journal};
    if (isForgotten(job.command.id)) return {StatusCode::Cancelled, "given up"};
    publish(job.command.id, progress);
  }
}

Status LetterDesk::decide(const Job& job, const DeadLetter& letter, LetterProgress& progress) {
  const bool retry = job.command.kind == CommandKind::RetryLetters;
  if (retry && staysForPause(job, letter, progress)) return Status::ok();
  if (retry) {
    const Status encoded = m_parts.port.encodeJson(letter.changeSet, kIdentity, {}, m_changeSet);
    if (!encoded.isOk()) {
      if (progress.unfit++ == 0) {
        progress.firstUnfit = std::to_string(toNumber(letter.sequence)) + ": " + encoded.message();
      }
      return Status::ok();
    }
  }
  if (retry && letter.kind == kLetterHeld) {
    if (progress.held++ == 0) {
      progress.firstHeld = std::to_string(toNumber(letter.sequence)) + ": " + letter.reason;
    }
    return Status::ok();
  }
  LetterOrder order;
  order.action = retry ? LetterAction::Retry : LetterAction::Discard;
  order.sink = job.sink;
  order.journal = letter.journal;
  order.sequence = letter.sequence;
  order.who = job.command.who;
  if (retry) order.changeSet = m_changeSet;
  order.encodeTo(m_record);
  const auto sequence =
      m_parts.journal.append(RecordType::DeadLetterOrder, m_record,
                             m_parts.clock.steadyNow() + limits::kLetterOrderDeadline);
  if (!sequence) return sequence.status();
  progress.last = *sequence;
  ++progress.ordered;
  return Status::ok();
}

bool LetterDesk::staysForPause(const Job& job, const DeadLetter& letter,
                               LetterProgress& progress) const {
  const std::string why = m_parts.pausedBecause(job.sink, letter);
  if (why.empty()) return false;
  if (progress.paused++ == 0) progress.firstPaused = why;
  return true;
}

void LetterDesk::publish(CommandId id, const LetterProgress& progress) {
  MutexLock lock(m_mutex);
  const auto found = m_progress.find(id);
  if (found != m_progress.end()) found->second = progress;
}

}  // namespace penstock
