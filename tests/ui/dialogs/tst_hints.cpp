// SPDX-License-Identifier: Apache-2.0
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/dialogs/hints.h"

using namespace penstock::ui;

class TestHints : public QObject {
  Q_OBJECT

 private slots:
  void showsThreeHintsAndGoesAwayWhenDismissed();
};

void TestHints::showsThreeHintsAndGoesAwayWhenDismissed() {
  QWidget host;
  host.resize(800, 400);
  host.show();
  auto* hints = new Hints(&host);
  hints->show();
  QStringList seen;
  for (int i = 0; i < 3; ++i) {
    seen << hints->text();
    QVERIFY(host.rect().contains(hints->geometry()));
    QTest::mouseClick(hints->next(), Qt::LeftButton);
  }
  QCOMPARE(seen.removeDuplicates(), 0);
  QCOMPARE(hints->text(), seen.front());
  QSignalSpy dismissed(hints, &Hints::dismissed);
  QTest::mouseClick(hints->dismiss(), Qt::LeftButton);
  QCOMPARE(dismissed.count(), 1);
  QVERIFY(!hints->isVisible());
}

PENSTOCK_TEST(TestHints)
#include "tst_hints.moc"
