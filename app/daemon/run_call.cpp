// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <cstdio>

#include "app/application/application.h"
#include "app/daemon/calls.h"
#include "app/daemon/stop_request.h"
#include "base/log.h"
#include "base/number_text.h"
#include "model/limits.h"

namespace penstock::app {
namespace {

/// What an operator should know, on stderr, since nobody watches a window here. Returns the number
/// of the last event seen.
std::uint64_t tellEvents(const EventLog& events, std::uint64_t after) {
  for (const Event& event : events.since(after, limits::kEventRing).events) {
    after = event.number;
    if (event.severity == Severity::Info) continue;
    std::fprintf(stderr, "penstockd: %s\n", escapeForLog(event.what).c_str());
  }
  return after;
}

}  // namespace

ExitCode runCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--config", "--data-dir"}, {});
  if (!arguments) return fail(arguments.status());
  if (!arguments->positional().empty()) {
    return fail({StatusCode::Invalid, "run: takes no '" + arguments->positional().front() + "'"});
  }
  Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return fail(options.status());
  const std::chrono::milliseconds drainTimeout = options->drainTimeout;
  StopRequest stop;
  Result<std::unique_ptr<Application>> application =
      Application::start(std::move(*options), KeepHistory::No);
  if (!application) return fail(application.status());
  std::printf("penstockd: running with %s (stop with SIGTERM)\n",
              (*application)->engine().options().dataDirectory.c_str());
  std::fflush(stdout);
  std::uint64_t told = 0;
  while (!stop.waitFor(std::chrono::milliseconds(250))) {
    told = tellEvents((*application)->engine().events(), told);
  }
  const StopReport report = (*application)->stop(drainTimeout);
  std::printf("penstockd: drained %s change sets; %s left in the journal for the next start\n",
              groupedNumber(report.persisted).c_str(), groupedNumber(report.left).c_str());
  return ExitCode::Good;
}

}  // namespace penstock::app
