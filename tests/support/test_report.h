// SPDX-License-Identifier: Apache-2.0
//
// Reads what Qt Test wrote about one class (its XML format) and decides which test functions
// passed. It is stricter than Qt Test: an unannounced warning fails the function that caused it,
// and so does being skipped.
#pragma once

#include <QByteArray>
#include <QString>
#include <vector>

namespace penstock::test {

struct TestFailure {
  QString function;  // Class::function, with (row) if it has data
  QString reason;
};

struct TestReport {
  int passed = 0;  // functions, each data row on its own, without initTestCase, cleanupTestCase
  std::vector<TestFailure> failures;  // at most one for each function and row
};

// xml: the whole file. A report that ends early (a crash) is one failure more.
TestReport readTestReport(const QByteArray& xml);

// Whether a message is one of those that the platform writes without any fault of ours: the
// offscreen platform on window managers' requests, and an unset XDG_RUNTIME_DIR.
bool isPlatformWarning(const QString& message);

}  // namespace penstock::test
