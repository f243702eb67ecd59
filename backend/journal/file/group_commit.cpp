// SPDX-License-Identifier: Apache-2.0
#include "journal/file/group_commit.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

/// How many failures are remembered for waiters that come late.
constexpr std::size_t kFailuresKept = 256;

bool contains(const AppendFailure& failure, Sequence sequence) {
  return failure.first != kNoSequence && failure.first <= sequence && sequence <= failure.last;
}

}  // namespace

GroupCommit::GroupCommit(const Options& options, const SegmentTable& table, CatalogPointer catalog)
    : m_options(options),
      m_table(table),
      m_buffers{StagingBuffer(options.journal, options.groupBytes),
                StagingBuffer(options.journal, options.groupBytes)},
      m_why(StatusCode::Unavailable, "the journal is being opened"),
      m_nextSegment(options.firstSegment),
      m_catalog(std::move(catalog)),
      m_catalogBytes(m_catalog->encode()),
      m_catalogHash(hashPayload(m_catalogBytes)) {}

Result<Sequence> GroupCommit::append(RecordType type, std::string_view payload,
                                     SteadyTime deadline) {
  const RecordToWrite record{type, payload, hashPayload(payload)};
  const MutexLock lock(m_mutex);
  if (m_state != State::Open || !m_buffers[m_active].fits(payload.size())) {
    RETURN_IF_ERROR(roomFor(payload.size(), deadline));
  }
  const Sequence sequence = m_buffers[m_active].add(record);
  wakeWriter();
  return sequence;
}

Status GroupCommit::roomFor(std::size_t payloadBytes, SteadyTime deadline) {
  const std::size_t most = std::min<std::uint64_t>(m_options.groupBytes, m_options.segmentBytes);
  if (kGroupHeaderBytes + 2 * kRecordFrameBytes + m_catalogBytes.size() + payloadBytes > most) {
    return {StatusCode::Invalid,
            "a record of " + std::to_string(payloadBytes) + " bytes is too large for the journal"};
  }
  for (;;) {
    if (m_state != State::Open) return refusal();
    if (m_buffers[m_active].fits(payloadBytes)) return Status::ok();
    if (m_buffers[m_active].isEmpty()) {
      beginNextSegment();
      continue;
    }
    ++m_roomWaiters;
    const bool inTime = m_room.waitUntil(m_mutex, deadline);
    --m_roomWaiters;
    if (!inTime && !m_buffers[m_active].fits(payloadBytes)) {
      return {StatusCode::Overloaded, "the journal's disk is slower than what comes in"};
    }
  }
}

Status GroupCommit::refusal() const {
  if (m_state == State::Stopped) return {StatusCode::Unavailable, "the journal is closed"};
  return {StatusCode::Unavailable, m_why.message()};
}

StagingBuffer::Place GroupCommit::firstPlace() {
  StagingBuffer::Place place;
  place.segment = m_nextSegment++;
  place.segmentBytes = m_options.segmentBytes;
  place.catalog = m_catalog;
  place.catalogHash = m_catalogHash;
  return place;
}

RecordToWrite GroupCommit::catalogRecord() const {
  return {RecordType::Catalog, m_catalogBytes, m_catalogHash};
}

void GroupCommit::beginNextSegment() {
  m_buffers[m_active].begin(firstPlace());
  m_buffers[m_active].add(catalogRecord());
}

void GroupCommit::wakeWriter() {
  if (!m_writerWaits) return;
  m_writerWaits = false;
  m_work.notifyOne();
}

Status GroupCommit::waitSynced(Sequence sequence, SteadyTime deadline) {
  if (m_table.head() >= sequence && !m_hasFailures.load(std::memory_order_acquire)) {
    return Status::ok();
  }
  const MutexLock lock(m_mutex);
  for (bool inTime = true;;) {
    if (const AppendFailure* failure = findFailure(sequence)) return failure->status;
    if (m_table.head() >= sequence) return Status::ok();
    const bool isStopped = m_state == State::Stopped;
    const bool isDrained = !m_inFlight && !m_hasUnsynced && m_buffers[m_active].isEmpty();
    if ((!inTime || isStopped) && contains(m_inDoubt, sequence)) {
      return {StatusCode::Unknown, "may or may not be journaled: " + m_inDoubt.status.message()};
    }
    if (isStopped && isDrained) return refusal();
    if (!inTime) return {StatusCode::Deadline, "not synced by the deadline"};
    wantSync();
    const bool isInFlight = m_inFlight && sequence < m_buffers[m_active].first();
    const std::uint64_t group = isInFlight ? m_group - 1 : m_group;
    inTime = m_synced[group % 2].waitUntil(m_mutex, deadline);
  }
}

void GroupCommit::wantSync() {
  if (m_options.sync == SyncTiming::EachGroup || m_syncWanted) return;
  m_syncWanted = true;
  wakeWriter();
}

bool GroupCommit::isSyncWanted() const {
  const MutexLock lock(m_mutex);
  return m_syncWanted;
}

const AppendFailure* GroupCommit::findFailure(Sequence sequence) const {
  const auto found = std::find_if(m_failures.begin(), m_failures.end(),
                                  [&](const auto& failure) { return contains(failure, sequence); });
  return found == m_failures.end() ? nullptr : &*found;
}

CatalogPointer GroupCommit::catalog() const {
  const MutexLock lock(m_mutex);
  return m_catalog;
}

