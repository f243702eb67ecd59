// SPDX-License-Identifier: Apache-2.0
// What all servers that tests start for themselves have in common: a temporary folder, a free port
// of the loopback address, a user without rights, and an end with the test, however that ends.
#pragma once

#include <QStringList>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/servers/child_program.h"

namespace penstock::test {

/// Threads: the one that made it (the server dies with that thread).
/// Owns: its folder. Those of tests that were killed go when the next one is made.
class TestServer {
 public:
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  static constexpr const char* kHost = "127.0.0.1";
  std::uint16_t port() const { return m_port; }
  const std::string& folder() const { return m_folder; }

  /// SIGKILL of it and all its processes; returns when they are gone.
  void kill();
  /// After kill(): recovers, and returns when it takes connections.
  void start();
  /// SIGSTOP: connections stay, and nothing answers from when it returns.
  void pause();
  void resume();

 protected:
  struct Kind {
    const char* name;
    const char* user;      ///< who runs it when the test is root's; `nobody` when there is none
    const char* endsWith;  ///< the signal that it gets when the test has ended: KILL, or its own
  };
  explicit TestServer(const Kind& kind);
  virtual ~TestServer();

  /// False: it has ended instead of taking connections.
  virtual bool tryStart() = 0;
  void startOnFreePort();
  bool launch(const QStringList& command);
  /// What is launched sees a file system of `bytes` in memory at folder() + "/disk", and nobody
  /// else does. Expects: before the first launch.
  void addSmallDisk(std::uint64_t bytes);
  /// A program of the server's to its end; what it says is in the log.
  void run(const QStringList& command);
  bool hasEnded(int patienceMs) { return m_process.waitForEnd(patienceMs); }
  bool isRunning() const { return m_process.isRunning(); }
  void end(int signal);
  [[noreturn]] void fail(const QString& what) const;

 private:
  void takeFolder();
  QStringList asUser(const QStringList& command) const;
  std::vector<std::int64_t> processes() const;

  const Kind m_kind;
  std::string m_folder;
  int m_lock = -1;         ///< held as long as we live
  QStringList m_user;      ///< arguments of setpriv
  QString m_diskOwner;     ///< options of mount
  QStringList m_withDisk;  ///< goes before a command
  std::uint16_t m_port = 0;
  ChildProgram m_process;
};

}  // namespace penstock::test
