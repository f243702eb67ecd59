// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "model/limits.h"
#include "tests/support/test_main.h"
#include "ui/models/events_model.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {
std::vector<Event> eventsFrom(std::uint64_t first, std::uint64_t last) {
  std::vector<Event> events;
  for (std::uint64_t number = first; number <= last; ++number) {
    Event event;
    event.number = number;
    event.wallMicros = static_cast<std::int64_t>(number) * 1'000'000;
    event.kind = EventKind::Command;
    event.who = "anna";
    event.what = "resize";
    event.oldValue = "4";
    event.newValue = "8";
    events.push_back(event);
  }
  return events;
}
}  // namespace

class TestEventsModel : public QObject {
  Q_OBJECT

 private slots:
  void theNewestIsOnTop() {
    EventsModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.add(eventsFrom(1, 3), 7);
    model.add(eventsFrom(2, 5), 7);
    QCOMPARE(model.rowCount(), 5);
    QCOMPARE(model.eventAt(0).number, std::uint64_t{5});
    QCOMPARE(model.eventAt(4).number, std::uint64_t{1});
    QCOMPARE(model.lastNumber(7), std::uint64_t{5});
    QCOMPARE(model.lastNumber(8), std::uint64_t{0});
  }

  void anotherRunCountsFromOne() {
    EventsModel model;
    model.add(eventsFrom(1, 3), 7);
    model.add(eventsFrom(1, 2), 8);
    QCOMPARE(model.rowCount(), 5);
    QCOMPARE(model.lastNumber(8), std::uint64_t{2});
  }

  void theOldestMakeRoom() {
    EventsModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.add(eventsFrom(1, limits::kEventRing - 1), 7);
    const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.add(eventsFrom(limits::kEventRing, limits::kEventRing + 9), 7);
    model.add(eventsFrom(limits::kEventRing + 10, limits::kEventRing * 3), 7);
    QCOMPARE(model.rowCount(), static_cast<int>(limits::kEventRing));
    QCOMPARE(model.eventAt(0).number, std::uint64_t{limits::kEventRing * 3});
    QCOMPARE(resets.count(), 0);
  }

  void aRowReadsAsASentence() {
    EventsModel model;
    model.setTimeStyle(TimeStyle::Utc);
    std::vector<Event> events = eventsFrom(1, 1);
    events[0].what = "<b>pause</b>";
    events[0].severity = Severity::Critical;
    model.add(events, 7);
    const auto text = [&](int column) { return model.index(0, column).data().toString(); };
    QCOMPARE(text(EventsModel::Time), QString("1970-01-01 00:00:01.000 UTC"));
    QCOMPARE(text(EventsModel::What), QString("<b>pause</b>"));
    QCOMPARE(text(EventsModel::Change), QString("4 → 8"));
    QVERIFY(!text(EventsModel::Severe).isEmpty());
    QVERIFY(!model.index(0, EventsModel::Severe).data(Qt::DecorationRole).isNull());
  }

  void kindIsToldInWords() {
    EventsModel model;
    std::vector<Event> events = eventsFrom(1, 1);
    events.front().kind = EventKind::DeadLetter;
    model.add(events, 7);
    QCOMPARE(model.index(0, EventsModel::Kind).data().toString(), QStringLiteral("Dead letter"));
  }

  void backpressureTellsItsBudget() {
    EventsModel model;
    Event event;
    event.number = 1;
    event.kind = EventKind::Backpressure;
    event.usedBytes = 240 << 20;
    event.limitBytes = 256 << 20;
    model.add({event}, 7);
    QString text = model.index(0, EventsModel::Change).data().toString();
    QCOMPARE(text.replace(QChar(0x00A0), ' '), QString("240 MiB of 256 MiB, still on"));
  }
};
PENSTOCK_TEST(TestEventsModel)

}  // namespace penstock::test
#include "tst_events_model.moc"
