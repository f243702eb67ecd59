// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "app/application/application.h"
#include "app/application/config_file.h"
#include "app/daemon/calls.h"
#include "base/file_system.h"

namespace penstock::app {
namespace {

/// What is allowed and yet seldom wanted.
void printAdvice(const EngineOptions& options, const Catalog& catalog) {
  for (const SinkOptions& sink : options.sinks) {
    if (sink.driver == "sqlite" && sink.flush.workers > 8) {
      std::printf(
          "advice: sink %s: SQLite commits one at a time: %u workers prepare, they do not "
          "commit (4 are plenty)\n",
          sink.name.c_str(), sink.flush.workers);
    }
  }
  for (const Table& table : catalog.tables()) {
    if (table.key.empty()) {
      std::printf("advice: table %s has no primary key: only inserts are possible\n",
                  table.name.c_str());
    }
    if (table.hasTriggers) {
      std::printf("advice: table %s has triggers: its changes are applied one by one\n",
                  table.name.c_str());
    }
  }
  for (const TablePolicy& policy : options.tables) {
    if (catalog.find(policy.name) != nullptr) continue;
    std::printf("advice: [[table]] %s: there is no such table in the database\n",
                policy.name.c_str());
  }
}

/// Whether the data directory takes files.
Status checkDirectory(const std::string& directory) {
  FileSystem& files = posixFileSystem();
  RETURN_IF_ERROR(files.createDirectories(directory));
  const std::string probe = directory + "/.write-probe";
  RETURN_IF_ERROR(replaceFile(files, probe, "probe"));
  return files.remove(probe);
}

}  // namespace

ExitCode checkCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(words, {"--data-dir"}, {});
  if (!arguments) return fail(arguments.status());
  if (arguments->positional().size() != 1) {
    return fail({StatusCode::Invalid, "check: which configuration file?"});
  }
  Result<EngineOptions> read = readConfigFile(arguments->positional().front());
  if (!read) return fail({StatusCode::Invalid, read.status().message()});
  std::string directory = arguments->value("--data-dir").value_or(read->dataDirectory);
  if (directory.empty()) {
    return fail({StatusCode::Invalid, "[engine] data_dir is not set (or give --data-dir)"});
  }
  const EngineOptions options = withDefaults(std::move(*read), directory);
  if (const Status usable = checkDirectory(options.dataDirectory); !usable.isOk()) {
    return fail(usable.withContext("data_dir"));
  }
  const Result<std::unique_ptr<Store>> store = openStore(options.sinks.front());
  if (!store) return fail(store.status().withContext("sink " + options.sinks.front().name));
  const Result<Catalog> catalog = (*store)->readCatalog();
  if (!catalog) return fail(catalog.status());
  std::printf("data directory %s: writable\nsink %s: %s\n", options.dataDirectory.c_str(),
              options.sinks.front().name.c_str(), (*store)->describeTarget().c_str());
  for (const Table& table : catalog->tables()) {
    std::printf("table %s: %zu columns, key of %zu\n", table.name.c_str(), table.columns.size(),
                table.key.size());
  }
  printAdvice(options, *catalog);
  std::puts("good");
  return ExitCode::Good;
}

}  // namespace penstock::app
