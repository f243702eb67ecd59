// SPDX-License-Identifier: Apache-2.0
// A real MariaDB server of a test's own.
#pragma once

#include <QString>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/servers/test_server.h"

namespace penstock::test {

/// Limits: 60 connections. It survives its own death, not that of the machine. Its defaults are
/// bad on purpose (no sql_mode, latin1, a time zone that is not UTC): sessions must set their own.
/// The user `root` needs no password.
class MariaDbServer final : public TestServer {
 public:
  /// Makes a data folder and starts it. Ends the program with the server's words when that fails.
  MariaDbServer();
  ~MariaDbServer() override;

  /// The one of this test program, made at the first call.
  static MariaDbServer& shared();

  /// A new empty database of utf8mb4; its name.
  std::string makeDatabase();

  /// Rows as text, columns joined by `|`, NULL as `NULL`; of several statements the last one's.
  /// `ERROR 1054 …` as the only row when one fails.
  std::vector<std::string> rows(std::string_view database, const std::string& sql) const;

 private:
  bool tryStart() override;
  QString data() const;

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
