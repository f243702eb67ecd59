// SPDX-License-Identifier: Apache-2.0
#include "journal/file/group_loop.h"

#include <utility>

#include "base/log.h"

namespace penstock {

void GroupLoop::setSyncedListener(std::function<void(const SyncedNews&)> listener) {
  m_syncedListener = std::move(listener);
}

void GroupLoop::setFailureListener(std::function<void(const AppendFailure&)> listener) {
  m_failureListener = std::move(listener);
}

JournalCounters GroupLoop::counters() const {
  return {m_counters.records.load(std::memory_order_relaxed),
          m_counters.bytes.load(std::memory_order_relaxed),
          m_counters.groups.load(std::memory_order_relaxed),
          m_counters.failedSyncs.load(std::memory_order_relaxed)};
}

Status GroupLoop::begin() {
  StagingBuffer& first = m_parts.commit.beginSegment();
  const auto written = m_parts.writer.write(first);
  if (!written) {
    m_firstFailure = written.status();
    return m_firstFailure;
  }
  publish(*written, first);
  m_parts.commit.resume();
  return Status::ok();
}

GroupLoop::Step GroupLoop::step() {
  if (m_trouble) return tryAgain();
  if (!m_firstFailure.isOk()) {
    refuse(std::exchange(m_firstFailure, Status::ok()));
    return tryAgain();
  }
  StagingBuffer* const buffer = m_parts.commit.take();
  const bool isUnsynced = m_parts.writer.hasUnsynced();
  if (buffer == nullptr && !(isUnsynced && isSyncDue())) {
    if (m_parts.commit.isStopped()) return {Step::Kind::Ended, {}};
    return {Step::Kind::Idle, isUnsynced ? std::optional(m_syncAt) : std::nullopt};
  }
  const Status written = buffer == nullptr ? syncNow() : writeGroup(*buffer);
  if (written.isOk()) return {Step::Kind::Wrote, {}};
  refuse(written);
  return tryAgain();
}

/// So much is kept in memory at the most, and one group more.
bool GroupLoop::isSyncDue() const {
  return m_parts.clock.steadyNow() >= m_syncAt || m_parts.commit.isSyncWanted() ||
         m_parts.commit.isStopped() ||
         m_parts.writer.unsyncedBytes() >= limits::kGroupCommitBytesMax;
}

Status GroupLoop::writeUnsynced(StagingBuffer& buffer) {
  const std::uint64_t changeSets = buffer.changeSets();
  const SteadyTime began = m_parts.clock.steadyNow();
  if (!m_parts.writer.hasUnsynced()) m_syncAt = began + m_timing.syncInterval;
  RETURN_IF_ERROR(m_parts.writer.writeUnsynced(buffer));
  m_unsyncedRecords += buffer.records();
  m_journaled.store(toNumber(buffer.last()), std::memory_order_release);
  m_parts.commit.finishUnsynced();
  if (m_syncedListener) {
    m_syncedListener({m_parts.table.head(), journaledHead(), changeSets, {}});
  }
  return isSyncDue() ? syncNow() : Status::ok();
}

Status GroupLoop::syncNow() {
  const SteadyTime began = m_parts.clock.steadyNow();
  const auto synced = m_parts.writer.sync();
  if (!synced) return synced.status();
  const auto took = m_parts.clock.steadyNow() - began;
  onSynced(*synced, std::chrono::duration_cast<std::chrono::microseconds>(took));
  return Status::ok();
}

void GroupLoop::onSynced(const SegmentWriter::Written& written, std::chrono::microseconds took) {
  m_parts.table.advance({written.syncedEnd, written.fileBytes, written.head, written.wallTime});
  count(std::exchange(m_unsyncedRecords, 0), written.bytes);
  m_parts.table.publishHead(written.head);
  m_parts.commit.onSynced();
  if (m_syncedListener) m_syncedListener({written.head, journaledHead(), 0, took});
}

void GroupLoop::count(std::uint64_t records, std::uint64_t bytes) {
  m_counters.records.fetch_add(records, std::memory_order_relaxed);
  m_counters.bytes.fetch_add(bytes, std::memory_order_relaxed);
  m_counters.groups.fetch_add(1, std::memory_order_relaxed);
}

Status GroupLoop::writeGroup(StagingBuffer& buffer) {
  const bool begins = buffer.place().offset == 0;
  if (m_timing.syncInterval.count() > 0 && !begins) return writeUnsynced(buffer);
  if (m_parts.writer.hasUnsynced()) RETURN_IF_ERROR(syncNow());
  const std::uint64_t changeSets = buffer.changeSets();
  const SteadyTime began = m_parts.clock.steadyNow();
  const auto written = m_parts.writer.write(buffer);
  if (!written) return written.status();
  publish(*written, buffer);
  const auto took = m_parts.clock.steadyNow() - began;
  m_parts.commit.finish();
  if (m_syncedListener) {
    m_syncedListener({written->head, written->head, changeSets,
                      std::chrono::duration_cast<std::chrono::microseconds>(took)});
  }
  return Status::ok();
}

void GroupLoop::publish(const SegmentWriter::Written& written, const StagingBuffer& buffer) {
  if (written.beganSegment) {
    SegmentInfo info;
    info.number = buffer.place().segment;
    info.syncedEnd = written.syncedEnd;
    info.fileBytes = written.fileBytes;
    info.before = written.before;
    info.last = written.head;
    info.lastWrite = written.wallTime;
    info.catalog = buffer.place().catalog;
    info.isOpen = true;
    m_parts.table.add(std::move(info));
  } else {
    m_parts.table.advance({written.syncedEnd, written.fileBytes, written.head, written.wallTime});
  }
  count(buffer.records(), written.bytes);
  m_journaled.store(toNumber(written.head), std::memory_order_release);
  m_parts.table.publishHead(written.head);
}

void GroupLoop::refuse(const Status& why) {
  m_counters.failedSyncs.fetch_add(1, std::memory_order_relaxed);
  logLine(LogLevel::Error, "journal: " + why.message());
  Trouble trouble;
  trouble.why = why;
  trouble.failure = m_parts.commit.refuse(why);
  trouble.isTold = trouble.failure.first == kNoSequence;
  trouble.unknownAt = m_parts.clock.steadyNow() + m_timing.unknownAfter;
  m_trouble = std::move(trouble);
}

GroupLoop::Step GroupLoop::tryAgain() {
  Trouble& trouble = *m_trouble;
  if (trouble.wasTried && m_parts.commit.isStopped()) return giveUp();
  trouble.wasTried = true;
  if (m_parts.writer.hasUnsynced()) {  // it was told as journaled
    const auto mended = m_parts.writer.mend();
    if (!mended) return stillFailing();
    onSynced(*mended, {});
  }
  m_parts.writer.seal();
  // Told before the head passes over the failed sequences, and only once the seal is durable.
  StagingBuffer& first = m_parts.commit.beginSegment();
  const auto written = m_parts.writer.write(first);
  if (written) {
    trouble.failure.status = Status(StatusCode::IoError, "not journaled: " + trouble.why.message());
    if (!trouble.isTold) tell();
    publish(*written, first);
    m_parts.commit.resume();
    m_trouble.reset();
    if (m_syncedListener) m_syncedListener({written->head, written->head, 0, {}});
    return {Step::Kind::Wrote, {}};
  }
  return stillFailing();
}

GroupLoop::Step GroupLoop::stillFailing() {
  Trouble& trouble = *m_trouble;
  m_counters.failedSyncs.fetch_add(1, std::memory_order_relaxed);
  trouble.failure.status =
      Status(StatusCode::Unknown, "may or may not be journaled: " + trouble.why.message());
  const SteadyTime now = m_parts.clock.steadyNow();
  if (!trouble.isTold && now >= trouble.unknownAt) tell();
  return {Step::Kind::Failed, now + m_timing.retryPause};
}

GroupLoop::Step GroupLoop::giveUp() {
  if (!m_trouble->isTold) tell();
  if (m_parts.writer.hasUnsynced()) {
    logLine(LogLevel::Error,
            "journal: what was journaled last is written and not synced: it is "
            "lost if the power goes before the next start");
  }
  m_parts.commit.abandon();
  return {Step::Kind::Ended, {}};
}

void GroupLoop::tell() {
  m_trouble->isTold = true;
  m_parts.commit.settle(m_trouble->failure);
  if (m_failureListener) m_failureListener(m_trouble->failure);
}

}  // namespace penstock
