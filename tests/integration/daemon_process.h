// SPDX-License-Identifier: Apache-2.0
// Runs the real penstockd for a test, to its end or until it is killed, and reads what it left
// behind: rows of its database by plain SQL, lines of its output.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <chrono>
#include <memory>

namespace penstock::test {

struct DaemonResult {
  int exitCode = -1;  ///< -1: did not start, was killed, or did not end in time
  QByteArray output;
  QByteArray errors;
  /// The last line of `replay --json`; empty when it is none.
  QJsonObject summary() const;
};

/// Ends it, as failed, when it takes longer than `limit`.
DaemonResult runDaemon(const QStringList& arguments,
                       std::chrono::seconds limit = std::chrono::minutes(2));

/// Its arguments as a shell takes them, redirections too.
DaemonResult runDaemonInShell(const QString& arguments);

/// One that is fed and told to stop while it runs. Killed at the end if it still runs.
class LiveDaemon {
 public:
  explicit LiveDaemon(const QStringList& arguments);
  LiveDaemon(const QString& program, const QStringList& arguments);
  ~LiveDaemon();

  void write(const QByteArray& input);
  void closeInput();
  /// SIGTERM.
  void terminate();
  /// SIGKILL; returns when it is gone.
  void kill();
  bool isRunning() const;
  /// What it has said on stderr until now. Taken from it while the event loop runs.
  const QByteArray& errors();
  /// As runDaemon().
  DaemonResult end(std::chrono::seconds limit = std::chrono::minutes(2));

 private:
  std::unique_ptr<QProcess> m_process;
  QByteArray m_errors;
};

/// Lines of its output, which may be longer than memory; -1 when it does not exit with 0.
qint64 countDaemonLines(const QStringList& arguments);

/// SIGKILL when `after` is over. Returns whether it was still running then.
bool runDaemonAndKill(const QStringList& arguments, std::chrono::milliseconds after);

/// Whether it was ended by SIGKILL.
bool wasKilled(const QProcess& process);

/// With a library preloaded that ends it by SIGKILL (tests/faults). Returns whether that happened.
bool runDaemonUntilItDies(const QStringList& arguments, const QProcessEnvironment& environment);

/// The rows of a query as CSV lines (RFC 4180), sorted; `ERROR …` as the only line when it fails.
QStringList rowsOf(const QString& databaseFile, const QString& sql);

/// A database of a server on the loopback address.
struct ServerPlace {
  QString driver;  ///< of Qt SQL
  int port = 0;
  QString user;
  QString database;
};
/// The same, of a server.
QStringList rowsOf(const ServerPlace& place, const QString& sql);

/// Nobody else writes to the database while it lives.
class DatabaseLock {
 public:
  explicit DatabaseLock(const QString& databaseFile);
  ~DatabaseLock();
  bool isHeld() const { return m_isHeld; }

 private:
  bool m_isHeld = false;
};

/// One value as a cell of such a line.
QString csvCell(const QString& text);

bool writeFile(const QString& path, const QByteArray& content);
QByteArray readFile(const QString& path);

}  // namespace penstock::test
