// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/test_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/check.h"

namespace penstock::test {

namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kPortsTried = 5;
constexpr const char* kPrefix = "penstock-server-";

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

// Below zero when it is not there, or held by a test that lives.
int lockOf(const std::string& path, int flags) {
  const int lock = ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC, 0600);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  ::close(lock);
  return -1;
}

void removeLeftBehind() {
  const QDir all(QDir::tempPath());
  for (const QString& name : all.entryList({QString(kPrefix) + "*"}, QDir::Dirs)) {
    const QString folder = all.filePath(name);
    const int lock = lockOf((folder + "/lock").toStdString(), 0);
    if (lock < 0) continue;
    QDir(folder).removeRecursively();
    ::close(lock);
  }
}

// Servers refuse to run as root.
const passwd* unprivilegedUser(const char* name) {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam(name);
  if (user == nullptr) user = getpwnam("nobody");
  CHECK(user != nullptr);
  return user;
}

// Each thread stops for itself, a little later. One that is gone has no threads.
bool isStopped(std::int64_t process) {
  const QDir tasks(QString("/proc/%1/task").arg(process));
  const QStringList threads = tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
  return std::ranges::all_of(threads, [&](const QString& thread) {
    QFile file(tasks.filePath(thread + "/stat"));
    if (!file.open(QIODevice::ReadOnly)) return true;
    const QByteArray words = file.readAll();
    return words.contains(") T ") || words.contains(") Z ");
  });
}

bool isGone(std::int64_t process) {
  const QString program = QString("/proc/%1/exe").arg(process);
  return !QFile::exists(program) || QFile::symLinkTarget(program).isEmpty();
}

}  // namespace

TestServer::TestServer(const Kind& kind) : m_kind(kind) {
  removeLeftBehind();
  takeFolder();
  const passwd* user = unprivilegedUser(kind.user);
  if (user == nullptr) return;
  CHECK(chown(m_folder.c_str(), user->pw_uid, user->pw_gid) == 0);
  m_user << QString("--reuid=%1").arg(user->pw_uid) << QString("--regid=%1").arg(user->pw_gid)
         << "--clear-groups";
  m_diskOwner = QString(",uid=%1,gid=%2").arg(user->pw_uid).arg(user->pw_gid);
}

// Nobody sees its lock before it is held.
void TestServer::takeFolder() {
  m_folder = QDir::tempPath().toStdString() + "/" + kPrefix + m_kind.name + "-XXXXXX";
  CHECK(mkdtemp(m_folder.data()) != nullptr);
  const std::string lock = m_folder + "/lock";
  m_lock = lockOf(lock + ".new", O_CREAT);
  CHECK(m_lock >= 0 && std::rename((lock + ".new").c_str(), lock.c_str()) == 0);
}

TestServer::~TestServer() {
  CHECK(!isRunning());
  QDir(QString::fromStdString(m_folder)).removeRecursively();
  ::close(m_lock);
}

// Somebody else may take the port before the server does.
void TestServer::startOnFreePort() {
  for (int tries = 0; tries < kPortsTried; ++tries) {
    m_port = freePort();
    if (tryStart()) return;
  }
  fail("the server");
}

void TestServer::start() {
  if (!tryStart()) fail("the server");
}

void TestServer::end(int signal) {
  if (!isRunning()) return;
  resume();
  m_process.signal(signal);
  if (!m_process.waitForEnd(kPatienceMs)) kill();
}

// The server first: it would start over when it saw a process of its own die. Orphans are gone when
// nobody holds what they share: only then can the server start again.
void TestServer::kill() {
  if (!isRunning()) return;
  m_process.signal(SIGSTOP);
  const std::vector<std::int64_t> all = processes();
  for (const std::int64_t process : all) ::kill(static_cast<pid_t>(process), SIGKILL);
  CHECK(m_process.waitForEnd(kPatienceMs));
  for (const std::int64_t process : all) {
    while (!isGone(process)) ::kill(static_cast<pid_t>(process), SIGKILL);
  }
}

void TestServer::pause() {
  m_process.signal(SIGSTOP);
  for (const std::int64_t process : processes()) {
    ::kill(static_cast<pid_t>(process), SIGSTOP);
    while (!isStopped(process)) {
    }
  }
}

void TestServer::resume() {
  for (const std::int64_t process : processes()) ::kill(static_cast<pid_t>(process), SIGCONT);
}

// Itself first, then its children.
std::vector<std::int64_t> TestServer::processes() const {
  std::vector<std::int64_t> all{m_process.pid()};
  QFile file(QString("/proc/%1/task/%1/children").arg(m_process.pid()));
  if (!file.open(QIODevice::ReadOnly)) return all;
  for (const QByteArray& number : file.readAll().simplified().split(' ')) {
    if (!number.isEmpty()) all.push_back(number.toLongLong());
  }
  return all;
}

// Temporary files stay in the folder: some remove what looks like theirs, those of another one too.
QStringList TestServer::asUser(const QStringList& command) const {
  return QStringList{"setpriv", "--pdeathsig", m_kind.endsWith} + m_user +
         QStringList{"env", "TMPDIR=" + QString::fromStdString(m_folder)} + command;
}

bool TestServer::launch(const QStringList& command) {
  return m_process.start(m_withDisk + asUser(command), m_folder);
}

// In a mount namespace of its own, which ends with the server; who is not root needs to be one in a
// user namespace for it.
void TestServer::addSmallDisk(std::uint64_t bytes) {
  const QString disk = QString::fromStdString(m_folder + "/disk");
  CHECK(QDir().mkpath(disk));
  const QStringList root{"--user", "--map-current-user", "--keep-caps"};
  const QString mount = QString("mount -t tmpfs -o mode=700,size=%1%2 tmpfs %3 && exec \"$@\"")
                            .arg(QString::number(bytes), m_diskOwner, disk);
  m_withDisk = QStringList{"unshare", "--mount"} + (geteuid() == 0 ? QStringList() : root) +
               QStringList{"sh", "-c", mount, "sh"};
}

void TestServer::run(const QStringList& command) {
  ChildProgram child;
  const bool ended = child.start(asUser(command), m_folder) && child.waitForEnd(kPatienceMs);
  if (!ended || child.exitStatus() != 0) fail(command.front());
}

void TestServer::fail(const QString& what) const {
  QFile log(QString::fromStdString(m_folder + "/log"));
  const QByteArray words = log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
  std::fprintf(stderr, "%s failed:\n%s\n", qPrintable(what), words.constData());
  std::abort();
}

}  // namespace penstock::test
