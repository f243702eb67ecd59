// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTest>
#include <array>
#include <csignal>
#include <string>

#include "base/check.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

struct Ended {
  int status = 0;
  std::string said;  // on stderr
};

/// Runs `body` in a copy of this process, which ends with it.
template <typename Body>
Ended runInACopy(const Body& body) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // no stack trace of the test's own
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    dup2(ends[1], STDERR_FILENO);
    body();
    _exit(0);
  }
  close(ends[1]);
  Ended ended;
  std::array<char, 512> block{};
  for (ssize_t got = 0; (got = read(ends[0], block.data(), block.size())) > 0;) {
    ended.said.append(block.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  waitpid(child, &ended.status, 0);
  return ended;
}

}  // namespace

class TestCheck : public QObject {
  Q_OBJECT

 private slots:
  void brokenInvariantEndsTheProgramAndSaysWhere() {
    const Ended ended = runInACopy([] { CHECK(1 + 1 == 3); });
    QVERIFY(WIFSIGNALED(ended.status));
    QCOMPARE(WTERMSIG(ended.status), SIGABRT);
    QVERIFY2(ended.said.find("CHECK failed: 1 + 1 == 3") != std::string::npos, ended.said.c_str());
    QVERIFY2(ended.said.find("tst_check.cpp:") != std::string::npos, ended.said.c_str());
  }

  void invariantThatHoldsIsLookedAtOnce() {
    int looked = 0;
    CHECK(++looked == 1);
    QCOMPARE(looked, 1);
    const Ended ended = runInACopy([] { CHECK(true); });
    QVERIFY(WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0);
    QVERIFY(ended.said.empty());
  }
};

PENSTOCK_TEST(TestCheck)

}  // namespace penstock::test

#include "tst_check.moc"
