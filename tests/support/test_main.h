// SPDX-License-Identifier: Apache-2.0
//
// Registers Qt Test classes and runs those of one program. A test source holds one QObject class,
// registers it with PENSTOCK_TEST and ends with `#include "tst_NAME.moc"`; main() is linked by the
// CMake function penstock_test().
#pragma once

#include <QObject>
#include <memory>

namespace penstock::test {

using TestFactory = std::unique_ptr<QObject> (*)();

// Makes a test class known to runRegisteredTests(). Objects of it live at namespace scope only.
// Threads: main thread, before main().
// Limits: names are string literals and are never copied.
class TestRegistration {
 public:
  TestRegistration(const char* name, TestFactory factory);
};

// Runs the registered classes that the command line names (all if it names none), each with the
// remaining arguments, which are those of Qt Test. The last line it prints is
// `Totals: X passed, Y failed`: test functions, each data row on its own. A function also fails on
// a warning that it did not announce with QTest::ignoreMessage, and when it is skipped.
// Expects: an application object exists.
// Returns the exit code: 0 if at least one function passed and none failed.
int runRegisteredTests(int argc, char** argv);

}  // namespace penstock::test

// At namespace scope, after the class: PENSTOCK_TEST(TestFold)
#define PENSTOCK_TEST(TestClass)                                              \
  static const ::penstock::test::TestRegistration kRegistrationOf##TestClass( \
      #TestClass, []() -> std::unique_ptr<QObject> { return std::make_unique<TestClass>(); });
