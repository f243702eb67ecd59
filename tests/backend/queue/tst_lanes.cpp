// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "queue/lanes.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestLanes : public QObject {
  Q_OBJECT

 private slots:
  void turnsGoInTheOrderOfTaking() {
    Lanes lanes(Sequence{10});
    QVERIFY(lanes.mayCommit(Ticket{1}));
    QVERIFY(!lanes.mayCommit(Ticket{2}) && !lanes.mayCommit(Ticket{3}));
    lanes.release(Ticket{1});
    QVERIFY(!lanes.mayCommit(Ticket{1}));
    QVERIFY(lanes.mayCommit(Ticket{2}));
  }

  void turnStaysUntilTheChunkIsSettledAsAWhole() {
    Lanes lanes(Sequence{10});
    lanes.settle(lanes.stepsTo(Sequence{12}));
    QVERIFY(lanes.mayCommit(Ticket{1}) && !lanes.mayCommit(Ticket{2}));
    lanes.settle(lanes.stepsTo(Sequence{15}));
    QVERIFY(lanes.mayCommit(Ticket{1}));
    QVERIFY(lanes.settled() == Sequence{15});
  }

  void whatIsSettledAlreadyMovesNothing() {
    Lanes lanes(Sequence{10});
    const auto steps = lanes.stepsTo(Sequence{10});
    QVERIFY(steps[0].expected == Sequence{10} && steps[0].next == Sequence{10});
    lanes.settle(steps);
    QVERIFY(lanes.settled() == Sequence{10});
  }

  void stepsBeginWhereTheCheckpointStands() {
    Lanes lanes(Sequence{10});
    const auto steps = lanes.stepsTo(Sequence{12});
    QCOMPARE(steps.size(), 1u);
    QVERIFY(steps[0].expected == Sequence{10} && steps[0].next == Sequence{12});
    QVERIFY(lanes.settled() == Sequence{10});
    lanes.settle(steps);
    QVERIFY(lanes.stepsTo(Sequence{20})[0].expected == Sequence{12});
  }

  void stepsBeginAtNothingForANewStore() {
    const Lanes lanes(kNoSequence);
    QVERIFY(lanes.stepsTo(makeSequence(1, 1))[0].expected == kNoSequence);
  }
};

PENSTOCK_TEST(TestLanes)

}  // namespace penstock::test

#include "tst_lanes.moc"
