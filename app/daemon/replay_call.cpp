// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "app/application/application.h"
#include "app/daemon/calls.h"
#include "app/daemon/stop_request.h"
#include "app/daemon/summary.h"
#include "base/log.h"
#include "base/number_text.h"
#include "workload/replay.h"

namespace penstock::app {
namespace {

struct ReplayPlan {
  EngineOptions options;
  ReplayOptions replay;
  std::string schemaFile;
  double rate = 0;
  SummaryForm form = SummaryForm::People;
};

Result<ReplayPlan> planFrom(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(
      words, {"--config", "--data-dir", "--schema", "--rate", "--producers", "--source"},
      {"--json"});
  if (!arguments) return arguments.status();
  ReplayPlan plan;
  if (arguments->positional().empty()) return Status(StatusCode::Invalid, "replay: which file?");
  for (const std::string& file : arguments->positional()) {
    plan.replay.files.push_back(replayFile(file, arguments->value("--source").value_or("")));
  }
  Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return options.status();
  plan.options = std::move(*options);
  const Result<std::uint64_t> rate = arguments->number("--rate", 1, 0);
  if (!rate) return rate.status();
  const Result<std::uint64_t> producers = arguments->number("--producers", 1, 1);
  if (!producers) return producers.status();
  if (*producers > limits::kWorkersMax) {
    return Status(StatusCode::Invalid,
                  "--producers: at most " + std::to_string(limits::kWorkersMax));
  }
  plan.rate = static_cast<double>(*rate);
  plan.replay.producers = static_cast<std::uint32_t>(*producers);
  plan.schemaFile = arguments->value("--schema").value_or("");
  if (arguments->has("--json")) plan.form = SummaryForm::Json;
  return plan;
}

Status runSchema(Application& application, const std::string& file) {
  if (file.empty()) return Status::ok();
  const Result<std::string> sql = readWholeFile(posixFileSystem(), file);
  if (!sql) return sql.status();
  return application.engine().runSchema(*sql).withContext(file);
}

void reportRefusal(const std::string& file, std::uint64_t line, const Status& status) {
  std::fprintf(stderr, "penstockd: %s:%llu: %s\n", escapeForLog(file).c_str(),
               static_cast<unsigned long long>(line), escapeForLog(status.message()).c_str());
}

/// Waits for the workload; a signal ends it early. Returns whether one came.
bool waitForEnd(const WorkloadRunner& runner, StopRequest& stop) {
  while (runner.isRunning()) {
    if (stop.waitFor(std::chrono::milliseconds(20))) return true;
  }
  return false;
}

std::uint64_t deadLettersIn(Engine& engine) {
  BrowseRequest request;
  request.subject = BrowseSubject::DeadLetters;
  request.rowsMax = 1;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, engine.browse(request).total));
}

}  // namespace

ExitCode replayCall(const Words& words) {
  Result<ReplayPlan> plan = planFrom(words);
  if (!plan) return fail(plan.status());
  StopRequest stop;
  const SteadyTime began = systemClock().steadyNow();
  const std::chrono::milliseconds drainTimeout = plan->options.drainTimeout;
  Result<std::unique_ptr<Application>> started =
      Application::start(std::move(plan->options), KeepHistory::No);
  if (!started) return fail(started.status());
  Application& application = **started;
  if (const Status schema = runSchema(application, plan->schemaFile); !schema.isOk()) {
    return fail(schema);
  }
  auto replay = std::make_unique<Replay>(posixFileSystem(), std::move(plan->replay), reportRefusal);
  const Replay* counted = replay.get();
  const Status running = application.workloads().start(std::move(replay), {plan->rate, 1});
  if (!running.isOk()) return fail(running);
  const bool interrupted = waitForEnd(application.workloads(), stop);
  if (interrupted) application.workloads().abandon();

  const std::uint64_t deadLetters = deadLettersIn(application.engine());
  const WorkloadSnapshot outcome = application.workloads().snapshot();
  const StopReport end = application.stop(interrupted ? drainTimeout : std::chrono::seconds(1));
  ReplaySummary summary = summarize(counted->counts(), application.engine());
  summary.deadLettersWaiting = deadLetters;
  summary.seconds = std::chrono::duration<double>(systemClock().steadyNow() - began).count();
  printSummary(summary, plan->form);
  if (interrupted) {
    std::fprintf(
        stderr, "penstockd: stopped; %s change sets are left in the journal (run again to go on)\n",
        groupedNumber(end.left).c_str());
    return ExitCode::Failed;
  }
  if (outcome.state != WorkloadState::Passed) {
    return fail({StatusCode::IoError, outcome.message});
  }
  // Also what an earlier run left: a script that goes on until 0 must not take it for done.
  const bool whole = summary.deadLetters + summary.deadLettersWaiting + summary.rejected +
                         summary.rejectedBefore ==
                     0;
  return whole ? ExitCode::Good : ExitCode::Differences;
}

}  // namespace penstock::app
