// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/postgres_server.h"

#include <libpq-fe.h>
#include <signal.h>

#include <memory>
#include <utility>

#include "base/check.h"

namespace penstock::test {

namespace {

struct Cleared {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Cleared>;

std::string cellOf(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) return "NULL";
  return {PQgetvalue(answer, row, column),
          static_cast<std::size_t>(PQgetlength(answer, row, column))};
}

std::vector<std::string> errorRow(const char* code, const char* why) {
  return {std::string("ERROR ") + (code != nullptr ? code : "") + " " + why};
}

}  // namespace

PostgresSession::PostgresSession(const std::string& connection)
    : m_handle(PQconnectdb(connection.c_str())) {
  PQsetNoticeProcessor(
      m_handle, [](void*, const char*) {}, nullptr);
}

PostgresSession::~PostgresSession() { PQfinish(m_handle); }

std::vector<std::string> PostgresSession::rows(const std::string& sql) {
  send(sql);
  return take();
}

void PostgresSession::send(const std::string& sql) { PQsendQuery(m_handle, sql.c_str()); }

std::vector<std::string> PostgresSession::take() {
  if (PQstatus(m_handle) != CONNECTION_OK) return errorRow("", PQerrorMessage(m_handle));
  std::vector<std::string> rows;
  while (const Answer answer{PQgetResult(m_handle)}) {
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      const char* why = PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY);
      rows = errorRow(PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE),
                      why != nullptr ? why : PQerrorMessage(m_handle));
      continue;
    }
    rows.clear();
    for (int row = 0; row < PQntuples(answer.get()); ++row) {
      std::string text;
      for (int column = 0; column < PQnfields(answer.get()); ++column) {
        text += (column == 0 ? "" : "|") + cellOf(answer.get(), row, column);
      }
      rows.push_back(std::move(text));
    }
  }
  return rows;
}

PostgresServer::PostgresServer(PostgresSetup setup)
    : TestServer({"postgres", "postgres", "QUIT"}), m_settings(std::move(setup.settings)) {
  if (setup.smallDiskBytes > 0) addSmallDisk(setup.smallDiskBytes);
  if (setup.standbyOf != nullptr) {
    run("pg_basebackup", {"-D", data(), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d",
                          QString::fromStdString(setup.standbyOf->connection())});
  } else {
    run("initdb", {"-D", data(), "--username=postgres", "--auth=trust", "--encoding=UTF8",
                   "--locale=C.UTF-8", "--no-sync"});
  }
  startOnFreePort();
}

PostgresServer::~PostgresServer() { end(SIGQUIT); }

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

QString PostgresServer::data() const { return QString::fromStdString(folder() + "/data"); }

std::string PostgresServer::connection(std::string_view database) const {
  return std::string("host=") + kHost + " port=" + std::to_string(port()) +
         " user=postgres dbname=" + std::string(database);
}

std::string PostgresServer::makeDatabase() {
  std::string name = "test_" + std::to_string(++m_databases);
  CHECK(rows("postgres", "CREATE DATABASE " + name).empty());
  return name;
}

std::vector<std::string> PostgresServer::rows(std::string_view database,
                                              const std::string& sql) const {
  return PostgresSession(connection(database)).rows(sql);
}

bool PostgresServer::tryStart() {
  QStringList command{PENSTOCK_POSTGRES_BIN "/postgres",
                      "-D",
                      data(),
                      "-k",
                      QString::fromStdString(folder()),
                      "-p",
                      QString::number(port())};
  const QStringList settings{QString("listen_addresses=") + kHost,
                             "fsync=off",
                             "full_page_writes=off",
                             "shared_buffers=32MB",
                             "max_connections=60",
                             "superuser_reserved_connections=0",
                             "timezone=America/Caracas"};
  for (const QString& setting : settings + m_settings) command << "-c" << setting;
  if (!launch(command)) return false;
  const std::string target = connection();
  while (PQping(target.c_str()) != PQPING_OK) {
    if (hasEnded(20)) return false;
  }
  return true;
}

void PostgresServer::stop() { end(SIGINT); }

void PostgresServer::promote() {
  CHECK(rows("postgres", "SELECT pg_promote()") == std::vector<std::string>{"t"});
}

void PostgresServer::run(const char* program, const QStringList& arguments) {
  TestServer::run(QStringList{QString(PENSTOCK_POSTGRES_BIN "/") + program} + arguments);
}

void PostgresServer::backUp() { TestServer::run({"cp", "-a", data(), data() + "-backup"}); }

void PostgresServer::restore() {
  TestServer::run({"rm", "-rf", data()});
  TestServer::run({"mv", data() + "-backup", data()});
}

}  // namespace penstock::test
