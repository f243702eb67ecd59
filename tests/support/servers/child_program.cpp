// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/child_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QByteArray>
#include <cerrno>
#include <vector>

#include "base/check.h"

namespace penstock::test {

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

}  // namespace penstock::test
