// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server of a test's own: in a temporary folder, on a free port of the loopback
// address, as a user without rights. It ends with the test, however that ends.
#pragma once

#include <QProcess>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;

namespace penstock::test {

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

/// Threads: the one that made it (the server dies with that thread).
/// Limits: 60 connections. `fsync` is off: it survives its own death, not that of the machine.
class PostgresServer {
 public:
  /// Makes a cluster and starts it. Ends the program with the server's words when that fails.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The one of this test program, made at the first call.
  static PostgresServer& shared();

  /// For libpq: the superuser, by TCP. Without a password: everybody is trusted.
  std::string connection(std::string_view database = "postgres") const;
  std::uint16_t port() const { return m_port; }
  /// A new empty database; its name.
  std::string makeDatabase();

  /// As PostgresSession::rows().
  std::vector<std::string> rows(std::string_view database, const std::string& sql) const;

  /// SIGKILL of the server and all its backends; returns when they are gone.
  void kill();
  /// After kill(): recovers, and returns when it takes connections.
  void start();
  /// SIGSTOP: connections stay, and nothing answers.
  void pause();
  void resume();

 private:
  bool tryStart();
  void run(const char* program, const QStringList& arguments);
  QStringList asUser(const char* program) const;
  void signalAll(int signal);
  std::vector<std::int64_t> backends() const;
  [[noreturn]] void fail(const char* what);

  std::string m_folder;
  std::uint16_t m_port = 0;
  QProcess m_process;
  int m_databases = 0;
};

}  // namespace penstock::test
