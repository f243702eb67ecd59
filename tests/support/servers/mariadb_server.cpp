// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/mariadb_server.h"

#include <signal.h>

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QVariant>
#include <atomic>

#include "base/check.h"

namespace penstock::test {

namespace {

std::string rowOf(const QSqlQuery& query) {
  std::string text;
  for (int i = 0; i < query.record().count(); ++i) {
    const QVariant value = query.value(i);
    text += i == 0 ? "" : "|";
    text += value.isNull() ? "NULL" : value.toByteArray().toStdString();
  }
  return text;
}

std::vector<std::string> failed(const QSqlError& error) {
  return {"ERROR " + error.nativeErrorCode().toStdString() + " " + error.text().toStdString()};
}

}  // namespace

MariaDbServer::MariaDbServer() : TestServer({"mariadb", "mysql", "KILL"}) {
  run({"mariadb-install-db", "--no-defaults", data(), "--auth-root-authentication-method=normal",
       "--skip-test-db", "--skip-name-resolve"});
  startOnFreePort();
}

MariaDbServer::~MariaDbServer() { end(SIGKILL); }

MariaDbServer& MariaDbServer::shared() {
  static MariaDbServer server;
  return server;
}

QString MariaDbServer::data() const {
  return QString::fromStdString("--datadir=" + folder() + "/data");
}

std::string MariaDbServer::makeDatabase() {
  std::string name = "test_" + std::to_string(++m_databases);
  CHECK(rows("", "CREATE DATABASE " + name + " CHARACTER SET utf8mb4").empty());
  return name;
}

std::vector<std::string> MariaDbServer::rows(std::string_view database,
                                             const std::string& sql) const {
  return MariaDbSession(*this, database).rows(sql);
}

bool MariaDbServer::tryStart() {
  QStringList command{"mariadbd",
                      "--no-defaults",
                      data(),
                      QString::fromStdString("--socket=" + folder() + "/socket"),
                      QString::fromStdString("--pid-file=" + folder() + "/pid"),
                      QString("--port=%1").arg(port()),
                      QString("--bind-address=%1").arg(kHost)};
  for (const char* setting :
       {"--innodb-flush-log-at-trx-commit=2", "--innodb-doublewrite=0", "--innodb-use-native-aio=0",
        "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=32M", "--max-connections=60",
        "--performance-schema=OFF", "--skip-name-resolve",
        "--sql-mode=", "--default-time-zone=-04:00", "--character-set-server=latin1",
        "--innodb-lock-wait-timeout=50"}) {
    command << setting;
  }
  if (!launch(command)) return false;
  while (rows("", "SELECT 1") != std::vector<std::string>{"1"}) {
    if (hasEnded(20)) return false;
  }
  return true;
}

MariaDbSession::MariaDbSession(const MariaDbServer& server, std::string_view database) {
  static std::atomic<int> next{0};
  m_name = QString("mariadb-server-%1").arg(next.fetch_add(1));
  QSqlDatabase opened = QSqlDatabase::addDatabase("QMYSQL", m_name);
  opened.setHostName(MariaDbServer::kHost);
  opened.setPort(server.port());
  opened.setUserName("root");
  opened.setDatabaseName(
      QString::fromUtf8(database.data(), static_cast<qsizetype>(database.size())));
  opened.open();  // what fails, fails again in rows()
}

MariaDbSession::~MariaDbSession() {
  QSqlDatabase::database(m_name, false).close();
  QSqlDatabase::removeDatabase(m_name);
}

std::vector<std::string> MariaDbSession::rows(const std::string& sql) const {
  const QSqlDatabase database = QSqlDatabase::database(m_name, false);
  if (!database.isOpen()) return failed(database.lastError());
  QSqlQuery query(database);
  if (!query.exec(QString::fromStdString(sql))) return failed(query.lastError());
  std::vector<std::string> rows;
  do {
    rows.clear();
    while (query.next()) rows.push_back(rowOf(query));
  } while (query.nextResult());
  return query.lastError().isValid() ? failed(query.lastError()) : rows;
}

}  // namespace penstock::test
