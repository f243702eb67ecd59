// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "app/application/application.h"
#include "app/application/sink_stores.h"
#include "app/application/stream_source.h"
#include "app/daemon/calls.h"
#include "app/daemon/event_teller.h"
#include "app/daemon/stop_request.h"
#include "app/daemon/summary.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "journal/file/segment_files.h"
#include "model/limits.h"
#include "workload/replay.h"

namespace penstock::app {
namespace {

struct ReplayPlan {
  EngineOptions options;
  ReplayOptions replay;
  std::string schemaFile;
  std::string schema;  ///< its content
  double rate = 0;
  SummaryForm form = SummaryForm::People;
};

Status withNameHint(const Status& status) {
  if (status.code() != StatusCode::NotFound) return status;
  return {status.code(), status.message() + " (is the name right?)"};
}

/// All of a file that may be a pipe.
Result<std::string> readAll(const std::string& path) {
  auto source = openSource(path);
  if (!source) return source.status();
  std::string text;
  std::vector<std::byte> block(1024 * 1024);
  for (;;) {
    const Result<std::size_t> count = (*source)->read(block);
    if (!count) return count.status().withContext(path);
    if (*count == 0) return text;
    text.append(reinterpret_cast<const char*>(block.data()), *count);
    if (text.size() <= limits::kSchemaBytesMax) continue;
    return Status(StatusCode::Invalid, path + ": longer than " + byteText(limits::kSchemaBytesMax) +
                                           " (load data by change sets, not by the schema)");
  }
}

/// Before anything is made on disk.
Status checkFiles(const std::vector<std::string>& files, const std::string& source) {
  if (files.empty()) {
    return {StatusCode::Invalid, "replay: which file? (name one or more, or - for standard input)"};
  }
  if (!source.empty() && files.size() > 1) {
    return {StatusCode::Invalid,
            "--source: names the lines of one file, and " + std::to_string(files.size()) +
                " are given (leave it out: each is remembered under its path; or replay one by "
                "one)"};
  }
  if (std::ranges::count(files, "-") > 1) {
    return {StatusCode::Invalid, "replay: standard input can be read once (write - once)"};
  }
  for (const std::string& file : files) {
    if (isStream(file)) continue;
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) {
      return {StatusCode::Invalid, file + ": is a directory (name its files)"};
    }
    const auto opened = openSource(file);
    if (!opened) return withNameHint(opened.status()).withContext("replay");
  }
  return Status::ok();
}

Result<ReplayPlan> planFrom(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(
      words, {"--config", "--data-dir", "--schema", "--rate", "--producers", "--source"},
      {"--json"});
  if (!arguments) return arguments.status();
  ReplayPlan plan;
  const std::string source = arguments->value("--source").value_or("");
  RETURN_IF_ERROR(checkFiles(arguments->positional(), source));
  for (const std::string& file : arguments->positional()) {
    plan.replay.files.push_back(replayFile(file, source));
  }
  Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return options.status();
  plan.options = std::move(*options);
  const Result<std::uint64_t> rate = arguments->number("--rate", 1, 0);
  if (!rate) return rate.status();
  const Result<std::uint64_t> producers = arguments->number("--producers", 1, 1);
  if (!producers) return producers.status();
  if (*producers > limits::kWorkersMax) {
    return Status(StatusCode::Invalid, "--producers: " + std::to_string(*producers) +
                                           " is too many (at most " +
                                           std::to_string(limits::kWorkersMax) + ")");
  }
  plan.rate = static_cast<double>(*rate);
  plan.replay.openSource = openSource;
  plan.replay.producers = static_cast<std::uint32_t>(*producers);
  if (const auto schemaFile = arguments->value("--schema")) {
    Result<std::string> schema = readAll(*schemaFile);
    if (!schema) return withNameHint(schema.status()).withContext("--schema");
    plan.schemaFile = *schemaFile;
    plan.schema = std::move(*schema);
  }
  if (arguments->has("--json")) plan.form = SummaryForm::Json;
  return plan;
}

void reportRefusal(const std::string& file, std::uint64_t line, const Status& status) {
  std::fprintf(stderr, "penstockd: %s:%llu: %s\n", escapeForLog(file).c_str(),
               static_cast<unsigned long long>(line), escapeForLog(status.message()).c_str());
}

/// All lines are journaled, and somebody has paused the sink: nobody can resume it meanwhile.
bool waitsForResume(Application& application) {
  if (application.workloads().snapshot().state != WorkloadState::Checking) return false;
  const SnapshotPointer sample = application.engine().samples().newest();
  return sample && sample->sinks.front().state == SinkState::Paused;
}

/// Waits for the workload; a signal, or a sink that was left paused, ends it early. Returns whether
/// it was.
bool waitForEnd(Application& application, StopRequest& stop) {
  EventTeller outages(application.engine().events(), EventTeller::What::Outages);
  bool stopped = false;
  while (application.workloads().isRunning() && !stopped) {
    stopped = stop.waitFor(std::chrono::milliseconds(20)) || waitsForResume(application);
    outages.tell();
  }
  outages.tell();
  return stopped;
}

Result<std::uint64_t> deadLettersIn(Engine& engine) {
  BrowseRequest request;
  request.subject = BrowseSubject::DeadLetters;
  request.rowsMax = 1;
  const BrowsePage page = engine.browse(request);
  if (!page.status.isOk()) return page.status.withContext("the database cannot be read at the end");
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, page.total));
}

