// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/sink_report.h"

#include <sys/vfs.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "app/application/sink_stores.h"
#include "store/sqlite/sqlite_store.h"

namespace penstock::app {
namespace {

struct NetworkFileSystem {
  std::uint32_t type;  ///< of statfs(2)
  const char* name;
};

constexpr NetworkFileSystem kNetworkFileSystems[] = {
    {0x6969, "NFS"},        {0x517b, "SMB"},      {0xff534d42, "CIFS"}, {0xfe534d42, "SMB2"},
    {0x5346414f, "AFS"},    {0x73757245, "Coda"}, {0x00c36400, "Ceph"}, {0x01021997, "9P"},
    {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"}};

Result<StoreHealth> healthOf(const SinkOptions& sink, SinkReport& report) {
  if (sink.driver == "sqlite") {
    SqliteOptions options;
    options.path = sink.database;
    report.statements = statementsOf(SqliteStore::scriptOfOwnTables());
    return SqliteStore::readHealth(options);
  }
  Result<std::unique_ptr<Store>> store = openStore(sink);
  if (!store) return store.status();
  report.target = (*store)->describeTarget();
  report.statements = statementsOf((*store)->ownTablesScript());
  return (*store)->readHealth();
}

}  // namespace

std::vector<std::string> statementsOf(const std::string& script) {
  std::vector<std::string> statements;
  for (std::size_t begin = 0; begin < script.size();) {
    const std::size_t end = std::min(script.find(';', begin), script.size());
    if (end > begin) statements.push_back(script.substr(begin, end - begin));
    begin = end + 1;
  }
  return statements;
}

std::string networkFileSystemOf(const std::string& path) {
  std::error_code error;
  std::filesystem::path there = std::filesystem::absolute(path, error);
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  struct statfs found {};
  if (::statfs(there.c_str(), &found) != 0) return {};
  const auto type = static_cast<std::uint32_t>(found.f_type);
  const auto* known = std::ranges::find(kNetworkFileSystems, type, &NetworkFileSystem::type);
  return known == std::end(kNetworkFileSystems) ? std::string() : known->name;
}

SinkReport lookAtSink(const SinkOptions& sink) {
  SinkReport report;
  report.sink = sink.name;
  const bool isArchive = sink.driver == "archive";
  const std::string& place = isArchive ? sink.directory : sink.database;
  report.target = sink.driver + " " + place;
  if (isArchive || sink.driver == "sqlite") report.fileSystem = networkFileSystemOf(place);
  if (isArchive) return report;
  Result<StoreHealth> health = healthOf(sink, report);
  if (!health) {
    report.status = health.status();
    return report;
  }
  report.health = std::move(*health);
  Result<Catalog> catalog = previewStore(sink);
  report.status = catalog.status();
  if (catalog) report.catalog = std::move(*catalog);
  return report;
}

NodeReport lookAtNode(const EngineOptions& options) {
  NodeReport report;
  report.fileSystem = networkFileSystemOf(options.dataDirectory);
  for (const SinkOptions& sink : options.sinks) report.sinks.push_back(lookAtSink(sink));
  return report;
}

std::vector<std::string> missingTables(const SinkReport& report, const Catalog& primary,
                                       std::span<const TablePolicy> policies) {
  std::vector<std::string> missing;
  for (const Table& table : primary.tables()) {
    const auto policy = std::ranges::find(policies, table.name, &TablePolicy::name);
    const bool isWanted = policy == policies.end() || policy->goesTo(report.sink);
    if (isWanted && report.catalog.find(table.name) == nullptr) missing.push_back(table.name);
  }
  return missing;
}

}  // namespace penstock::app
