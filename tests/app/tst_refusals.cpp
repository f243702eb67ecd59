// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "app/application/application.h"
#include "model/limits.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestRefusals : public QObject {
  Q_OBJECT

 private slots:
  /// A command that somebody gave before is still to be found behind a file of bad lines.
  void manyLinesLeaveTheOtherEventsInTheLog() {
    EventLog events(systemClock());
    Event command;
    command.kind = EventKind::Command;
    events.append(command);
    const RefusalReport report = app::tellRefusals(events);
    for (std::uint64_t line = 1; line <= 2 * limits::kEventRing; ++line) {
      report("bad.ndjson", line, Status(StatusCode::Invalid, "no change set"));
    }
    const std::vector<Event> kept = events.since(0, limits::kEventRing).events;
    QVERIFY(kept.size() > 10 && kept.size() < limits::kEventRing / 2);
    QVERIFY(kept.front().kind == EventKind::Command);
    QCOMPARE(kept[1].what, std::string("bad.ndjson:1: no change set"));
    QVERIFY2(kept.back().what.find("further lines") != std::string::npos, kept.back().what.c_str());
    // The next replay begins anew.
    app::tellRefusals(events)("other.ndjson", 7, Status(StatusCode::Invalid, "no change set"));
    QCOMPARE(events.since(0, limits::kEventRing).events.back().what,
             std::string("other.ndjson:7: no change set"));
  }
};

PENSTOCK_TEST(TestRefusals)

}  // namespace penstock::test

#include "tst_refusals.moc"
