// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/sink_stores.h"

#include <utility>

#include "base/file_system.h"
#include "store/sqlite/sqlite_store.h"

namespace penstock::app {
namespace {

Status checkDriver(const SinkOptions& sink) {
  if (sink.driver == "sqlite") return Status::ok();
  return {StatusCode::Unsupported,
          "driver \"" + sink.driver + "\" is not available yet (write \"sqlite\")"};
}

}  // namespace

Result<std::unique_ptr<Store>> openStore(const SinkOptions& sink, StoreStart start) {
  RETURN_IF_ERROR(checkDriver(sink));
  SqliteOptions options;
  options.path = sink.database;
  if (start == StoreStart::CatalogKnown) options.known = SqliteOptions::Known::Catalog;
  Result<std::unique_ptr<SqliteStore>> store = SqliteStore::create(options);
  if (!store) return store.status();
  return std::unique_ptr<Store>(std::move(*store));
}

Result<std::unique_ptr<Store>> openExistingStore(const SinkOptions& sink) {
  if (!posixFileSystem().exists(sink.database)) {
    return Status(StatusCode::NotFound,
                  sink.database + ": there is no database (is --data-dir right?)");
  }
  return openStore(sink);
}

Result<Catalog> previewStore(const SinkOptions& sink) {
  RETURN_IF_ERROR(checkDriver(sink));
  std::string schema;
  if (!sink.schemaFile.empty()) {
    Result<std::string> read = readWholeFile(posixFileSystem(), sink.schemaFile);
    if (!read) return read.status().withContext(sink.schemaFile);
    schema = std::move(*read);
  }
  SqliteOptions options;
  options.path = sink.database;
  Result<Catalog> catalog = SqliteStore::preview(options, schema);
  if (catalog || sink.schemaFile.empty()) return catalog;
  return catalog.status().withContext(sink.schemaFile);
}

Result<BrowseTarget> browseTarget(const SinkOptions& sink) {
  RETURN_IF_ERROR(checkDriver(sink));
  BrowseTarget target;
  target.driver = "QSQLITE";
  target.database = sink.database;
  return target;
}

}  // namespace penstock::app
