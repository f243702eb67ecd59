// SPDX-License-Identifier: Apache-2.0
#include "workload/workload_runner.h"

#include <utility>

namespace penstock {

struct WorkloadRunner::Run {
  Run(std::unique_ptr<Workload> what, WorkloadRunner::Settings how, SteadyTime now)
      : workload(std::move(what)), name(workload->name()), settings(how), began(now) {}

  const std::unique_ptr<Workload> workload;
  const std::string name;
  const WorkloadRunner::Settings settings;
  const SteadyTime began;
  StopSignal stop;
  WorkloadProgress progress;
  std::atomic<WorkloadState> state{WorkloadState::Running};
  std::atomic<bool> abandoned{false};
};

WorkloadRunner::WorkloadRunner(Environment environment) : m_environment(std::move(environment)) {}

WorkloadRunner::~WorkloadRunner() { abandon(); }

Status WorkloadRunner::start(std::unique_ptr<Workload> workload, Settings settings) {
  if (m_running.load()) {
    return {StatusCode::Conflict, "a workload is running already (stop it first)"};
  }
  m_worker.join();
  auto run = std::make_shared<Run>(std::move(workload), settings, m_environment.clock->steadyNow());
  {
    MutexLock lock(m_mutex);
    m_run = run;
  }
  m_running.store(true);
  m_worker = Worker("workload", ThreadPriority::Background, [this, run] {
    body(*run);
    m_running.store(false);
  });
  return Status::ok();
}

Status WorkloadRunner::requestStop() {
  MutexLock lock(m_mutex);
  if (!m_running.load() || !m_run) return {StatusCode::NotFound, "no workload is running"};
  // A check may wait long for what is not yet persisted: a second request ends that too.
  if (m_run->state.load() == WorkloadState::Checking) m_run->abandoned.store(true);
  m_run->stop.request();
  return Status::ok();
}

void WorkloadRunner::abandon() {
  {
    MutexLock lock(m_mutex);
    if (m_run) {
      m_run->abandoned.store(true);
      m_run->stop.request();
    }
  }
  m_worker.join();
}

WorkloadContext WorkloadRunner::contextOf(Run& run) const {
  return {*m_environment.port,     *m_environment.clock,       run.stop,         run.progress,
          m_environment.readTable, run.settings.ratePerSecond, run.settings.size};
}

void WorkloadRunner::body(Run& run) {
  WorkloadContext context = contextOf(run);
  const Status status = prepareAndRun(run, context);
  if (run.abandoned.load()) return finish(run, WorkloadState::Cancelled, "ended without a check");
  if (!status.isOk()) return finish(run, WorkloadState::Failed, status.message());
  run.state.store(WorkloadState::Checking);
  const std::uint64_t done = run.progress.done.load();
  run.progress.setMessage("waiting until all of it is persisted");
  // Short waits, so that quitting need not wait for a database that is away.
  for (;;) {
    const Status flushed = m_environment.port->flushAndWait(m_environment.clock->steadyNow() +
                                                            std::chrono::milliseconds(500));
    if (run.abandoned.load()) return finish(run, WorkloadState::Cancelled, "ended without a check");
    if (flushed.isOk()) break;
    if (flushed.code() != StatusCode::Deadline && flushed.code() != StatusCode::Unavailable) {
      return finish(run, WorkloadState::Failed, flushed.message());
    }
  }
  run.progress.setMessage("comparing the database with what was accepted");
  const Result<std::string> checked = run.workload->check(context);
  run.progress.done.store(done);
  if (!checked) return finish(run, WorkloadState::Failed, checked.status().message());
  finish(run, WorkloadState::Passed, *checked);
}

Status WorkloadRunner::prepareAndRun(Run& run, WorkloadContext& context) {
  if (const std::string schema = run.workload->schema(); !schema.empty()) {
    RETURN_IF_ERROR(m_environment.makeTables(schema));
  }
  return run.workload->run(context);
}

void WorkloadRunner::finish(Run& run, WorkloadState state, const std::string& message) {
  run.progress.setMessage(message);
  run.state.store(state);
  Event event;
  event.kind = EventKind::Workload;
  event.severity = state == WorkloadState::Failed ? Severity::Critical : Severity::Info;
  event.what = "workload " + run.name + ": " + message;
  m_environment.event(std::move(event));
}

WorkloadSnapshot WorkloadRunner::snapshot() const {
  std::shared_ptr<Run> run;
  {
    MutexLock lock(m_mutex);
    run = m_run;
  }
  WorkloadSnapshot snapshot;
  if (!run) return snapshot;
  snapshot.name = run->name;
  snapshot.state = run->state.load();
  snapshot.message = run->progress.message();
  snapshot.done = run->progress.done.load(std::memory_order_relaxed);
  snapshot.total = run->progress.total.load(std::memory_order_relaxed);
  snapshot.rejected = run->progress.rejected.load(std::memory_order_relaxed);
  snapshot.shed = run->progress.shed.load(std::memory_order_relaxed);
  snapshot.ratePerSecond = run->settings.ratePerSecond;
  const std::chrono::duration<double> spent = m_environment.clock->steadyNow() - run->began;
  if (snapshot.state == WorkloadState::Running && snapshot.total > snapshot.done &&
      snapshot.done > 0 && spent.count() > 1) {
    const double left = static_cast<double>(snapshot.total - snapshot.done);
    snapshot.secondsLeft = spent.count() * left / static_cast<double>(snapshot.done);
  }
  return snapshot;
}

}  // namespace penstock