/// Before the node starts: what an earlier run left in the journal may need these tables.
Status runSchema(const ReplayPlan& plan) {
  if (plan.schemaFile.empty()) return Status::ok();
  FileSystem& files = posixFileSystem();
  const std::string journal = plan.options.dataDirectory + "/journal";
  RETURN_IF_ERROR(files.createDirectories(journal));
  const auto lock =
      files.lock(journal + "/" + std::string(kJournalLockName), "penstockd replay --schema");
  if (!lock) return lock.status();
  const Result<std::unique_ptr<Store>> store = openStore(plan.options.sinks.front());
  if (!store) return store.status();
  return (*store)->runScript(plan.schema).withContext(plan.schemaFile);
}

}  // namespace

ExitCode replayCall(const Words& words) {
  Result<ReplayPlan> plan = planFrom(words);
  if (!plan) return fail(plan.status());
  StopRequest stop;
  const SteadyTime began = systemClock().steadyNow();
  const std::chrono::milliseconds drainTimeout = plan->options.drainTimeout;
  if (const Status schema = runSchema(*plan); !schema.isOk()) return fail(schema);
  Result<std::unique_ptr<Application>> started =
      Application::start(std::move(plan->options), KeepHistory::No);
  if (!started) return fail(started.status());
  Application& application = **started;
  auto replay = std::make_unique<Replay>(posixFileSystem(), std::move(plan->replay), reportRefusal);
  const Replay* counted = replay.get();
  const Status running = application.workloads().start(std::move(replay), {plan->rate, 1});
  if (!running.isOk()) return fail(running);
  const bool interrupted = waitForEnd(application, stop);
  if (interrupted) application.workloads().abandon();

  const Result<std::uint64_t> deadLetters = deadLettersIn(application.engine());
  const WorkloadSnapshot outcome = application.workloads().snapshot();
  const bool drains = interrupted || outcome.state == WorkloadState::Passed;
  const StopReport end = application.stop(drains ? drainTimeout : std::chrono::seconds(1));
  ReplaySummary summary = summarize(counted->counts(), application.engine());
  summary.deadLettersWaiting = deadLetters ? *deadLetters : 0;
  summary.seconds = std::chrono::duration<double>(systemClock().steadyNow() - began).count();
  printSummary(summary, plan->form);
  if (interrupted) {
    std::fprintf(stderr, "penstockd: %s; run again to go on\n",
                 escapeForLog(describe(end)).c_str());
    return ExitCode::Failed;
  }
  if (outcome.state != WorkloadState::Passed) {
    return fail({StatusCode::IoError, outcome.message});
  }
  if (!end.behind.empty()) {
    std::fprintf(stderr, "penstockd: %s\n", escapeForLog(describe(end)).c_str());
  }
  // The database is gone at the end: what was persisted is not to be found there.
  if (!deadLetters) return fail(deadLetters.status());
  // Also what an earlier run left: a script that goes on until 0 must not take it for done.
  const bool whole = summary.deadLetters + summary.deadLettersWaiting + summary.rejected +
                         summary.rejectedBefore + summary.shed + summary.shedBefore ==
                     0;
  return whole ? ExitCode::Good : ExitCode::Differences;
}

}  // namespace penstock::app
