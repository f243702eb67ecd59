// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/postgres_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/check.h"

namespace penstock::test {

namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kPortsTried = 5;

struct Cleared {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Cleared>;

std::uint16_t freePort() {
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
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  CHECK(user != nullptr);
  return user;
}

std::string cellOf(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) return "NULL";
  return {PQgetvalue(answer, row, column),
          static_cast<std::size_t>(PQgetlength(answer, row, column))};
}

std::vector<std::string> errorRow(const char* code, const char* why) {
  return {std::string("ERROR ") + (code != nullptr ? code : "") + " " + why};
}

}  // namespace

bool ChildProgram::start(const QStringList& command, const std::string& folder) {
  std::vector<QByteArray> words;
  for (const QString& word : command) words.push_back(word.toLocal8Bit());
  std::vector<char*> arguments;
  for (QByteArray& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string log = folder + "/log";
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_APPEND | O_CREAT, 0644);
  posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  pid_t pid = 0;
  const int failed =
      posix_spawnp(&pid, arguments.front(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return false;
  m_pid = pid;
  m_handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  CHECK(m_handle >= 0);
  return true;
}

void ChildProgram::signal(int signal) const {
  if (isRunning()) ::kill(static_cast<pid_t>(m_pid), signal);
}

bool ChildProgram::waitForEnd(int patienceMs) {
  if (!isRunning()) return true;
  pollfd ended{m_handle, POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&ended, 1, patienceMs);
  } while (ready < 0 && errno == EINTR);
  if (ready != 1) return false;
  CHECK(waitpid(static_cast<pid_t>(m_pid), &m_status, 0) == m_pid);
  ::close(m_handle);
  m_pid = 0;
  return true;
}

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

QStringList PostgresServer::quickSettings() {
  return {"fsync=off", "full_page_writes=off", "shared_buffers=32MB"};
}

PostgresServer::PostgresServer(QStringList settings) : m_settings(std::move(settings)) {
  std::string folder = QDir::tempPath().toStdString() + "/penstock-postgres-XXXXXX";
  CHECK(mkdtemp(folder.data()) != nullptr);
  m_folder = folder;
  if (const passwd* user = unprivilegedUser()) {
    CHECK(chown(m_folder.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  run("initdb", {"-D", QString::fromStdString(m_folder + "/data"), "--username=postgres",
                 "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"});
  // Somebody else may take the port before the server does.
  for (int tries = 0; tries < kPortsTried; ++tries) {
    m_port = freePort();
    if (tryStart()) return;
  }
  fail("postgres");
}

PostgresServer::~PostgresServer() {
  if (m_process.isRunning()) {
    signalAll(SIGCONT);
    m_process.signal(SIGQUIT);
    if (!m_process.waitForEnd(kPatienceMs)) kill();
  }
  QDir(QString::fromStdString(m_folder)).removeRecursively();
}

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::connection(std::string_view database) const {
  return "host=127.0.0.1 port=" + std::to_string(m_port) +
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

void PostgresServer::start() {
  if (!tryStart()) fail("postgres");
}

bool PostgresServer::tryStart() {
  QStringList command = asUser("postgres");
  command << "-D" << QString::fromStdString(m_folder + "/data");
  command << "-k" << QString::fromStdString(m_folder) << "-p" << QString::number(m_port);
  const QStringList always{"listen_addresses=127.0.0.1", "max_connections=60",
                           "superuser_reserved_connections=0", "timezone=America/Caracas"};
  for (const QString& setting : always + m_settings) command << "-c" << setting;
  if (!m_process.start(command, m_folder)) return false;
  const std::string target = connection();
  while (PQping(target.c_str()) != PQPING_OK) {
    if (m_process.waitForEnd(20)) return false;
  }
  return true;
}

// The server first: it would start over when it saw a backend die.
void PostgresServer::kill() {
  m_process.signal(SIGSTOP);
  const std::vector<std::int64_t> all = backends();
  for (const std::int64_t backend : all) ::kill(static_cast<pid_t>(backend), SIGKILL);
  m_process.signal(SIGKILL);
  CHECK(m_process.waitForEnd(kPatienceMs));
  // Orphans are gone when nobody holds the shared memory: only then can the server start again.
  for (const std::int64_t backend : all) {
    while (::kill(static_cast<pid_t>(backend), 0) == 0 &&
           QFile::exists(QString("/proc/%1/exe").arg(backend)) &&
           !QFile::symLinkTarget(QString("/proc/%1/exe").arg(backend)).isEmpty()) {
      ::kill(static_cast<pid_t>(backend), SIGKILL);
    }
  }
}

void PostgresServer::pause() { signalAll(SIGSTOP); }
void PostgresServer::resume() { signalAll(SIGCONT); }

void PostgresServer::signalAll(int signal) {
  m_process.signal(signal);
  for (const std::int64_t backend : backends()) ::kill(static_cast<pid_t>(backend), signal);
}

std::vector<std::int64_t> PostgresServer::backends() const {
  QFile file(QString("/proc/%1/task/%1/children").arg(m_process.pid()));
  std::vector<std::int64_t> backends;
  if (!file.open(QIODevice::ReadOnly)) return backends;
  for (const QByteArray& number : file.readAll().simplified().split(' ')) {
    if (!number.isEmpty()) backends.push_back(number.toLongLong());
  }
  return backends;
}

QStringList PostgresServer::asUser(const char* program) const {
  QStringList command{"setpriv", "--pdeathsig", "QUIT"};
  if (const passwd* user = unprivilegedUser()) {
    command << QString("--reuid=%1").arg(user->pw_uid) << QString("--regid=%1").arg(user->pw_gid)
            << "--clear-groups";
  }
  command << QString(PENSTOCK_POSTGRES_BIN "/") + program;
  return command;
}

void PostgresServer::run(const char* program, const QStringList& arguments) {
  ChildProgram child;
  const bool ended =
      child.start(asUser(program) + arguments, m_folder) && child.waitForEnd(kPatienceMs);
  if (!ended || child.exitStatus() != 0) fail(program);
}

void PostgresServer::fail(const char* what) {
  QFile log(QString::fromStdString(m_folder + "/log"));
  const QByteArray words = log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
  std::fprintf(stderr, "%s failed:\n%s\n", what, words.constData());
  std::abort();
}

}  // namespace penstock::test
