// SPDX-License-Identifier: Apache-2.0
#include "engine/journal_cursor.h"

#include <algorithm>
#include <utility>

#include "model/limits.h"

namespace penstock {

JournalCursor::JournalCursor(Parts parts, Sequence position)
    : m_parts(std::move(parts)), m_position(position), m_passed(position) {}

Status JournalCursor::open() {
  Result<std::unique_ptr<JournalReader>> reader = m_parts.journal.openReader(m_position);
  if (reader) {
    m_reader = std::move(*reader);
    return Status::ok();
  }
  return reader.status().code() == StatusCode::IoError ? Status::ok() : reader.status();
}

Result<std::optional<JournalRecord>> JournalCursor::next() {
  m_passed = m_position;
  for (;;) {
    Result<std::optional<JournalRecord>> record = readOnce();
    const bool failed = record.status().code() == StatusCode::IoError;
    if (!failed && m_pause.count() > 0) {
      m_pause = {};
      m_parts.onRecovered();
    }
    if (!failed) {
      if (record && record->has_value()) m_position = (*record)->sequence;
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
  return m_reader->next();
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
