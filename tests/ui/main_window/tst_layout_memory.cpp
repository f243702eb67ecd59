// SPDX-License-Identifier: Apache-2.0
#include <QGuiApplication>
#include <QMainWindow>
#include <QScreen>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/main_window/layout_memory.h"

using namespace penstock::ui;

class TestLayoutMemory : public QObject {
  Q_OBJECT

 private slots:
  void remembersSizeAndChoices();
  void aWindowAsLargeAsTheScreenStandsWholeOnIt();
  void withoutAFileNothingIsKept();
  void aDamagedFileIsAsIfThereWereNone();
};

void TestLayoutMemory::remembersSizeAndChoices() {
  const QTemporaryDir folder;
  const LayoutMemory memory(folder.filePath(QStringLiteral("window.ini")));
  QMainWindow first;
  first.resize(700, 500);
  memory.save(first);
  memory.setChoice(QStringLiteral("theme"), QStringLiteral("dark"));
  QMainWindow second;
  QVERIFY(memory.restore(second) == LayoutMemory::Restored::Yes);
  QCOMPARE(second.size(), QSize(700, 500));
  QCOMPARE(memory.choice(QStringLiteral("theme")), QStringLiteral("dark"));
  memory.forget();
  QVERIFY(memory.restore(second) == LayoutMemory::Restored::No);
}

void TestLayoutMemory::aWindowAsLargeAsTheScreenStandsWholeOnIt() {
  const QTemporaryDir folder;
  const LayoutMemory memory(folder.filePath(QStringLiteral("window.ini")));
  const QRect room = QGuiApplication::primaryScreen()->availableGeometry();
  QMainWindow first;
  first.setGeometry(room);
  memory.save(first);
  QMainWindow second;
  QVERIFY(memory.restore(second) == LayoutMemory::Restored::Yes);
  QVERIFY2(room.contains(second.geometry()),
           qPrintable(QStringLiteral("%1 high at %2").arg(second.height()).arg(second.y())));
}

void TestLayoutMemory::withoutAFileNothingIsKept() {
  const LayoutMemory memory{QString()};
  QMainWindow window;
  memory.save(window);
  memory.setChoice(QStringLiteral("theme"), QStringLiteral("dark"));
  QVERIFY(memory.restore(window) == LayoutMemory::Restored::No);
  QVERIFY(memory.choice(QStringLiteral("theme")).isEmpty());
}

void TestLayoutMemory::aDamagedFileIsAsIfThereWereNone() {
  const QTemporaryDir folder;
  QFile file(folder.filePath(QStringLiteral("window.ini")));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("[layout]\nstate=nonsense\ngeometry=@ByteArray(junk)\n");
  file.close();
  QMainWindow window;
  QVERIFY(LayoutMemory(file.fileName()).restore(window) == LayoutMemory::Restored::No);
}

PENSTOCK_TEST(TestLayoutMemory)
#include "tst_layout_memory.moc"
