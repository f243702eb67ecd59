// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_engine_link.h"

#include <algorithm>
#include <utility>

namespace penstock::test {

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::int64_t kStartMicros = 1'795'269'720'000'000;  // 2026-11-21T14:02:00Z
constexpr std::int64_t kIntervalMicros = 100'000;

SinkSnapshot healthySink(std::uint64_t index) {
  SinkSnapshot sink;
  sink.name = "primary";
  sink.role = "primary";
  sink.target = "sqlite: demo/game.db";
  sink.state = SinkState::Running;
  sink.stateSinceMicros = kStartMicros;
  sink.queueDepth = 180 + (index * 37) % 90;
  sink.queueBytes = sink.queueDepth * 310;
  sink.oldestAgeMicros = 21'000 + (index * 1'700) % 19'000;
  sink.windowBytes = sink.queueBytes;
  sink.settledSequence = 16'777'216 + index * 240;
  sink.persistedSets = index * 240;
  sink.persistedChanges = index * 470;
  sink.coalescedChanges = index * 35;
  sink.rowsTouched = index * 435;
  sink.commits = index * 2;
  sink.workers = 4;
  sink.workersCommitting = 1;
  sink.workersPreparing = 1 + index % 2;
  sink.workersIdle = 2 - index % 2;
  sink.batchRows = 5'000;
  sink.batchRowsNow = 5'000;
  sink.lingerMs = 50;
  sink.commitMicros = {4'100.0, 7'900.0, 9'600.0 + double(index % 7) * 300, 2};
  return sink;
}

}  // namespace

Snapshot healthySnapshot() { return healthySnapshotAt(100); }

