// SPDX-License-Identifier: Apache-2.0
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QTest>
#include <QTextBrowser>

#include "tests/support/test_main.h"
#include "ui/dialogs/manual_dialog.h"

using namespace penstock::ui;

class TestManualDialog : public QObject {
  Q_OBJECT

 private slots:
  void everyPageIsThere();
  void linksLeadToOtherPages();
  void searchGoesOnThroughAllPages();
};

void TestManualDialog::everyPageIsThere() {
  ManualDialog manual;
  QVERIFY(manual.pages()->count() >= 8);
  for (int row = 0; row < manual.pages()->count(); ++row) {
    manual.pages()->setCurrentRow(row);
    QVERIFY2(manual.browser()->toPlainText().size() > 300,
             qPrintable(manual.pages()->item(row)->text()));
  }
}

void TestManualDialog::linksLeadToOtherPages() {
  ManualDialog manual;
  emit manual.browser()->anchorClicked(QUrl(QStringLiteral("states.md")));
  QCOMPARE(manual.pages()->currentItem()->text(), QStringLiteral("States"));
}

void TestManualDialog::searchGoesOnThroughAllPages() {
  ManualDialog manual;
  manual.search()->setText(QStringLiteral("The database refuses change sets"));
  QTest::keyClick(manual.search(), Qt::Key_Return);
  QCOMPARE(manual.pages()->currentItem()->text(), QStringLiteral("Troubleshooting"));
  QVERIFY(manual.browser()->textCursor().hasSelection());
}

PENSTOCK_TEST(TestManualDialog)
#include "tst_manual_dialog.moc"
