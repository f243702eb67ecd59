// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/kill_point.h"

namespace penstock::test {
namespace {

constexpr const char* kSegment = "*/journal/segment-*";
constexpr const char* kLog = "*/database.sqlite-wal";

}  // namespace

const std::vector<KillPoint>& killPoints() {
  static const std::vector<KillPoint> kPoints{
      {"append", "write", "half", kSegment, 12},
      {"before sync", "sync", "before", kSegment, 12},
      {"between sync and acknowledgement", "sync", "after", kSegment, 12},
      {"rotate", "appear", "after", kSegment, 2},
      {"retire", "leave", "after", kSegment, 1},
      {"fence", "first", "before", kLog, 8},
      {"within the transaction", "write", "half", kLog, 40},
      {"commit", "sync", "before", kLog, 8},
      {"between commit and acknowledgement", "sync", "after", kLog, 8},
      {"checkpoint of the database", "write", "half", "*/database.sqlite", 2},
      {"segment made ahead", "write", "half", "*/journal/spare-*.tmp", 2},
      {"before the snapshot of known ids", "appear", "before", "*/known_ids.snapshot", 1},
      {"between the snapshots", "appear", "after", "*/known_ids.snapshot", 1},
  };
  return kPoints;
}

QProcessEnvironment environmentOf(const KillPoint& point, int number) {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(
      "PENSTOCK_KILL",
      QString("%1 %2 %3 %4").arg(point.call, point.moment).arg(number).arg(point.pattern));
  environment.insert("LD_PRELOAD", PENSTOCK_KILL_LIBRARY);
  // The library is loaded before that of AddressSanitizer, which then is only behind it.
  environment.insert("ASAN_OPTIONS",
                     environment.value("ASAN_OPTIONS") + ":verify_asan_link_order=0");
  return environment;
}

}  // namespace penstock::test
