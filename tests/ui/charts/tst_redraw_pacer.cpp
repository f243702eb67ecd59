// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/charts/redraw_pacer.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

class TestRedrawPacer : public QObject {
  Q_OBJECT

 private slots:
  void cheapDrawingKeepsItsPace() {
    RedrawPacer pacer;
    SteadyTime now{1h};
    for (int draw = 0; draw < 100; ++draw, now += 200ms) {
      QVERIFY(pacer.mayDraw(now));
      pacer.drawn(now, 5ms);
      QVERIFY(!pacer.mayDraw(now + 100ms));
    }
    QVERIFY(pacer.interval() == 200ms);
    QVERIFY(pacer.note().isEmpty());
  }

  void aFifthOfTheIntervalIsTheLimit() {
    RedrawPacer pacer;
    pacer.drawn(SteadyTime{1h}, 40ms);
    QVERIFY(pacer.interval() == 200ms);
    pacer.drawn(SteadyTime{1h}, 41ms);
    QVERIFY(pacer.interval() == 500ms);
    pacer.drawn(SteadyTime{1h}, 99ms);
    QVERIFY(pacer.interval() == 500ms);
    pacer.drawn(SteadyTime{1h}, 250ms);
    QVERIFY(pacer.interval() == 1000ms);
    pacer.drawn(SteadyTime{1h}, 900ms);
    QVERIFY(pacer.interval() == 1000ms);
    QVERIFY(pacer.note().startsWith("Charts slowed to 1/s: drawing took 900"));
  }

  void tenCheapSecondsTakeItBackAStep() {
    RedrawPacer pacer;
    SteadyTime now{1h};
    pacer.drawn(now, 60ms);
    pacer.drawn(now, 150ms);
    QVERIFY(pacer.interval() == 1000ms);
    for (int second = 0; second < 9; ++second) pacer.drawn(now += 1s, 10ms);
    QVERIFY(pacer.note().contains("150"));  // why it is slow, not how fast it is meanwhile
    QVERIFY(pacer.interval() == 1000ms);
    pacer.drawn(now += 1s, 10ms);
    QVERIFY(pacer.interval() == 500ms);
    for (int half = 0; half < 20; ++half) pacer.drawn(now += 500ms, 10ms);
    QVERIFY(pacer.interval() == 200ms);
  }

  void itDoesNotRecoverIntoWhatWouldBeTooMuch() {
    RedrawPacer pacer;
    SteadyTime now{1h};
    pacer.drawn(now, 60ms);
    for (int half = 0; half < 100; ++half) pacer.drawn(now += 500ms, 60ms);
    QVERIFY(pacer.interval() == 500ms);
  }
};
PENSTOCK_TEST(TestRedrawPacer)

}  // namespace penstock::test
#include "tst_redraw_pacer.moc"
