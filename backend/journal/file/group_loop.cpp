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
  if (buffer == nullptr) {
    return {m_parts.commit.isStopped() ? Step::Kind::Ended : Step::Kind::Idle, {}};
  }
  const Status written = writeGroup(*buffer);
  if (written.isOk()) return {Step::Kind::Wrote, {}};
  refuse(written);
  return tryAgain();
}

Status GroupLoop::writeGroup(StagingBuffer& buffer) {
  const std::uint64_t changeSets = buffer.changeSets();
  const SteadyTime began = m_parts.clock.steadyNow();
  const auto written = m_parts.writer.write(buffer);
  if (!written) return written.status();
  publish(*written, buffer);
  const auto took = m_parts.clock.steadyNow() - began;
  m_parts.commit.finish();
  if (m_syncedListener) {
    m_syncedListener(
        {written->head, changeSets, std::chrono::duration_cast<std::chrono::microseconds>(took)});
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
  m_counters.records.fetch_add(buffer.records(), std::memory_order_relaxed);
  m_counters.bytes.fetch_add(written.bytes, std::memory_order_relaxed);
  m_counters.groups.fetch_add(1, std::memory_order_relaxed);
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
    if (m_syncedListener) m_syncedListener({written->head, 0, {}});
    return {Step::Kind::Wrote, {}};
  }
  m_counters.failedSyncs.fetch_add(1, std::memory_order_relaxed);
  trouble.failure.status =
      Status(StatusCode::Unknown, "may or may not be journaled: " + trouble.why.message());
  const SteadyTime now = m_parts.clock.steadyNow();
  if (!trouble.isTold && now >= trouble.unknownAt) tell();
  return {Step::Kind::Failed, now + m_timing.retryPause};
}

GroupLoop::Step GroupLoop::giveUp() {
  if (!m_trouble->isTold) tell();
  m_parts.commit.abandon();
  return {Step::Kind::Ended, {}};
}

void GroupLoop::tell() {
  m_trouble->isTold = true;
  m_parts.commit.settle(m_trouble->failure);
  if (m_failureListener) m_failureListener(m_trouble->failure);
}

}  // namespace penstock