Snapshot healthySnapshotAt(std::uint64_t index) {
  Snapshot snapshot;
  snapshot.number = index;
  snapshot.runId = 7;
  snapshot.wallMicros = kStartMicros + static_cast<std::int64_t>(index) * kIntervalMicros;
  snapshot.steadyMicros = 1'000'000 + static_cast<std::int64_t>(index) * kIntervalMicros;
  snapshot.tickLateMicros = 180;
  snapshot.node = "embedded";
  snapshot.environment = "local";
  snapshot.acceptedSets = index * 242;
  snapshot.acceptedChanges = index * 505;
  snapshot.journaledSets = index * 241;
  snapshot.journalSyncs = index * 6;
  snapshot.ackMicros = {640, 1'100, 1'900, 240};
  snapshot.syncMicros = {410, 800, 1'300, 6};
  snapshot.headSequence = 16'777'216 + index * 241;
  snapshot.memoryBytes = 9 * kMiB;
  snapshot.residentBytes = 61 * kMiB;
  snapshot.journalBytes = 128 * kMiB;
  snapshot.journalLimitBytes = 8'192 * kMiB;
  snapshot.budgets = {{"memory", 9 * kMiB, 256 * kMiB, 90, 70, 0},
                      {"journal", 128 * kMiB, 8'192 * kMiB, 90, 70, 0}};
  snapshot.sinks.push_back(healthySink(index));
  snapshot.workload = {
      "game", WorkloadState::Running, "412 of 700 players signed in", index * 240, 0, 0, 2'400, -1};
  return snapshot;
}

Snapshot evenSnapshot() {
  Snapshot sample;
  sample.number = 1;
  sample.runId = 7;
  sample.wallMicros = kEvenStartMicros;
  sample.steadyMicros = 5'000'000;
  sample.node = "embedded";
  sample.journalLimitBytes = 8'192 * kMiB;
  sample.budgets = {{"memory", 10 * kMiB, 256 * kMiB, 90, 70, 0}};
  SinkSnapshot sink;
  sink.name = "main";
  sink.role = "primary";
  sink.target = "sqlite demo.db";
  sink.state = SinkState::Running;
  sink.workers = 4;
  sink.workersCommitting = 1;
  sink.workersPreparing = 2;
  sink.workersIdle = 1;
  sink.commitMicros = {8'000, 15'000, 22'000, 3};
  sample.sinks = {sink};
  return sample;
}

Snapshot FakeEngineLink::next() const {
  if (m_samples.empty()) return evenSnapshot();
  Snapshot sample = *m_samples.back();
  ++sample.number;
  sample.wallMicros += kIntervalMicros;
  sample.steadyMicros += kIntervalMicros;
  sample.acceptedSets += 100;
  sample.sinks[0].persistedSets += 90;
  sample.sinks[0].coalescedChanges += 10;
  sample.sinks[0].queueDepth += 10;
  return sample;
}

void FakeEngineLink::publishEvenly(int count) {
  for (int at = 0; at < count; ++at) publish(next());
}

void FakeEngineLink::keepNewest(std::size_t count) {
  while (m_samples.size() > count) m_samples.pop_front();
}

void FakeEngineLink::publish(Snapshot snapshot) {
  if (snapshot.number == 0) {
    snapshot.number = m_samples.empty() ? 1 : m_samples.back()->number + 1;
  }
  m_samples.push_back(std::make_shared<const Snapshot>(std::move(snapshot)));
}

void FakeEngineLink::addEvent(Event event) {
  if (event.number == 0) event.number = m_events.empty() ? 1 : m_events.back().number + 1;
  m_events.push_back(std::move(event));
}

void FakeEngineLink::setPage(BrowsePage page, const std::string& table) {
  const auto key = std::make_pair(page.subject, table);
  m_prepared[key] = std::move(page);
}

SnapshotPointer FakeEngineLink::newest() const {
  return m_samples.empty() ? nullptr : m_samples.back();
}

std::vector<SnapshotPointer> FakeEngineLink::samplesSince(std::uint64_t after,
                                                          std::size_t max) const {
  ++m_polls;
  std::vector<SnapshotPointer> found;
  for (const SnapshotPointer& sample : m_samples) {
    const bool isOfRun = sample->runId == m_samples.back()->runId;
    if (isOfRun && sample->number > after) found.push_back(sample);
  }
  if (found.size() > max) found.erase(found.begin(), found.end() - std::ptrdiff_t(max));
  return found;
}

std::vector<Event> FakeEngineLink::eventsSince(std::uint64_t after, std::size_t max) const {
  std::vector<Event> found;
  std::ranges::copy_if(m_events, std::back_inserter(found),
                       [after](const Event& event) { return event.number > after; });
  if (found.size() > max) found.erase(found.begin(), found.end() - std::ptrdiff_t(max));
  return found;
}

CommandId FakeEngineLink::send(Command command) {
  if (command.id == CommandId{}) command.id = CommandId{m_nextCommand++};
  CommandAnswer reply;
  reply.id = command.id;
  reply.kind = command.kind;
  reply.micros = 2'000;
  if (m_answers == Answers::InEffectAtOnce) {
    m_pendingAnswers.push_back(reply);
    reply.stage = CommandStage::InEffect;
    reply.micros = 9'000;
    m_pendingAnswers.push_back(reply);
  } else if (m_answers == Answers::FailAtOnce) {
    reply.stage = CommandStage::Failed;
    reply.status = Status(StatusCode::Unavailable, "the sink is stopped");
    m_pendingAnswers.push_back(reply);
  }
  m_commands.push_back(std::move(command));
  return m_commands.back().id;
}

std::vector<CommandAnswer> FakeEngineLink::takeAnswers() {
  return std::exchange(m_pendingAnswers, {});
}

RequestId FakeEngineLink::requestHistory(const HistoryRequest& request) {
  const RequestId id{m_nextRequest++};
  m_histories.push_back(request);
  HistoryPage page;
  page.request = id;
  for (const HistoryPoint& point : m_history) {
    const bool inside =
        point.toMicros >= request.fromMicros && point.fromMicros <= request.toMicros;
    if (inside) page.points.push_back(point);
  }
  m_pendingHistory.push_back(std::move(page));
  return id;
}

std::vector<HistoryPage> FakeEngineLink::takeHistory() {
  return std::exchange(m_pendingHistory, {});
}

RequestId FakeEngineLink::browse(const BrowseRequest& request) {
  const RequestId id{m_nextRequest++};
  m_browses.push_back(request);
  m_unanswered.push_back({id, request});
  return id;
}

std::vector<BrowsePage> FakeEngineLink::takePages() {
  std::vector<BrowsePage> pages;
  if (m_pages == Pages::Held) return pages;
  for (const Asked& asked : std::exchange(m_unanswered, {})) pages.push_back(pageFor(asked));
  return pages;
}

BrowsePage FakeEngineLink::pageFor(const Asked& asked) const {
  const auto& request = asked.request;
  const bool byTable = request.subject == BrowseSubject::Data;
  const auto found = m_prepared.find({request.subject, byTable ? request.table : std::string()});
  BrowsePage page;
  if (found != m_prepared.end()) page = found->second;
  page.request = asked.id;
  page.subject = request.subject;
  page.offset = request.offset;
  const std::size_t skipped = std::min<std::size_t>(request.offset, page.rows.size());
  page.rows.erase(page.rows.begin(), page.rows.begin() + std::ptrdiff_t(skipped));
  if (page.rows.size() > request.rowsMax) page.rows.resize(request.rowsMax);
  return page;
}

}  // namespace penstock::test
