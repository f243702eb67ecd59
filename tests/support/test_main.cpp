// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_main.h"

#include <QFile>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "tests/support/seed.h"
#include "tests/support/test_report.h"

namespace penstock::test {

namespace {

struct RegisteredTest {
  const char* name;
  TestFactory factory;
};

std::vector<RegisteredTest>& registeredTests() {
  static std::vector<RegisteredTest> tests;
  return tests;
}

// The leading arguments that name classes; the rest belongs to Qt Test.
QStringList takeClassNames(QStringList& arguments) {
  QStringList names;
  while (!arguments.isEmpty()) {
    const QString first = arguments.front();
    const bool isClass = std::ranges::any_of(
        registeredTests(), [&](const RegisteredTest& test) { return first == test.name; });
    if (!isClass) {
      break;
    }
    names.append(arguments.takeFirst());
  }
  return names;
}

TestReport runOne(const RegisteredTest& test, const QStringList& arguments, const QString& log) {
  const std::unique_ptr<QObject> object = test.factory();
  const int failures = QTest::qExec(
      object.get(), arguments + QStringList{"-o", "-,txt", "-o", log + QStringLiteral(",xml")});
  QFile file(log);
  TestReport report;
  if (file.open(QIODevice::ReadOnly)) {
    report = readTestReport(file.readAll());
  }
  if (report.failures.empty() && (failures != 0 || report.passed == 0)) {
    report.failures.push_back(
        {test.name, failures != 0 ? "failed without a report" : "ran no test function"});
  }
  return report;
}

}  // namespace

TestRegistration::TestRegistration(const char* name, TestFactory factory) {
  registeredTests().push_back({name, factory});
}

int runRegisteredTests(int argc, char** argv) {
  QStringList arguments;
  for (int i = 1; i < argc; ++i) {
    arguments.append(QString::fromLocal8Bit(argv[i]));
  }
  if (!takeSeed(arguments)) {
    std::fprintf(stderr, "--seed: which? (write a number behind it)\n");
    return 2;
  }
  const QStringList names = takeClassNames(arguments);
  if (names.isEmpty() && !arguments.isEmpty() && arguments.front().startsWith("Test")) {
    std::fprintf(stderr, "no test class %s here\n", qPrintable(arguments.front()));
    return 2;
  }
  arguments.prepend(QString::fromLocal8Bit(argv[0]));
  const QTemporaryDir logs;
  int passed = 0;
  std::vector<TestFailure> failures;
  for (const RegisteredTest& test : registeredTests()) {
    if (!names.isEmpty() && !names.contains(test.name)) {
      continue;
    }
    const TestReport report = runOne(test, arguments, logs.filePath(test.name));
    passed += report.passed;
    failures.insert(failures.end(), report.failures.begin(), report.failures.end());
  }
  for (const TestFailure& failure : failures) {
    std::printf("FAILED %s: %s\n", qPrintable(failure.function), qPrintable(failure.reason));
  }
  std::printf("Totals: %d passed, %zu failed\n", passed, failures.size());
  return failures.empty() && passed > 0 ? 0 : 1;
}

}  // namespace penstock::test