Status GroupCommit::setCatalog(CatalogPointer catalog, SteadyTime deadline) {
  std::string bytes = catalog->encode();
  const std::uint64_t hash = hashPayload(bytes);
  const MutexLock lock(m_mutex);
  if (bytes == m_catalogBytes) return Status::ok();
  if (bytes.size() > std::min<std::uint64_t>(m_options.groupBytes, m_options.segmentBytes) / 2) {
    return {StatusCode::Invalid, "the catalog is too large for the journal"};
  }
  while (m_state == State::Open && !m_buffers[m_active].isEmpty()) {
    ++m_roomWaiters;
    const bool inTime = m_room.waitUntil(m_mutex, deadline);
    --m_roomWaiters;
    if (!inTime && !m_buffers[m_active].isEmpty()) {
      return {StatusCode::Overloaded, "the journal's disk is slower than what comes in"};
    }
  }
  if (m_state == State::Stopped) return refusal();
  m_catalog = std::move(catalog);
  m_catalogBytes = std::move(bytes);
  m_catalogHash = hash;
  if (m_state != State::Open) return Status::ok();  // the next segment will begin with it
  beginNextSegment();
  wakeWriter();
  return Status::ok();
}

std::uint64_t GroupCommit::stagedBytes() const {
  const MutexLock lock(m_mutex);
  return m_buffers[m_active].bytes() + (m_inFlight ? m_buffers[1 - m_active].bytes() : 0);
}

Status GroupCommit::trouble() const {
  const MutexLock lock(m_mutex);
  return m_state == State::Refusing ? m_why : Status::ok();
}

StagingBuffer* GroupCommit::take() {
  const MutexLock lock(m_mutex);
  if (m_buffers[m_active].isEmpty()) return nullptr;
  swapBuffers();
  return &m_buffers[1 - m_active];
}

void GroupCommit::waitForGroup(std::optional<SteadyTime> until) {
  const MutexLock lock(m_mutex);
  const auto mayWait = [this]() REQUIRES(m_mutex) {
    const bool isWanted = m_hasUnsynced && m_syncWanted;
    return m_buffers[m_active].isEmpty() && m_state != State::Stopped && !isWanted;
  };
  while (mayWait()) {
    m_writerWaits = true;
    if (!until) {
      m_work.wait(m_mutex);
    } else if (!m_work.waitUntil(m_mutex, *until)) {
      break;
    }
  }
  m_writerWaits = false;
}

void GroupCommit::swapBuffers() {
  const StagingBuffer& full = m_buffers[m_active];
  StagingBuffer::Place next = full.place();
  next.firstIndex = full.nextIndex();
  next.offset = full.end();
  m_active = 1 - m_active;
  m_buffers[m_active].begin(std::move(next));
  m_inFlight = true;
  ++m_group;
  if (m_roomWaiters > 0) m_room.notifyAll();
}

void GroupCommit::finish() {
  const MutexLock lock(m_mutex);
  m_inFlight = false;
  m_synced[(m_group - 1) % 2].notifyAll();
}

void GroupCommit::finishUnsynced() {
  const MutexLock lock(m_mutex);
  m_inFlight = false;
  m_hasUnsynced = true;
}

void GroupCommit::onSynced() {
  const MutexLock lock(m_mutex);
  m_hasUnsynced = false;
  m_syncWanted = false;
  for (CondVar& synced : m_synced) synced.notifyAll();
}

AppendFailure GroupCommit::refuse(const Status& why) {
  const MutexLock lock(m_mutex);
  m_inDoubt = {kNoSequence, kNoSequence, why};
  const StagingBuffer& active = m_buffers[m_active];
  if (m_inFlight)
    m_inDoubt = {m_buffers[1 - m_active].first(), m_buffers[1 - m_active].last(), why};
  if (!active.isEmpty()) {
    if (m_inDoubt.first == kNoSequence) m_inDoubt.first = active.first();
    m_inDoubt.last = active.last();
  }
  m_inFlight = false;
  m_buffers[m_active].begin({});
  if (m_state == State::Open) m_state = State::Refusing;
  m_why = why.withContext("the journal takes nothing until its disk works again");
  m_room.notifyAll();
  return m_inDoubt;
}

StagingBuffer& GroupCommit::beginSegment() {
  const MutexLock lock(m_mutex);
  beginNextSegment();
  return m_buffers[m_active];
}

void GroupCommit::settle(const AppendFailure& failure) {
  const MutexLock lock(m_mutex);
  m_inDoubt = {};
  if (failure.first == kNoSequence) return;
  if (m_failures.size() == kFailuresKept) m_failures.erase(m_failures.begin());
  m_failures.push_back(failure);
  m_hasFailures.store(true, std::memory_order_release);
  for (CondVar& synced : m_synced) synced.notifyAll();
}

void GroupCommit::resume() {
  const MutexLock lock(m_mutex);
  swapBuffers();
  m_inFlight = false;
  if (m_state == State::Refusing) m_state = State::Open;
  for (CondVar& synced : m_synced) synced.notifyAll();
}

void GroupCommit::abandon() {
  const MutexLock lock(m_mutex);
  CHECK(m_state == State::Stopped);
  m_buffers[m_active].begin({});
  m_hasUnsynced = false;
  for (CondVar& synced : m_synced) synced.notifyAll();
}

void GroupCommit::pause(SteadyTime until) {
  const MutexLock lock(m_mutex);
  while (m_state != State::Stopped) {
    m_writerWaits = true;
    if (!m_work.waitUntil(m_mutex, until)) break;
  }
  m_writerWaits = false;
}

void GroupCommit::stop() {
  const MutexLock lock(m_mutex);
  m_state = State::Stopped;
  m_work.notifyOne();
  m_room.notifyAll();
  for (CondVar& synced : m_synced) synced.notifyAll();
}

bool GroupCommit::isStopped() const {
  const MutexLock lock(m_mutex);
  return m_state == State::Stopped;
}

}  // namespace penstock
