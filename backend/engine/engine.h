// SPDX-License-Identifier: Apache-2.0
// A whole node in one object: journal, intake, sinks, sampler, control. Starting and stopping
// happen here, in order; how a change set goes through is in pipeline.h.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "engine/commands.h"
#include "engine/engine_link.h"
#include "engine/options.h"
#include "engine/submit.h"
#include "metrics/event_log.h"
#include "metrics/sampler.h"
#include "metrics/snapshot_ring.h"
#include "store/store.h"

namespace penstock {

class Pipeline;
class NodeControl;

/// Something else of the node that commands start and stop, and the sampler shows: workloads.
/// Threads: start and stop on the control thread, snapshot on the sampler's.
class WorkloadHost {
 public:
  virtual ~WorkloadHost() = default;
  virtual Status start(const Command& command) = 0;
  virtual Status stop() = 0;
  virtual WorkloadSnapshot snapshot() const = 0;
};

struct EngineDependencies {
  FileSystem* files = nullptr;
  const Clock* clock = nullptr;
  /// Opens the store of a sink; chosen by its driver.
  std::function<Result<std::unique_ptr<Store>>(const SinkOptions&)> openStore;
  /// Called with each sample, after it was published (the history).
  std::vector<Sampler::Hook> sampleHooks;
};

/// What stop() left.
struct StopReport {
  std::uint64_t persisted = 0;  ///< change sets, during the drain
  std::uint64_t left = 0;       ///< change sets in the journal for the next start
  Status status;                ///< not ok: the drain did not end in time, or could not
  /// Sinks beside the primary that lack some: the next start carries on there too.
  struct Behind {
    std::string sink;
    std::uint64_t lacks = 0;  ///< change sets
  };
  std::vector<Behind> behind = {};
};

/// Threads: any, unless said otherwise.
class Engine {
 public:
  /// Opens journal and stores, recovers, starts the threads; intake is open when this returns.
  /// Errors: Conflict (another process has the directory), Corrupt, Unavailable, Invalid, IoError.
  static Result<std::unique_ptr<Engine>> start(EngineOptions options,
                                               EngineDependencies dependencies);
  /// Stops without a drain.
  ~Engine();

  SubmitPort& port();
  const SnapshotRing& samples() const;
  EventLog& events();
  const EngineOptions& options() const;
  /// Of the sink that is the primary now.
  const SinkOptions& primary() const;

  /// Counters and quantiles since the start, read now; also after stop().
  Snapshot totals() const;

  void send(Command command);
  std::vector<CommandAnswer> takeAnswers();
  /// Before the first command; null takes it away. The host outlives the engine or is taken away.
  void setWorkloadHost(WorkloadHost* host);

  /// Runs SQL in the primary and takes its tables into the catalog. Errors: Invalid, Unavailable.
  Status runSchema(std::string_view sql);
  /// A page of what waits, or of the dead letters.
  BrowsePage browse(const BrowseRequest& request);

  /// Closes intake, drains for at most `timeout` (not a sink that is paused), ends all threads.
  /// Once; from the owning thread.
  StopReport stop(std::chrono::milliseconds timeout);

 private:
  Engine(EngineOptions options, EngineDependencies dependencies);
  Status startParts();
  void stopThreads();

  struct Parts;
  std::unique_ptr<Parts> m_parts;
};

}  // namespace penstock
