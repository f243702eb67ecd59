// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that can be found out about a sink without starting it: whether its database can be
// reached, what it holds, what the user may, what a start would run. For `penstockd check`, for the
// page Configuration health, and before a sink is added.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "engine/options.h"
#include "model/catalog.h"
#include "store/store_health.h"

namespace penstock::app {

struct SinkReport {
  std::string sink;
  std::string target;  ///< driver and place, without secrets
  Status status;       ///< why no more could be found out
  Catalog catalog;     ///< also what its schema_file would make (SQLite); empty of an archive
  StoreHealth health;
  std::vector<std::string> statements;  ///< that a start runs, for the tables of our own
  std::string fileSystem;  ///< of a file: `NFS` …, where it is one of another machine; else empty
};

/// Asks the database, which may take as long as its timeouts; makes and changes nothing.
/// Threads: any; with Qt SQL each report on one thread.
SinkReport lookAtSink(const SinkOptions& sink);

struct NodeReport {
  std::string fileSystem;         ///< of the data directory, likewise
  std::vector<SinkReport> sinks;  ///< in the order of the options
};
/// The same of all sinks, one after another.
NodeReport lookAtNode(const EngineOptions& options);

/// Tables of the primary that go to this sink and are not there: what comes for them is parked.
std::vector<std::string> missingTables(const SinkReport& report, const Catalog& primary,
                                       std::span<const TablePolicy> policies);

/// The statements of a script of ours, apart. Expects: no `;` within one.
std::vector<std::string> statementsOf(const std::string& script);

/// `NFS`, `SMB` …; empty: a disk of this machine, or not known.
std::string networkFileSystemOf(const std::string& path);

}  // namespace penstock::app
