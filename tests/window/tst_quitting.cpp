// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/window/click_times.h"
#include "tests/window/window_rig.h"
#include "ui/dialogs/quit_dialog.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

/// Quitting with work left, by each of the answers; the next start carries on.
class TestQuitting : public QObject {
  Q_OBJECT

 private slots:
  void cancelLeavesTheWindowAndTheWorkAsTheyWere();
  void quitNowKeepsTheWorkAndTheNextStartCarriesOn();
  void drainAndQuitPersistsWhatWaited();

 private:
  // A paused sink, and a game that goes on (its end would flush, paused or not).
  static void makeWorkThatWaits(WindowRig& rig) {
    rig.click(rig.button("pauseButton"));
    rig.click(rig.button("confirmButton"));
    QVERIFY(until(20s, [&] { return rig.sink().state == SinkState::Paused; }));
    rig.startGame(2'000);
    QVERIFY(until(20s, [&] { return rig.sink().queueDepth > 500; }));
  }
  static QuitDialog* closeAndBeAsked(WindowRig& rig) {
    rig.window().close();
    return rig.window().findChild<QuitDialog*>();
  }
};

void TestQuitting::cancelLeavesTheWindowAndTheWorkAsTheyWere() {
  const QTemporaryDir folder;
  WindowRig rig(folder.path());
  makeWorkThatWaits(rig);
  QuitDialog* asked = closeAndBeAsked(rig);
  QVERIFY(asked != nullptr);
  QVERIFY(asked->message().contains("safe in the journal"));
  rig.click(asked->cancel());
  QVERIFY(rig.window().isVisible());
  QVERIFY(!rig.hasQuit());
  QVERIFY(rig.sink().queueDepth > 500);
}

void TestQuitting::quitNowKeepsTheWorkAndTheNextStartCarriesOn() {
  const QTemporaryDir folder;
  std::uint64_t left = 0;
  {
    WindowRig rig(folder.path());
    makeWorkThatWaits(rig);
    QuitDialog* asked = closeAndBeAsked(rig);
    QVERIFY(asked != nullptr);
    left = rig.sink().queueDepth;
    rig.click(asked->quitNow());
    QVERIFY(rig.hasQuit());
  }
  WindowRig again(folder.path());
  QVERIFY(until(20s, [&] { return again.sink().queueDepth >= left; }));
  QVERIFY(until(20s, [&] { return again.sink().state == SinkState::Paused; }));
  QVERIFY(until(20s, [&] { return again.button("pauseButton")->text().startsWith("Resume"); }));
  again.click(again.button("pauseButton"));
  QVERIFY(until(60s, [&] { return again.sink().persistedSets >= left; }));
  QVERIFY(until(60s, [&] { return again.sink().queueDepth == 0; }));
  QCOMPARE(again.sink().deadLettersWaiting, std::uint64_t{0});
}

void TestQuitting::drainAndQuitPersistsWhatWaited() {
  const QTemporaryDir folder;
  {
    WindowRig rig(folder.path());
    makeWorkThatWaits(rig);
    QuitDialog* asked = closeAndBeAsked(rig);
    QVERIFY(asked != nullptr);
    rig.click(asked->drainAndQuit());
    QVERIFY(until(30s, [&] { return rig.hasQuit(); }));
  }
  WindowRig again(folder.path());
  QVERIFY(until(20s, [&] { return again.newest()->number > 3; }));
  QCOMPARE(again.sink().queueDepth, std::uint64_t{0});
}

PENSTOCK_TEST(TestQuitting)

}  // namespace penstock::test
#include "tst_quitting.moc"
