// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server of a test's own, or a standby of another one.
#pragma once

#include <QStringList>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/servers/test_server.h"

struct pg_conn;

namespace penstock::test {

class PostgresServer;

/// A connection of somebody else, which may stay in a transaction. Threads: one.
class PostgresSession {
 public:
  explicit PostgresSession(const std::string& connection);
  ~PostgresSession();
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  /// Rows as text, columns joined by `|`, NULL as `NULL`; of several statements the last one's.
  /// `ERROR 42P01 …` as the only row when it fails.
  std::vector<std::string> rows(const std::string& sql);
  /// What rows() would return is taken later; until then the server is at work.
  void send(const std::string& sql);
  std::vector<std::string> take();

 private:
  pg_conn* m_handle;
};

struct PostgresSetup {
  QStringList settings = {};            ///< `name=value`, beside those that it has
  std::uint64_t smallDiskBytes = 0;     ///< above 0: see PostgresServer::disk()
  PostgresServer* standbyOf = nullptr;  ///< streams from that one, and only reads, until promote()
};

/// Limits: 60 connections. `fsync` is off: it survives its own death, not that of the machine.
class PostgresServer final : public TestServer {
 public:
  /// Makes a cluster and starts it. Ends the program with the server's words when that fails.
  explicit PostgresServer(PostgresSetup setup = {});
  ~PostgresServer() override;

  /// The one of this test program, made at the first call.
  static PostgresServer& shared();

  /// For libpq: the superuser, by TCP. Without a password: everybody is trusted.
  std::string connection(std::string_view database = "postgres") const;
  /// A new empty database; its name.
  std::string makeDatabase();
  /// As PostgresSession::rows().
  std::vector<std::string> rows(std::string_view database, const std::string& sql) const;

  /// In order; start() goes on with it.
  void stop();
  /// A standby becomes a server of its own; returns when it takes writes.
  void promote();
  /// For a tablespace: a file system that is as small as was asked for, and empty at every start.
  std::string disk() const { return folder() + "/disk"; }
  /// Another program of PostgreSQL, as the user whose server it is, to its end. Its files can be in
  /// folder().
  void run(const char* program, const QStringList& arguments);
  /// A copy of all its files, and back to it. Expects: stopped.
  void backUp();
  void restore();

 private:
  bool tryStart() override;
  QString data() const;

  const QStringList m_settings;
  int m_databases = 0;
};

}  // namespace penstock::test
