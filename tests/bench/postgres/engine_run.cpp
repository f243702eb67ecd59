// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/engine_run.h"

#include "app/application/application.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kPersistedWithin = 10min;

}  // namespace

Result<Measured> measureEngine(const EngineRun& run, BenchDatabase& database,
                               const OpenSource& openSource) {
  EngineOptions options;
  options.sinks.front() = database.sink();
  options.sinks.front().flush.workers = run.workers;
  options.sinks.front().flush.batchRows = run.batchRows;
  auto application = app::Application::start(app::withDefaults(std::move(options), run.directory),
                                             app::KeepHistory::No);
  if (!application) return application.status();
  SubmitPort& port = (*application)->engine().port();
  const Result<SetSource> source = openSource(*port.catalog());
  if (!source) return source.status();
  const auto client = port.openClient("bench", nullptr);
  SubmitOptions submit;
  submit.notifyAt = AckLevel::Accepted;
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < run.changeSets; ++i) {
    RETURN_IF_ERROR(client->submitEncoded((*source)(i), submit).status);
  }
  const double cpuSeconds = watch.threadSeconds();
  RETURN_IF_ERROR(port.flushAndWait(systemClock().steadyNow() + kPersistedWithin));
  const double seconds = watch.seconds();
  RETURN_IF_ERROR((*application)->stop(10s).status);
  const Result<std::string> letters = database.ask("SELECT count(*) FROM penstock_dead_letter");
  if (!letters) return letters.status();
  if (*letters != "0") return Status(StatusCode::Conflict, *letters + " dead letters");
  return Measured{{static_cast<double>(run.changeSets) / seconds}, {}, 100 * cpuSeconds / seconds};
}

}  // namespace penstock::bench
