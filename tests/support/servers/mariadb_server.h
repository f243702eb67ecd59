// SPDX-License-Identifier: Apache-2.0
// A real MariaDB server of a test's own: in a temporary folder, on a free port of the loopback
// address, as a user without rights. It ends with the test, however that ends.
#pragma once

#include <QProcess>
#include <QProcessEnvironment>
#include <QStringList>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::test {

/// Threads: the one that made it (the server dies with that thread).
/// Limits: 60 connections. It survives its own death, not that of the machine. Its defaults are
/// bad on purpose (no sql_mode, latin1, a time zone that is not UTC): sessions must set their own.
class MariaDbServer {
 public:
  /// Makes a data folder and starts it. Ends the program with the server's words when that fails.
  MariaDbServer();
  ~MariaDbServer();
  MariaDbServer(const MariaDbServer&) = delete;
  MariaDbServer& operator=(const MariaDbServer&) = delete;

  /// The one of this test program, made at the first call.
  static MariaDbServer& shared();

  /// Where it listens, by TCP. The user `root` needs no password.
  static constexpr const char* kHost = "127.0.0.1";
  int port() const { return m_port; }
  /// A new empty database of utf8mb4; its name.
  std::string makeDatabase();

  /// Rows as text, columns joined by `|`, NULL as `NULL`; of several statements the last one's.
  /// `ERROR 1054 …` as the only row when one fails.
  std::vector<std::string> rows(std::string_view database, const std::string& sql) const;

  /// SIGKILL; returns when it is gone.
  void kill();
  /// After kill(): recovers, and returns when it takes connections.
  void start();
  /// SIGSTOP: connections stay, and nothing answers from when it returns.
  void pause();
  void resume();

 private:
  QStringList asUser(const char* program) const;
  QProcessEnvironment environment() const;
  void install();
  [[noreturn]] void fail(const char* what);

  std::string m_folder;
  int m_port = 0;
  QProcess m_process;
  int m_databases = 0;
};

/// A connection of its own that stays open, with a transaction of its own: another program.
/// Threads: one.
class MariaDbSession {
 public:
  MariaDbSession(const MariaDbServer& server, std::string_view database);
  ~MariaDbSession();
  MariaDbSession(const MariaDbSession&) = delete;
  MariaDbSession& operator=(const MariaDbSession&) = delete;
  /// As MariaDbServer::rows.
  std::vector<std::string> rows(const std::string& sql) const;

 private:
  QString m_name;
};

}  // namespace penstock::test
