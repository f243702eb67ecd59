// SPDX-License-Identifier: Apache-2.0
//
// main() of test programs without a user interface.
#include <QCoreApplication>

#include "tests/support/test_main.h"

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);
  return penstock::test::runRegisteredTests(argc, argv);
}
