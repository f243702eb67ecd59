// SPDX-License-Identifier: Apache-2.0
// An engine for tests of the user interface: a list of samples, events and answers that a test
// fills, behind the face that the window sees.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "engine/engine_link.h"

namespace penstock::test {

/// Threads: one.
class ScriptedLink final : public EngineLink {
 public:
  static constexpr std::int64_t kStartMicros = 1'790'000'000'000'000;  ///< in September 2026

  SnapshotPointer newest() const override { return samples.empty() ? nullptr : samples.back(); }
  std::vector<SnapshotPointer> samplesSince(std::uint64_t after, std::size_t max) const override {
    std::vector<SnapshotPointer> found;
    for (const SnapshotPointer& sample : samples) {
      const bool isOfRun = sample->runId == samples.back()->runId;
      if (isOfRun && sample->number > after) found.push_back(sample);
    }
    if (found.size() > max) found.erase(found.begin(), found.end() - static_cast<long>(max));
    return found;
  }
  std::vector<Event> eventsSince(std::uint64_t after, std::size_t max) const override {
    std::vector<Event> found;
    for (const Event& event : events) {
      if (event.number > after && found.size() < max) found.push_back(event);
    }
    return found;
  }
  CommandId send(Command command) override {
    commands.push_back(command);
    return command.id;
  }
  std::vector<CommandAnswer> takeAnswers() override { return std::exchange(answers, {}); }
  RequestId requestHistory(const HistoryRequest& request) override {
    historyRequests.push_back(request);
    return RequestId{++lastRequest};
  }
  std::vector<HistoryPage> takeHistory() override { return std::exchange(history, {}); }
  RequestId browse(const BrowseRequest& request) override {
    browseRequests.push_back(request);
    return RequestId{++lastRequest};
  }
  std::vector<BrowsePage> takePages() override { return std::exchange(pages, {}); }
  LinkState state() const override { return linkState; }

  /// A sample 100 ms after the last, counters going on evenly; the test changes what it needs.
  Snapshot next() const {
    Snapshot sample = samples.empty() ? first() : *samples.back();
    if (samples.empty()) return sample;
    ++sample.number;
    sample.wallMicros += 100'000;
    sample.steadyMicros += 100'000;
    sample.acceptedSets += 100;
    sample.sinks[0].persistedSets += 90;
    sample.sinks[0].coalescedChanges += 10;
    sample.sinks[0].queueDepth += 10;
    return sample;
  }
  void publish(Snapshot sample) {
    samples.push_back(std::make_shared<const Snapshot>(std::move(sample)));
  }
  void publishEvenly(int count) {
    for (int at = 0; at < count; ++at) publish(next());
  }

  std::vector<SnapshotPointer> samples;
  std::vector<Event> events;
  std::vector<Command> commands;
  std::vector<CommandAnswer> answers;
  std::vector<HistoryRequest> historyRequests;
  std::vector<HistoryPage> history;
  std::vector<BrowseRequest> browseRequests;
  std::vector<BrowsePage> pages;
  LinkState linkState;
  std::uint64_t lastRequest = 0;

 private:
  static Snapshot first() {
    Snapshot sample;
    sample.number = 1;
    sample.runId = 7;
    sample.wallMicros = kStartMicros;
    sample.steadyMicros = 5'000'000;
    sample.node = "embedded";
    sample.journalLimitBytes = std::uint64_t{8} << 30;
    sample.budgets = {{"memory", 10 << 20, 256 << 20, 90, 70, 0}};
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
};

}  // namespace penstock::test
