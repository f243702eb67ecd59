// SPDX-License-Identifier: Apache-2.0
#include "tests/ui/main_window/scenes.h"

namespace penstock::test {

namespace {

constexpr std::uint64_t kSamples = 900;
constexpr std::uint64_t kMiB = 1024 * 1024;

// How a state shows in the numbers, growing over the last 20 seconds.
void disturb(Snapshot& sample, const Scene& scene, std::uint64_t step) {
  SinkSnapshot& sink = sample.sinks.front();
  sample.state = scene.state;
  sample.stateReason = scene.reason;
  sink.queueDepth = 200 + step * 240;
  sink.queueBytes = sink.queueDepth * 310;
  sink.oldestAgeMicros = step * 100'000;
  sink.persistedSets = kSamples * 240;
  sink.commits = kSamples * 2;
  sink.workersCommitting = 0;
  sink.workersPreparing = 0;
  sink.workersIdle = 4;
  sink.commitMicros = {};
  sink.stateReason = scene.reason;
  if (scene.state == NodeState::Paused) sink.state = SinkState::Paused;
  if (scene.state == NodeState::SinkDown) sink.state = SinkState::Down;
  if (scene.state == NodeState::Saturated || scene.state == NodeState::IntakeHeld) {
    sample.budgets[0].usedBytes = 241 * kMiB;
    sample.memoryBytes = 241 * kMiB;
    sample.budgets[0].pressure = 1;
    sample.waitedSets = step * 800;
    sample.furtherProblems = {{NodeState::SinkDown, "primary: connection refused"},
                              {NodeState::Paused, "mirror by ops, 40 change sets wait"}};
    sample.journalBytes = (4'000 + step * 12) * kMiB;
    sample.budgets[1].usedBytes = sample.journalBytes;
    sample.journalFullInSeconds = 74;
    sink.deadLettersWaiting = 12;
  }
}

void publish(FakeEngineLink& link, Snapshot sample, HandClock& clock) {
  clock.setWall(sample.wallMicros + 40'000);
  link.publish(std::move(sample));
}

PageCell text(const std::string& value) { return {value, PageCell::Kind::Text}; }
PageCell number(std::uint64_t value) { return {std::to_string(value), PageCell::Kind::Number}; }

BrowsePage queuePage() {
  BrowsePage page;
  page.subject = BrowseSubject::Queue;
  page.columns = {"sequence", "age_ms", "group", "table", "operation", "key", "change_set"};
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::string player = std::to_string(1 + i * 7 % 700);
    page.rows.push_back({number(16'800'000 + i), number(i % 90), text("player:" + player),
                         text(i % 3 == 0 ? "moves" : "players"), text("update"),
                         text("id=" + player),
                         text(R"({"id":)" + player + R"(,"status":"playing","moves":12})")});
  }
  page.total = 500;
  return page;
}

BrowsePage deadLetterPage() {
  BrowsePage page;
  page.subject = BrowseSubject::DeadLetters;
  page.columns = {"sequence", "at", "kind", "code", "reason", "attempts", "journal", "change_set"};
  for (std::uint64_t i = 0; i < 12; ++i) {
    page.rows.push_back({number(16'790'000 + i), text("2026-11-21T14:01:11.250Z"), text("refused"),
                         text("SQLITE_CONSTRAINT_UNIQUE"),
                         text("UNIQUE constraint failed: slots.player"), number(1), text("0f1e"),
                         text(R"({"changes":[{"table":"slots","op":"insert","key":{"id":7}}]})")});
  }
  page.total = 12;
  return page;
}

}  // namespace

const std::vector<Scene>& nodeScenes() {
  static const std::vector<Scene> kScenes{
      {"paused", NodeState::Paused, "paused by ada@control at 14:01:52: index being built",
       "Paused"},
      {"saturated", NodeState::Saturated, "memory budget at 94 % (241 of 256 MiB): writers wait",
       "Saturated"},
      {"held", NodeState::IntakeHeld, "journal disk full: 0.9 GiB free of the 1 GiB floor", "held"},
      {"stalled", NodeState::Stalled, "12,480 change sets wait, nothing persisted for 20 s",
       "Stalled"},
      {"down", NodeState::SinkDown, "primary: database is locked (SQLITE_BUSY), 14 attempts",
       "down"},
      {"damaged", NodeState::Damaged, "segment 17 is damaged at 4,194,304", "amaged"},
      {"recovering", NodeState::Recovering, "reading the journal: segment 12 of 40", "Recovering"},
      {"draining", NodeState::Draining, "2,310 change sets left", "Draining"},
      {"stopping", NodeState::Stopping, "2,310 change sets left", "Stopping"},
      {"idle", NodeState::Idle, "nothing submitted for 42 s", "Idle"},
  };
  return kScenes;
}

void playHealthy(FakeEngineLink& link, HandClock& clock) {
  for (std::uint64_t i = 1; i <= kSamples; ++i) publish(link, healthySnapshotAt(i), clock);
  fillTables(link);
}

void play(const Scene& scene, FakeEngineLink& link, HandClock& clock) {
  for (std::uint64_t i = 1; i <= kSamples; ++i) {
    Snapshot sample = healthySnapshotAt(i);
    if (i > kSamples - 200) disturb(sample, scene, i - (kSamples - 200));
    publish(link, std::move(sample), clock);
  }
  fillTables(link);
}

void playDisconnected(FakeEngineLink& link, HandClock& clock) {
  playHealthy(link, clock);
  const std::int64_t since = clock.wallNow().time_since_epoch().count();
  link.setState(
      {LinkState::Phase::Disconnected, "db-7.example:4040", "refused", since, since + 16'000'000});
  clock.advance(std::chrono::seconds(12));
}

void fillTables(FakeEngineLink& link) {
  link.setPage(queuePage());
  link.setPage(deadLetterPage());
  BrowsePage tables;
  tables.subject = BrowseSubject::Tables;
  tables.columns = {"table"};
  for (const char* name : {"moves", "players", "slots"}) tables.rows.push_back({text(name)});
  link.setPage(tables);
  BrowsePage rows;
  rows.subject = BrowseSubject::Data;
  rows.columns = {"id", "player", "status"};
  for (std::uint64_t i = 1; i <= 450; ++i) {
    rows.rows.push_back({number(i), text("player " + std::to_string(i)),
                         i % 5 == 0 ? PageCell{{}, PageCell::Kind::Null} : text("playing")});
  }
  rows.total = 450;
  for (const char* name : {"moves", "players", "slots"}) link.setPage(rows, name);
  const std::int64_t at = link.newest() == nullptr ? 0 : link.newest()->wallMicros;
  Event command;
  command.wallMicros = at - 30'000'000;
  command.kind = EventKind::Command;
  command.who = "ada@control";
  command.what = "Resize pool";
  command.oldValue = "2";
  command.newValue = "4";
  link.addEvent(command);
  Event pressure;
  pressure.wallMicros = at - 18'000'000;
  pressure.kind = EventKind::Backpressure;
  pressure.severity = Severity::Warning;
  pressure.what = "memory budget above its high watermark";
  pressure.budget = "memory";
  link.addEvent(pressure);
}

}  // namespace penstock::test
