// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/live_tick.h"

#include <algorithm>
#include <cmath>

#include "app/application/application.h"
#include "model/limits.h"
#include "tests/bench/stopwatch.h"
#include "workload/game.h"

namespace penstock::bench {

namespace {

using namespace std::chrono_literals;

void waitFor(SteadyTime::duration time) {
  StopSignal neverStopped;
  neverStopped.sleepUntil(systemClock().steadyNow() + time);
}

std::unique_ptr<app::Application> startEmpty(const std::string& directory, Status& status) {
  auto started = app::Application::start(app::withDefaults({}, directory), app::KeepHistory::No);
  status = started.status();
  return started.isOk() ? std::move(*started) : nullptr;
}

/// Lateness of the samples after `first` at p99, and that none of them is missing.
Result<Measured> judge(const SnapshotRing& samples, std::uint64_t first) {
  const std::vector<SnapshotPointer> seen = samples.since(first, limits::kSampleRing);
  if (seen.size() < 2) return Status(StatusCode::Conflict, "no two samples");
  std::vector<double> late;
  for (const SnapshotPointer& sample : seen) {
    late.push_back(std::max(1.0, static_cast<double>(sample->tickLateMicros)));
  }
  const double passed = static_cast<double>(seen.back()->steadyMicros - seen.front()->steadyMicros);
  const std::chrono::microseconds interval = limits::kSampleInterval;
  const double expected = std::round(passed / static_cast<double>(interval.count()));
  const auto got = static_cast<double>(seen.size() - 1);
  if (got < expected) {
    return Status(StatusCode::Conflict, std::to_string(static_cast<int>(expected - got)) + " of " +
                                            std::to_string(static_cast<int>(expected)) +
                                            " ticks lost");
  }
  return Measured{{quantileOf(late, 0.99)}, "no tick lost", 0};
}

/// Ends the game, whose check then runs. Errors: Conflict, with what the check found.
Status endGame(WorkloadRunner& workloads) {
  RETURN_IF_ERROR(workloads.requestStop());
  while (workloads.isRunning()) waitFor(20ms);
  const WorkloadSnapshot ended = workloads.snapshot();
  if (ended.state == WorkloadState::Passed || ended.state == WorkloadState::Cancelled) return {};
  return {StatusCode::Conflict, ended.message};
}

std::uint64_t newestNumber(const SnapshotRing& samples) {
  const SnapshotPointer newest = samples.newest();
  return newest == nullptr ? 0 : newest->number;
}

}  // namespace

Result<Measured> LiveTick::measureOurs(const std::string& directory) {
  Status status;
  const std::unique_ptr<app::Application> application = startEmpty(directory, status);
  if (application == nullptr) return status;
  const SnapshotRing& samples = application->engine().samples();
  RETURN_IF_ERROR(application->workloads().start(std::make_unique<Game>(), {}));
  waitFor(1s);  // its tables are made, and the queue has filled
  const std::uint64_t first = newestNumber(samples);
  waitFor(m_stretch);
  const Result<Measured> measured = judge(samples, first);
  RETURN_IF_ERROR(endGame(application->workloads()));
  RETURN_IF_ERROR(application->stop(60s).status);
  return measured;
}

Result<Measured> LiveTick::measurePeer(const std::string& directory) {
  Status status;
  const std::unique_ptr<app::Application> application = startEmpty(directory, status);
  if (application == nullptr) return status;
  const SnapshotRing& samples = application->engine().samples();
  waitFor(1s);
  const std::uint64_t first = newestNumber(samples);
  waitFor(m_stretch);
  const Result<Measured> measured = judge(samples, first);
  RETURN_IF_ERROR(application->stop(60s).status);
  return measured;
}

}  // namespace penstock::bench
