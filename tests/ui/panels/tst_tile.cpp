// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/tile_row.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestTile : public QObject {
  Q_OBJECT

 private slots:
  void aLongValueShrinksBeforeItIsShortened();
  void theAccessibleNameTellsItAll();
  void paintsEveryToneWithAndWithoutSparkline();
};

void TestTile::aLongValueShrinksBeforeItIsShortened() {
  Tile tile(TileKind::TimeToEmpty);
  tile.resize(124, 84);
  TileText text;
  text.title = QStringLiteral("TIME TO EMPTY");
  text.value = QStringLiteral("growing 1,120/s");
  tile.showText(text);
  QVERIFY(!tile.isElided());
  tile.resize(60, 84);
  QVERIFY(tile.isElided());
}

void TestTile::theAccessibleNameTellsItAll() {
  Tile tile(TileKind::Depth);
  TileText text;
  text.title = QStringLiteral("DEPTH");
  text.value = QStringLiteral("12,480");
  tile.showText(text);
  QVERIFY(tile.accessibleName().contains(QStringLiteral("12,480")));
}

void TestTile::paintsEveryToneWithAndWithoutSparkline() {
  Tile tile(TileKind::Depth);
  tile.resize(150, 84);
  QImage before;
  for (const Tone tone : kTones) {
    TileText text;
    text.title = QStringLiteral("DEPTH");
    text.value = QStringLiteral("12");
    text.tone = tone;
    tile.showText(text);
    const QImage now = tile.grab().toImage();
    QVERIFY(now != before);
    before = now;
  }
  tile.showSparkline({1, 4, 2, std::nan(""), 8});
  QVERIFY(tile.grab().toImage() != before);
}

PENSTOCK_TEST(TestTile)
#include "tst_tile.moc"
