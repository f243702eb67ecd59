// SPDX-License-Identifier: Apache-2.0
// Runs one workload at a time: makes its tables, runs it, waits until what it submitted is
// persisted and lets it check the result. Its state is a value that the sampler reads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "metrics/event.h"
#include "workload/workload.h"

namespace penstock {

/// Threads: start and requestStop by one (the control thread), snapshot by any.
/// Owns: its thread and the workload that runs; the port and the functions outlive it.
class WorkloadRunner {
 public:
  struct Environment {
    SubmitPort* port = nullptr;
    const Clock* clock = nullptr;
    std::function<Status(const std::string& sql)> makeTables;
    TableReader readTable;
    std::function<void(Event)> event;
  };
  struct Settings {
    double ratePerSecond = 0;
    double size = 1;
  };

  explicit WorkloadRunner(Environment environment);
  /// Stops and waits.
  ~WorkloadRunner();

  /// Errors: Conflict when one runs already.
  Status start(std::unique_ptr<Workload> workload, Settings settings);
  /// Asks it to end; it still waits for what is on its way, and checks. NotFound when none runs.
  Status requestStop();
  /// Stops without the check, for the end of the process.
  void abandon();
  bool isRunning() const { return m_running.load(); }

  WorkloadSnapshot snapshot() const;

 private:
  struct Run;
  void body(Run& run);
  Status prepareAndRun(Run& run, WorkloadContext& context);
  void finish(Run& run, WorkloadState state, const std::string& message);
  WorkloadContext contextOf(Run& run) const;

  const Environment m_environment;
  std::atomic<bool> m_running{false};
  mutable Mutex m_mutex;
  std::shared_ptr<Run> m_run GUARDED_BY(m_mutex);  // the one that runs, or ran last
  Worker m_worker;                                 // owned by the control thread
};

}  // namespace penstock
