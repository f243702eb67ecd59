// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/mariadb_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QVariant>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace penstock::test {

namespace {

constexpr int kPatienceMs = 60'000;

int freePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

// The server refuses to run as root.
const passwd* unprivilegedUser() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("mysql");
  if (user == nullptr) user = getpwnam("nobody");
  CHECK(user != nullptr);
  return user;
}

// Each thread stops for itself, a little later.
bool isStopped(qint64 process) {
  const QDir tasks(QString("/proc/%1/task").arg(process));
  const QStringList threads = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
  return std::ranges::all_of(threads, [&](const QString& thread) {
    QFile file(tasks.filePath(thread + "/stat"));
    return file.open(QIODevice::ReadOnly) && file.readAll().contains(") T ");
  });
}

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

MariaDbServer::MariaDbServer() {
  std::string folder = QDir::tempPath().toStdString() + "/penstock-mariadb-XXXXXX";
  CHECK(mkdtemp(folder.data()) != nullptr);
  m_folder = folder;
  if (const passwd* user = unprivilegedUser()) {
    CHECK(chown(m_folder.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  install();
  m_port = freePort();
  start();
}

MariaDbServer::~MariaDbServer() {
  if (m_process.state() != QProcess::NotRunning) kill();
  QDir(QString::fromStdString(m_folder)).removeRecursively();
}

MariaDbServer& MariaDbServer::shared() {
  static MariaDbServer server;
  return server;
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

void MariaDbServer::start() {
  QStringList command = asUser("mariadbd");
  command << "--no-defaults" << QString::fromStdString("--datadir=" + m_folder + "/data")
          << QString::fromStdString("--socket=" + m_folder + "/socket")
          << QString::fromStdString("--pid-file=" + m_folder + "/pid")
          << QString("--port=%1").arg(m_port) << QString("--bind-address=%1").arg(kHost);
  for (const char* setting :
       {"--innodb-flush-log-at-trx-commit=2", "--innodb-doublewrite=0", "--innodb-use-native-aio=0",
        "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=32M", "--max-connections=60",
        "--performance-schema=OFF", "--skip-name-resolve",
        "--sql-mode=", "--default-time-zone=-04:00", "--character-set-server=latin1",
        "--innodb-lock-wait-timeout=50"}) {
    command << setting;
  }
  m_process.setProcessEnvironment(environment());
  m_process.setStandardErrorFile(QString::fromStdString(m_folder + "/log"), QProcess::Append);
  m_process.setStandardOutputFile(QProcess::nullDevice());
  m_process.start(command.takeFirst(), command);
  while (rows("", "SELECT 1") != std::vector<std::string>{"1"}) {
    if (m_process.waitForFinished(20)) fail("mariadbd");
  }
}

void MariaDbServer::kill() {
  ::kill(static_cast<pid_t>(m_process.processId()), SIGKILL);
  CHECK(m_process.waitForFinished(kPatienceMs));
}

void MariaDbServer::pause() {
  ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP);
  while (!isStopped(m_process.processId())) {
  }
}
void MariaDbServer::resume() { ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT); }

QStringList MariaDbServer::asUser(const char* program) const {
  QStringList command{"setpriv", "--pdeathsig", "KILL"};
  if (const passwd* user = unprivilegedUser()) {
    command << QString("--reuid=%1").arg(user->pw_uid) << QString("--regid=%1").arg(user->pw_gid)
            << "--clear-groups";
  }
  return command << program;
}

/// A server removes what looks like its temporary tables, those of another one too.
QProcessEnvironment MariaDbServer::environment() const {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("TMPDIR", QString::fromStdString(m_folder));
  return environment;
}

void MariaDbServer::install() {
  QProcess process;
  QStringList command = asUser("mariadb-install-db");
  command << "--no-defaults" << QString::fromStdString("--datadir=" + m_folder + "/data")
          << "--auth-root-authentication-method=normal"
          << "--skip-test-db"
          << "--skip-name-resolve";
  process.setProcessEnvironment(environment());
  process.setStandardErrorFile(QString::fromStdString(m_folder + "/log"), QProcess::Append);
  process.setStandardOutputFile(QString::fromStdString(m_folder + "/log"), QProcess::Append);
  process.setWorkingDirectory(QString::fromStdString(m_folder));
  process.start(command.takeFirst(), command);
  if (!process.waitForFinished(kPatienceMs) || process.exitCode() != 0) fail("mariadb-install-db");
}

void MariaDbServer::fail(const char* what) {
  QFile log(QString::fromStdString(m_folder + "/log"));
  const QByteArray words = log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
  std::fprintf(stderr, "%s failed:\n%s\n", what, words.constData());
  std::abort();
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
