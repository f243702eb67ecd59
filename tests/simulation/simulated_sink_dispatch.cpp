// SPDX-License-Identifier: Apache-2.0
// What a simulated sink does as its dispatcher: records come from the journal into the backlog, as
// far as it has room.
#include <algorithm>
#include <utility>

#include "tests/simulation/simulated_sink.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr int kRecordsAtOnceMax = 8;

}  // namespace

void SimulatedSink::onSynced() {
  if (isRunning()) wakeDispatcher();
}

void SimulatedSink::wakeDispatcher() {
  if (m_dispatcherIsWoken) return;
  m_dispatcherIsWoken = true;
  m_parts.world.after(m_parts.world.random().time(0us, 500us), m_parts.life, [this] {
    m_dispatcherIsWoken = false;
    dispatch();
  });
}

Result<std::optional<QueuedRecord>> SimulatedSink::nextRecord() {
  const auto record = m_reader->next();
  if (!record) return record.status();
  if (!record->has_value()) return std::optional<QueuedRecord>();
  QueuedRecord queued;
  queued.sequence = (*record)->sequence;
  queued.catalog = (*record)->catalog;
  if ((*record)->type == RecordType::ChangeSet) {
    queued.payload = (*record)->payload;
  } else if ((*record)->type == RecordType::DeadLetterOrder) {
    queued.kind = EntryKind::LetterRetry;
    queued.payload = (*record)->payload;
  } else {
    queued.kind = EntryKind::CheckpointOnly;
  }
  const std::int64_t wall = m_parts.world.clock().wallNow().time_since_epoch().count();
  const std::int64_t age = std::max<std::int64_t>(0, wall - (*record)->wallMicros);
  queued.arrived = m_parts.world.now() - std::chrono::microseconds(age);
  return std::optional<QueuedRecord>(std::move(queued));
}

void SimulatedSink::dispatch() {
  for (int i = 0; i < kRecordsAtOnceMax && m_stopped.isOk(); ++i) {
    if (!m_backlog->hasRoom() && m_parts.bug != PlantedBug::WindowUnbounded) return;
    auto record = nextRecord();
    if (!record) return standStill(record.status());
    if (!record->has_value()) return wakeAll();
    if ((*record)->sequence > m_parts.journal.syncedHead()) {
      m_parts.world.fail("the reader is ahead of the synced head");
    }
    const std::uint64_t before = m_backlog->load().bytes;
    const Status pushed = m_backlog->push(**record);
    if (!pushed.isOk()) return standStill(pushed);
    if (before >= m_setting.windowBytes) {
      m_parts.world.fail("the window holds more than its budget and one record");
    }
    m_backlog->checkInvariants();
  }
  wakeAll();
  wakeDispatcher();
}

}  // namespace penstock::test
