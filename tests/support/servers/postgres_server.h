// SPDX-License-Identifier: Apache-2.0
// A real PostgreSQL server of a test's own: in a temporary folder, on a free port of the loopback
// address, as a user without rights. It ends with the test, however that ends.
#pragma once

#include <QStringList>
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

/// A program that runs beside the test. Not a QProcess: its child shares our memory until it is
/// another program, and ThreadSanitizer takes what happens to that child for news of ours.
/// Threads: one.
class ChildProgram {
 public:
  /// In `folder`, where what it says on stderr is appended to `log`. Returns false when it cannot
  /// be started.
  bool start(const QStringList& command, const std::string& folder);
  std::int64_t pid() const { return m_pid; }
  bool isRunning() const { return m_pid > 0; }
  void signal(int signal) const;
  /// Whether it has ended within `patienceMs`.
  bool waitForEnd(int patienceMs);
  /// Of one that has ended; not 0 when a signal ended it.
  int exitStatus() const { return m_status; }

 private:
  std::int64_t m_pid = 0;
  int m_handle = -1;  ///< becomes readable when it ends
  int m_status = -1;
};

/// Threads: the one that made it (the server dies with that thread).
/// Limits: 60 connections.
class PostgresServer {
 public:
  /// It survives its own death, not that of the machine, and takes little memory.
  static QStringList quickSettings();
  /// Makes a cluster and starts it, with settings as `postgres -c` takes them. Ends the program
  /// with the server's words when that fails.
  explicit PostgresServer(QStringList settings = quickSettings());
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

  const QStringList m_settings;
  std::string m_folder;
  std::uint16_t m_port = 0;
  ChildProgram m_process;
  int m_databases = 0;
};

}  // namespace penstock::test
