// SPDX-License-Identifier: Apache-2.0
// A node in the test's own process whose sinks are real databases, operated through an EngineLink
// as a window or a remote client does it.
#pragma once

#include <QTemporaryDir>
#include <functional>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "engine/engine_link.h"
#include "tests/integration/servers/load_ledger.h"
#include "tests/support/servers/mariadb_server.h"
#include "tests/support/servers/postgres_server.h"

namespace penstock::test {

/// Threads: one.
class ServerNode {
 public:
  ServerNode();
  ~ServerNode();

  /// May be changed before start(): retries that do not wait long, and no sinks yet.
  EngineOptions options;
  /// As penstockd opens them, unless a test needs to be less patient.
  std::function<Result<std::unique_ptr<Store>>(const SinkOptions&)> openStore;
  /// Over the data that there is. CHECKs that it starts.
  void start();
  /// Drains, for a minute at the most.
  StopReport stop();
  /// Without a drain.
  void end();
  QString path(const QString& name) const { return m_directory.filePath(name); }

  Engine& engine() { return *m_engine; }
  EngineLink& link() { return *m_link; }
  /// Sends it and waits until it is in effect or failed.
  CommandAnswer command(Command command);
  CommandAnswer command(CommandKind kind, const std::string& sink = {});
  /// As it is at some time after the call.
  SinkSnapshot sink(const std::string& name);
  /// Some event says so.
  bool wasTold(const std::string& text);
  /// How many events say so.
  int timesTold(const std::string& text);
  /// All that is journaled is settled in every sink that is not stopped.
  bool isDrained();

 private:
  const QTemporaryDir m_directory;
  std::unique_ptr<Engine> m_engine;
  std::unique_ptr<EngineLink> m_link;
};

/// A sink of four lanes.
SinkOptions postgresSink(const std::string& name, const PostgresServer& server,
                         const std::string& database, const std::string& role = "primary");
SinkOptions mariaDbSink(const std::string& name, const MariaDbServer& server,
                        const std::string& database, const std::string& role = "primary");
/// With the tables of the load.
SinkOptions sqliteSink(const std::string& name, const QString& file, const std::string& role);

LoadLedger::Reader readerOf(const PostgresServer& server, const std::string& database);
LoadLedger::Reader readerOf(const MariaDbServer& server, const std::string& database);
LoadLedger::Reader readerOf(const QString& sqliteFile);

/// An empty database with the tables of the load.
std::string makeLoadDatabase(PostgresServer& server);
std::string makeLoadDatabase(MariaDbServer& server);

}  // namespace penstock::test
