// SPDX-License-Identifier: GPL-3.0-or-later
// What both programs have in common: an engine with its store, the history of its metrics, the
// built-in workloads and the reading of tables for people, started and ended in order.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "engine/engine_link.h"
#include "metrics/history/history.h"
#include "store/qtsql/table_browser.h"
#include "workload/replay.h"
#include "workload/workload_runner.h"

namespace penstock::app {

enum class KeepHistory : std::uint8_t { No, Yes };

/// Threads: made, stopped and destroyed by one; needs a QCoreApplication when history is kept.
/// Owns: all that it starts.
class Application final : private WorkloadHost {
 public:
  /// Errors: those of Engine::start, with what to do next.
  static Result<std::unique_ptr<Application>> start(EngineOptions options, KeepHistory history);
  ~Application() override;

  Engine& engine() { return *m_engine; }
  WorkloadRunner& workloads() { return *m_workloads; }
  /// For a window; must end before this does.
  std::unique_ptr<EngineLink> makeLink();
  /// Ends workloads, drains for at most `timeout`, stops everything. Once.
  StopReport stop(std::chrono::milliseconds timeout);
  /// Reads a whole table of the primary; see TableReader.
  TableReader tableReader() const;

 private:
  Application() = default;
  void startWorkloads();
  void startHistory();
  BrowsePage browse(const BrowseRequest& request) const;
  HistoryPage readHistory(const HistoryRequest& request) const;
  EngineOptions optionsNow() const;
  /// Of what is in the database of a sink now; empty: the primary.
  Result<TableBrowser> browser(const std::string& sink) const;

  Status start(const Command& command) override;
  Status stop() override;
  WorkloadSnapshot snapshot() const override { return m_workloads->snapshot(); }

  std::unique_ptr<Engine> m_engine;
  std::unique_ptr<History> m_history;
  std::atomic<History*> m_historyHook{nullptr};  // the sampler's way to it
  std::unique_ptr<WorkloadRunner> m_workloads;
};

/// What a stop has persisted and left, and that nothing of it is lost: for people, one line.
std::string describe(const StopReport& report);

/// Tells the first lines that a replay refuses or sheds as events, and that there are more: all of
/// them would push everything else out of the log. Threads: any. Borrows.
RefusalReport tellRefusals(EventLog& events);

/// A file to replay: its lines are remembered under `source`, else under its canonical path; those
/// of standard input or a pipe only when they are named.
ReplayFile replayFile(const std::string& path, const std::string& source);

/// The defaults of an empty configuration in `directory`; what is set stays.
EngineOptions withDefaults(EngineOptions options, const std::string& directory);

}  // namespace penstock::app
