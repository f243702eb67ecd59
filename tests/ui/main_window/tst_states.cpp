// SPDX-License-Identifier: Apache-2.0
#include <QLabel>
#include <QPushButton>
#include <QTabBar>
#include <QTest>
#include <QToolButton>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/charts/chart_set.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/status_line.h"
#include "ui/panels/controls_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestStates : public QObject {
  Q_OBJECT

 private slots:
  void everyStateOfTheNodeIsSaidAndNothingIsClipped_data();
  void everyStateOfTheNodeIsSaidAndNothingIsClipped();
  void nothingMovesWhenAStateAppears();
  void pausedStandsInTheTitle();
  void disconnectedDimsAndOffersToTryNow();
  void frozenCountsWhatIsMissedAndTilesStayLive();
  void withoutASampleEveryPartSaysWhatItWaitsFor();
};

static MainWindowOptions optionsWith(const HandClock& clock) {
  MainWindowOptions options;
  options.clock = &clock;
  options.theme = Theme::Light;
  return options;
}

// What is cut off: buttons, tabs and tiles whose text does not fit.
static QStringList clippedIn(const MainWindow& window) {
  QStringList clipped;
  for (const QAbstractButton* button : window.findChildren<QAbstractButton*>()) {
    if (!button->isVisible() || button->text().isEmpty()) continue;
    QString text = button->text();
    text.remove('&');
    const int needed = button->fontMetrics().horizontalAdvance(text);
    if (needed > button->width()) clipped << text;
  }
  for (std::size_t i = 0; i < kTileCount; ++i) {
    const Tile* tile = window.tiles()->tile(TileKind(i));
    if (tile->isElided()) {
      clipped << QStringLiteral("%1 %2 %3")
                     .arg(tile->text().title, tile->text().value, tile->text().detail);
    }
  }
  return clipped;
}

void TestStates::everyStateOfTheNodeIsSaidAndNothingIsClipped_data() {
  QTest::addColumn<int>("scene");
  for (std::size_t i = 0; i < nodeScenes().size(); ++i) {
    QTest::newRow(nodeScenes()[i].name) << int(i);
  }
}

void TestStates::everyStateOfTheNodeIsSaidAndNothingIsClipped() {
  QFETCH(int, scene);
  const Scene& played = nodeScenes()[std::size_t(scene)];
  FakeEngineLink link;
  HandClock clock;
  play(played, link, clock);
  MainWindow window(link, optionsWith(clock));
  window.show();
  window.refresh();
  const QString said = window.statusLine()->statusText();
  QVERIFY2(said.contains(QString::fromLatin1(played.expected), Qt::CaseInsensitive),
           qPrintable(said));
  QVERIFY2(clippedIn(window).isEmpty(), qPrintable(clippedIn(window).join(" | ")));
}

void TestStates::nothingMovesWhenAStateAppears() {
  FakeEngineLink link;
  HandClock clock;
  playHealthy(link, clock);
  MainWindow window(link, optionsWith(clock));
  window.show();
  const auto places = [&window] {
    QList<QRect> rects;
    for (QWidget* part :
         {static_cast<QWidget*>(window.statusLine()), static_cast<QWidget*>(window.tiles()),
          static_cast<QWidget*>(window.charts()), static_cast<QWidget*>(window.controls()),
          static_cast<QWidget*>(window.tables())}) {
      rects << QRect(part->mapTo(&window, QPoint()), part->size());
    }
    for (QPushButton* button : window.controls()->findChildren<QPushButton*>()) {
      rects << QRect(button->mapTo(&window, QPoint()), button->size());
    }
    return rects;
  };
  QCoreApplication::processEvents();
  const QList<QRect> before = places();
  for (const Scene& scene : nodeScenes()) {
    Snapshot sample = healthySnapshotAt(link.newest()->number + 1);
    sample.state = scene.state;
    sample.stateReason = std::string(scene.reason) + std::string(400, 'x');
    sample.sinks.front().state = SinkState::Paused;
    clock.setWall(sample.wallMicros);
    link.publish(sample);
    for (int turn = 0; turn < 6; ++turn) window.refresh();
    QCoreApplication::processEvents();
    QVERIFY2(places() == before, scene.name);
  }
}

