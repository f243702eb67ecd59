// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "app/application/application.h"
#include "app/application/health_advice.h"
#include "app/application/sink_report.h"
#include "app/daemon/calls.h"
#include "base/file_system.h"
#include "base/log.h"

namespace penstock::app {
namespace {

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

/// All that a start would stumble over, without making anything.
Result<NodeReport> checkAll(const EngineOptions& options) {
  RETURN_IF_ERROR(checkDirectory(options.dataDirectory).withContext("data_dir"));
  for (const SinkOptions& sink : options.sinks) {
    RETURN_IF_ERROR(checkDatabasePlace(options, sink).withContext("sink " + sink.name));
    if (sink.driver != "archive") continue;
    RETURN_IF_ERROR(checkDirectory(sink.directory).withContext("sink " + sink.name));
  }
  NodeReport report = lookAtNode(options);
  for (const SinkReport& each : report.sinks) {
    if (!each.status.isOk()) return each.status.withContext("sink " + each.sink);
  }
  return report;
}

/// What a start runs there, and what it needs for that and for its work.
void printServer(const SinkOptions& sink, const SinkReport& report) {
  if (!report.health.server.empty()) std::printf("  server: %s\n", report.health.server.c_str());
  for (const StoreRight& each : report.health.rights) {
    const bool has = each.held == StoreRight::Held::Yes;
    std::printf("  %s: %s on %s\n", has ? "right" : "right MISSING", each.right.c_str(),
                each.on.c_str());
  }
  if (!sink.schemaFile.empty()) std::printf("  runs: %s\n", sink.schemaFile.c_str());
  if (report.health.hasOwnTables) return;
  for (const std::string& each : report.statements) std::printf("  runs: %s\n", each.c_str());
}

void printAdvice(const EngineOptions& options, const NodeReport& report) {
  for (const Advice& each : adviseOnAll(options, report)) {
    if (each.level == AdviceLevel::Good) continue;
    std::printf("advice: %s: %s\n", std::string(adviceLevelName(each.level)).c_str(),
                escapeForLog(lineOf(each)).c_str());
  }
}

/// Without them a start, or the first change set, fails.
Status checkRights(const NodeReport& report) {
  for (const SinkReport& sink : report.sinks) {
    for (const StoreRight& each : sink.health.rights) {
      if (each.held == StoreRight::Held::Yes) continue;
      return {StatusCode::Forbidden, "sink " + sink.sink + ": the user lacks " + each.right +
                                         " on " + each.on + " (" + each.grant + ")"};
    }
  }
  return Status::ok();
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
  const Result<NodeReport> report = checkAll(*options);
  if (!report) return fail(report.status());
  std::printf("data directory %s: writable%s\n", options->dataDirectory.c_str(),
              presence(options->dataDirectory));
  for (std::size_t i = 0; i < options->sinks.size(); ++i) {
    const SinkOptions& sink = options->sinks[i];
    const std::string& place = sink.driver == "archive" ? sink.directory : sink.database;
    const bool isServer = sink.driver != "archive" && sink.driver != "sqlite";
    std::printf("sink %s: %s %s%s\n", sink.name.c_str(), sink.driver.c_str(), place.c_str(),
                isServer ? "" : presence(place));
    printServer(sink, report->sinks[i]);
  }
  for (const Table& table : report->sinks.front().catalog.tables()) {
    std::printf("table %s: %zu columns, key of %zu\n", table.name.c_str(), table.columns.size(),
                table.key.size());
  }
  printAdvice(*options, *report);
  if (const Status rights = checkRights(*report); !rights.isOk()) return fail(rights);
  std::puts("good");
  return ExitCode::Good;
}

}  // namespace penstock::app
