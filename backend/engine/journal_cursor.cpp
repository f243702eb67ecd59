// SPDX-License-Identifier: Apache-2.0
#include "engine/journal_cursor.h"

#include <algorithm>
#include <utility>

#include "model/limits.h"

namespace penstock {

JournalCursor::JournalCursor(Parts parts, Sequence position)
    : m_parts(std::move(parts)), m_position(position), m_given(position), m_passed(position) {}

Status JournalCursor::open() {
  Result<std::unique_ptr<JournalReader>> reader = m_parts.journal.openReader(m_position);
  if (reader) {
    m_reader = std::move(*reader);
    return Status::ok();
  }
  return reader.status().code() == StatusCode::IoError ? Status::ok() : reader.status();
}

Result<std::optional<JournalRecord>> JournalCursor::next() {
  m_passed = m_given;
  for (;;) {
    Result<std::optional<JournalRecord>> record = readOnce();
    const bool failed = record.status().code() == StatusCode::IoError;
    if (!failed && m_pause.count() > 0) {
      m_pause = {};
      m_parts.onRecovered();
    }
    if (!failed) {
      if (record && record->has_value()) m_position = m_given = (*record)->sequence;
      return record;
    }
    m_reader.reset();
    if (m_pause.count() == 0) m_parts.onTrouble(record.status());
    if (!pause()) return Status(StatusCode::Cancelled, "the sink stops");
  }
}

Result<std::optional<JournalRecord>> JournalCursor::readOnce() {
  if (m_reader == nullptr) {
    Result<std::unique_ptr<JournalReader>> reader = m_parts.journal.openReader(m_position);
    if (!reader) return reader.status();
    m_reader = std::move(*reader);
  }
  for (;;) {
    auto record = m_reader->next();
    if (record || !m_reader->damage()) return record;
    const Result<bool> passed = passAccepted();
    if (!passed) return passed.status();
    if (!*passed) return record;
  }
}

Result<bool> JournalCursor::passAccepted() {
  const JournalDamage damage = *m_reader->damage();
  const auto accepted = findAcceptedLoss(m_parts.journal, damage, [this] { return !isStopped(); });
  if (!accepted) return accepted.status();
  if (!accepted->has_value()) return false;
  RETURN_IF_ERROR(m_reader->passDamage());
  m_position = std::max(m_position, damage.last);
  m_parts.onPassed(damage, **accepted);
  return true;
}

bool JournalCursor::isStopped() {
  MutexLock lock(m_mutex);
  return m_stopped;
}

bool JournalCursor::pause() {
  m_pause = std::clamp(m_pause * 2, limits::kJournalReadRetryInitial, limits::kJournalReadRetryMax);
  const SteadyTime until = m_parts.clock.steadyNow() + m_pause;
  MutexLock lock(m_mutex);
  while (!m_stopped && m_parts.clock.steadyNow() < until) m_changed.waitUntil(m_mutex, until);
  return !m_stopped;
}

void JournalCursor::stop() {
  MutexLock lock(m_mutex);
  m_stopped = true;
  m_changed.notifyAll();
}

}  // namespace penstock
