// SPDX-License-Identifier: Apache-2.0
// A program that runs beside a test.
#pragma once

#include <QStringList>
#include <cstdint>
#include <string>

namespace penstock::test {

/// Not a QProcess: its child shares our memory until it is another program, and ThreadSanitizer
/// takes what happens to that child for news of ours.
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

}  // namespace penstock::test
