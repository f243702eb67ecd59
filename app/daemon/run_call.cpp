// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <cstdio>

#include "app/application/application.h"
#include "app/daemon/calls.h"
#include "app/daemon/event_teller.h"
#include "app/daemon/stop_request.h"
#include "base/log.h"

namespace penstock::app {
ExitCode runCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--config", "--data-dir"}, {});
  if (!arguments) return fail(arguments.status());
  if (!arguments->positional().empty()) {
    return fail({StatusCode::Invalid, "run: takes no '" + arguments->positional().front() +
                                          "' (options only: see penstockd --help)"});
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
  EventTeller events((*application)->engine().events(), EventTeller::What::All);
  while (!stop.waitFor(std::chrono::milliseconds(250))) events.tell();
  const StopReport report = (*application)->stop(drainTimeout);
  events.tell();
  std::fprintf(stderr, "penstockd: %s\n", escapeForLog(describe(report)).c_str());
  return ExitCode::Good;
}

}  // namespace penstock::app
