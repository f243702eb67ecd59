// SPDX-License-Identifier: Apache-2.0
// Everything that a configuration can say about a node, as values with the defaults of an empty
// file. Read from TOML by app/application/config_file; what may change while running is changed by
// commands.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/roles/lag_watch.h"
#include "model/limits.h"
#include "model/table_policy.h"

namespace penstock {

struct NodeOptions {
  std::string name = "embedded";
  std::string environment = "local";  ///< local, stage, prod
};

enum class JournalSync : std::uint8_t {
  Always,    ///< journaled is told when it is synced
  Interval,  ///< journaled is told when it is written; it is synced a little later
};

struct JournalOptions {
  JournalSync sync = JournalSync::Always;
  std::chrono::milliseconds syncInterval = limits::kSyncIntervalDefault;  ///< with Interval
  std::uint64_t segmentBytes = limits::kSegmentBytesDefault;
  std::uint64_t diskBudgetBytes = limits::kDiskBudgetDefault;
  std::uint64_t freeSpaceFloorBytes = limits::kFreeSpaceFloorDefault;
  std::chrono::seconds retain = std::chrono::hours(1);
};

struct FlushOptions {
  std::uint32_t workers = limits::kWorkersDefault;
  std::uint32_t batchRows = limits::kBatchRowsDefault;
  std::uint64_t batchBytes = limits::kBatchBytesDefault;
  std::chrono::milliseconds linger = limits::kLingerDefault;
  std::chrono::milliseconds targetCommit = limits::kTargetCommitDefault;
};

struct RetryOptions {
  std::chrono::milliseconds initial = limits::kRetryInitialDefault;
  std::chrono::milliseconds max = limits::kRetryMaxDefault;
};

struct SinkOptions {
  std::string name = "primary";
  std::string role = "primary";
  std::string driver = "sqlite";
  std::string database;  ///< SQLite: a file; empty: in the data directory. Servers: its name there
  // Of a server.
  std::string host;          ///< several, with commas: the one that can be written to; empty: here
  std::uint16_t port = 0;    ///< 0: the driver's own
  std::string user;          ///< empty: that of the process
  std::string passwordFile;  ///< whose first line is the password; empty: none, or the driver's way
  std::string options;       ///< more settings of the connection: `sslmode=verify-full …`
  std::string directory;     ///< of an archive; empty: DATA_DIR/NAME
  std::string schemaFile;    ///< SQL that is run once at the start
  LagLimit maxLag;           ///< of a mirror or standby
  std::string eventTable;    ///< where each change set is a row; empty: nowhere
  FlushOptions flush;
};

struct EngineOptions {
  NodeOptions node;
  std::string dataDirectory;
  std::uint64_t memoryBudgetBytes = limits::kMemoryBudgetDefault;
  std::chrono::milliseconds drainTimeout = limits::kDrainTimeoutDefault;
  std::size_t knownIds = limits::kKnownIdsDefault;
  JournalOptions journal;
  RetryOptions retry;
  std::vector<SinkOptions> sinks{SinkOptions{}};
  std::vector<TablePolicy> tables;
  std::chrono::hours history = std::chrono::days(7);
};

}  // namespace penstock
