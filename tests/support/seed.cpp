// SPDX-License-Identifier: Apache-2.0
#include "tests/support/seed.h"

#include <QByteArray>
#include <random>

namespace penstock::test {

bool takeSeed(QStringList& arguments) {
  const qsizetype at = arguments.indexOf("--seed");
  if (at >= 0) {
    bool isNumber = false;
    arguments.value(at + 1).toULongLong(&isNumber);
    if (!isNumber) return false;
    qputenv("PENSTOCK_SEED", arguments[at + 1].toUtf8());
    arguments.remove(at, 2);
  }
  const QByteArray seed = qgetenv("PENSTOCK_SEED");
  if (!seed.isEmpty() && !qEnvironmentVariableIsSet("RC_PARAMS")) {
    qputenv("RC_PARAMS", "seed=" + seed);
  }
  return true;
}

std::uint64_t numberFrom(const char* variable, std::uint64_t otherwise) {
  bool isNumber = false;
  const std::uint64_t number = qgetenv(variable).toULongLong(&isNumber);
  return isNumber ? number : otherwise;
}

unsigned newSeed() {
  const auto seed = static_cast<unsigned>(numberFrom("PENSTOCK_SEED", std::random_device{}()));
  qInfo("seed %u", seed);
  return seed;
}

}  // namespace penstock::test
