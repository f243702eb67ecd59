// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "app/application/application.h"
#include "app/application/sink_stores.h"
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

/// Whether files can be made in `directory`, or it in the nearest one above that is there.
Status checkDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::path there = std::filesystem::absolute(directory, error);
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  if (!std::filesystem::is_directory(there, error)) {
    return {StatusCode::IoError, there.string() + ": is no directory (name another)"};
  }
  if (::access(there.c_str(), W_OK | X_OK) == 0) return Status::ok();
  return {StatusCode::Forbidden, there.string() + ": cannot be written to (check its rights)"};
}

/// SQLite makes its file, never a directory.
Status checkDatabasePlace(const EngineOptions& options, const SinkOptions& sink) {
  if (sink.driver != "sqlite") return Status::ok();
  const std::string& database = sink.database;
  const std::filesystem::path parent = std::filesystem::path(database).parent_path();
  std::error_code error;
  if (parent.empty() || parent == std::filesystem::path(options.dataDirectory) ||
      std::filesystem::is_directory(parent, error)) {
    return Status::ok();
  }
  return {StatusCode::NotFound,
          database + ": there is no directory " + parent.string() + " (make it)"};
}

const char* presence(const std::string& path) {
  return posixFileSystem().exists(path) ? "" : " (will be made)";
}

/// All that a start would stumble over, without making anything. Returns the catalogs of the sinks,
/// the primary's first.
Result<std::vector<Catalog>> checkAll(const EngineOptions& options) {
  RETURN_IF_ERROR(checkDirectory(options.dataDirectory).withContext("data_dir"));
  std::vector<Catalog> catalogs;
  for (const SinkOptions& sink : options.sinks) {
    RETURN_IF_ERROR(checkDatabasePlace(options, sink).withContext("sink " + sink.name));
    if (sink.driver == "archive") {
      RETURN_IF_ERROR(checkDirectory(sink.directory).withContext("sink " + sink.name));
      catalogs.emplace_back();  // whatever comes
      continue;
    }
    Result<Catalog> catalog = previewStore(sink);
    if (!catalog) return catalog.status().withContext("sink " + sink.name);
    catalogs.push_back(std::move(*catalog));
  }
  return catalogs;
}

/// What goes to a sink that does not hold it is parked there.
void printMissing(const EngineOptions& options, const std::vector<Catalog>& catalogs) {
  for (std::size_t i = 1; i < catalogs.size(); ++i) {
    const std::string& sink = options.sinks[i].name;
    if (options.sinks[i].driver == "archive") continue;
    for (const Table& table : catalogs.front().tables()) {
      const auto policy = std::ranges::find(options.tables, table.name, &TablePolicy::name);
      const bool isWanted = policy == options.tables.end() || policy->goesTo(sink);
      if (!isWanted || catalogs[i].find(table.name) != nullptr) continue;
      std::printf(
          "advice: sink %s has no table %s: what comes for it is parked there (make it, or name "
          "the sinks of the table)\n",
          sink.c_str(), table.name.c_str());
    }
  }
}

}  // namespace

ExitCode checkCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(words, {"--data-dir"}, {});
  if (!arguments) return fail(arguments.status());
  if (arguments->positional().size() != 1) {
    return fail({StatusCode::Invalid, "check: which configuration file? (write check FILE)"});
  }
  const Result<EngineOptions> options = optionsFrom(*arguments, arguments->positional().front());
  if (!options) return fail(options.status());
  const Result<std::vector<Catalog>> catalogs = checkAll(*options);
  if (!catalogs) return fail(catalogs.status());
  std::printf("data directory %s: writable%s\n", options->dataDirectory.c_str(),
              presence(options->dataDirectory));
  for (const SinkOptions& sink : options->sinks) {
    const std::string& place = sink.driver == "archive" ? sink.directory : sink.database;
    const bool isServer = sink.driver != "archive" && sink.driver != "sqlite";
    std::printf("sink %s: %s %s%s\n", sink.name.c_str(), sink.driver.c_str(), place.c_str(),
                isServer ? "" : presence(place));
  }
  const Catalog& catalog = catalogs->front();
  for (const Table& table : catalog.tables()) {
    std::printf("table %s: %zu columns, key of %zu\n", table.name.c_str(), table.columns.size(),
                table.key.size());
  }
  printAdvice(*options, catalog);
  printMissing(*options, *catalogs);
  std::puts("good");
  return ExitCode::Good;
}

}  // namespace penstock::app