void TestStates::pausedStandsInTheTitle() {
  FakeEngineLink link;
  HandClock clock;
  play(nodeScenes().front(), link, clock);
  const MainWindow window(link, optionsWith(clock));
  QVERIFY(window.windowTitle().startsWith(QStringLiteral("[Paused] ")));
  QVERIFY(window.windowTitle().endsWith(QStringLiteral("Penstock")));
  QVERIFY(window.statusLine()->statusText().contains(QStringLiteral("ada")));
}

void TestStates::disconnectedDimsAndOffersToTryNow() {
  FakeEngineLink link;
  HandClock clock;
  playDisconnected(link, clock);
  MainWindowOptions options = optionsWith(clock);
  int tried = 0;
  options.tryNow = [&tried] { ++tried; };
  MainWindow window(link, options);
  window.show();
  QVERIFY(window.statusLine()->statusText().contains(QStringLiteral("Not connected since")));
  QVERIFY(window.statusLine()->statusText().contains(QStringLiteral("refused")));
  QVERIFY(window.tiles()->tile(TileKind::Depth)->text().tone == Tone::Stale);
  QVERIFY(window.statusLine()->tryNow()->isVisible());
  QTest::mouseClick(window.statusLine()->tryNow(), Qt::LeftButton);
  QCOMPARE(tried, 1);
  QVERIFY(!window.controls()->findChild<QPushButton*>(QStringLiteral("applyButton"))->isEnabled());
}

void TestStates::frozenCountsWhatIsMissedAndTilesStayLive() {
  FakeEngineLink link;
  HandClock clock;
  playHealthy(link, clock);
  MainWindow window(link, optionsWith(clock));
  window.show();
  window.actionsOf()[Act::Freeze]->trigger();
  QVERIFY(window.charts()->isFrozen());
  for (int i = 0; i < 318; ++i) {
    Snapshot sample = healthySnapshotAt(link.newest()->number + 1);
    sample.sinks.front().queueDepth = 77'777;
    clock.setWall(sample.wallMicros);
    link.publish(sample);
  }
  for (int turn = 0; turn < 6; ++turn) window.refresh();
  QCOMPARE(window.charts()->missedSamples(), std::uint64_t{318});
  QCOMPARE(window.tiles()->tile(TileKind::Depth)->text().value, QStringLiteral("77,777"));
  window.actionsOf()[Act::Freeze]->trigger();
  QVERIFY(!window.charts()->isFrozen());
}

void TestStates::withoutASampleEveryPartSaysWhatItWaitsFor() {
  FakeEngineLink link;
  HandClock clock;
  clock.setWall(1'795'269'720'000'000);
  MainWindow window(link, optionsWith(clock));
  window.show();
  window.refresh();
  QVERIFY(!window.statusLine()->statusText().isEmpty());
  for (const auto tab :
       {TableTabs::Tab::Queue, TableTabs::Tab::Data, TableTabs::Tab::Sinks, TableTabs::Tab::Shards,
        TableTabs::Tab::Events, TableTabs::Tab::DeadLetters}) {
    window.tables()->open(tab);
    QString said;
    for (const QLabel* label : window.tables()->currentWidget()->findChildren<QLabel*>()) {
      if (label->isVisible()) said += label->text();
    }
    QVERIFY2(said.size() > 10, qPrintable(window.tables()->tabText(int(tab))));
  }
  QVERIFY(!window.controls()->findChild<QPushButton*>(QStringLiteral("pauseButton"))->isEnabled());
}

PENSTOCK_TEST(TestStates)
#include "tst_states.moc"
