// SPDX-License-Identifier: Apache-2.0
//
// main() of test programs with widgets, without a display.
#include <QApplication>

#include "tests/support/test_main.h"

int main(int argc, char** argv) {
  if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  const QApplication application(argc, argv);
  return penstock::test::runRegisteredTests(argc, argv);
}
