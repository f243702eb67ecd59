// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/dialogs/leave_demo_dialog.h"

using namespace penstock::ui;

class TestLeaveDemoDialog : public QObject {
  Q_OBJECT

 private slots:
  void aNewDirectoryCanBeChosen();
  void aFileOrNothingCannot();
};

void TestLeaveDemoDialog::aNewDirectoryCanBeChosen() {
  const QTemporaryDir folder;
  auto* dialog = new LeaveDemoDialog(folder.filePath(QStringLiteral("penstock")));
  dialog->show();
  QSignalSpy chosen(dialog, &LeaveDemoDialog::chosen);
  QTest::mouseClick(dialog->leaveButton(), Qt::LeftButton);
  QCOMPARE(chosen.count(), 1);
  QCOMPARE(chosen.front().front().toString(), folder.filePath(QStringLiteral("penstock")));
}

void TestLeaveDemoDialog::aFileOrNothingCannot() {
  const QTemporaryDir folder;
  QFile file(folder.filePath(QStringLiteral("plain")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  auto* dialog = new LeaveDemoDialog(file.fileName());
  dialog->show();
  QVERIFY(!dialog->leaveButton()->isEnabled());
  dialog->directory()->clear();
  QVERIFY(!dialog->leaveButton()->isEnabled());
  dialog->close();
}

PENSTOCK_TEST(TestLeaveDemoDialog)
#include "tst_leave_demo_dialog.moc"
