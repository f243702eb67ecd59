// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/sink_stores.h"

#include <utility>

#include "base/clock.h"
#include "base/file_system.h"
#include "store/archive/archive_store.h"
#include "store/postgres/postgres_store.h"
#include "store/qtsql/write/qtsql_store.h"
#include "store/sqlite/sqlite_store.h"

namespace penstock::app {
namespace {

bool isFile(const SinkOptions& sink) { return sink.driver == "sqlite" || sink.driver == "archive"; }

template <typename Made>
Result<std::unique_ptr<Store>> asStore(Result<std::unique_ptr<Made>> made) {
  if (!made) return made.status();
  return std::unique_ptr<Store>(std::move(*made));
}

/// Its first line; empty: none is named.
Result<std::string> passwordOf(const SinkOptions& sink) {
  if (sink.passwordFile.empty()) return std::string();
  Result<std::string> content = readWholeFile(posixFileSystem(), sink.passwordFile);
  if (!content) return content.status().withContext("password_file " + sink.passwordFile);
  content->resize(std::min(content->size(), content->find_first_of("\r\n")));
  return content;
}

/// `key='value'`, as libpq takes it.
std::string setting(const std::string& key, const std::string& value) {
  if (value.empty()) return {};
  std::string text = key + "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text.push_back('\\');
    text.push_back(c);
  }
  return text + "' ";
}

Result<PostgresOptions> postgresOptions(const SinkOptions& sink) {
  Result<std::string> password = passwordOf(sink);
  if (!password) return password.status();
  PostgresOptions options;
  options.password = std::move(*password);
  options.eventTable = sink.eventTable;
  options.target = setting("host", sink.host) +
                   setting("port", sink.port == 0 ? "" : std::to_string(sink.port)) +
                   setting("user", sink.user) + setting("dbname", sink.database) + sink.options;
  return options;
}

Result<BrowseTarget> serverTarget(const SinkOptions& sink, const char* driver) {
  Result<std::string> password = passwordOf(sink);
  if (!password) return password.status();
  BrowseTarget target;
  target.driver = driver;
  target.database = sink.database;
  target.host = sink.host;
  target.port = sink.port;
  target.user = sink.user;
  target.password = std::move(*password);
  target.options = sink.options;
  return target;
}

}  // namespace

Result<std::unique_ptr<Store>> openStore(const SinkOptions& sink, StoreStart start) {
  if (sink.driver == "sqlite") {
    SqliteOptions options;
    options.path = sink.database;
    options.eventTable = sink.eventTable;
    if (start == StoreStart::CatalogKnown) options.known = SqliteOptions::Known::Catalog;
    return asStore(SqliteStore::create(options));
  }
  if (sink.driver == "archive") {
    ArchiveOptions options;
    options.directory = sink.directory;
    return asStore(ArchiveStore::create(posixFileSystem(), systemClock(), std::move(options)));
  }
  if (sink.driver == "postgres") {
    Result<PostgresOptions> options = postgresOptions(sink);
    if (!options) return options.status();
    return asStore(PostgresStore::create(std::move(*options)));
  }
  Result<BrowseTarget> target = browseTarget(sink);
  if (!target) return target.status();
  QtSqlOptions options;
  options.target = std::move(*target);
  options.eventTable = sink.eventTable;
  return asStore(QtSqlStore::create(std::move(options)));
}

Result<std::unique_ptr<Store>> openExistingStore(const SinkOptions& sink) {
  const bool isArchive = sink.driver == "archive";
  const std::string& place = isArchive ? sink.directory : sink.database;
  if (isFile(sink) && !posixFileSystem().exists(place)) {
    return Status(StatusCode::NotFound, place + ": there is no " +
                                            (isArchive ? "archive" : "database") +
                                            " (is --data-dir right?)");
  }
  return openStore(sink);
}

Result<Catalog> previewStore(const SinkOptions& sink) {
  std::string schema;
  if (!sink.schemaFile.empty()) {
    Result<std::string> read = readWholeFile(posixFileSystem(), sink.schemaFile);
    if (!read) return read.status().withContext(sink.schemaFile);
    schema = std::move(*read);
  }
  if (sink.driver == "sqlite") {
    SqliteOptions options;
    options.path = sink.database;
    Result<Catalog> catalog = SqliteStore::preview(options, schema);
    if (catalog || sink.schemaFile.empty()) return catalog;
    return catalog.status().withContext(sink.schemaFile);
  }
  const auto store = openStore(sink);
  if (!store) return store.status();
  return (*store)->readCatalog();
}

Result<BrowseTarget> browseTarget(const SinkOptions& sink) {
  if (sink.driver == "sqlite") {
    BrowseTarget target;
    target.database = sink.database;
    return target;
  }
  if (sink.driver == "postgres") return serverTarget(sink, "QPSQL");
  if (sink.driver == "mysql" || sink.driver == "mariadb") return serverTarget(sink, "QMYSQL");
  if (sink.driver == "archive") {
    return Status(StatusCode::Unsupported, "an archive keeps change sets, not tables: zstdcat " +
                                               sink.directory + "/*.zst shows them");
  }
  return Status(StatusCode::Unsupported, "driver \"" + sink.driver + "\" is not available yet");
}

}  // namespace penstock::app
