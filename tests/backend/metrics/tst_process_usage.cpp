// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "metrics/process_usage.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestProcessUsage : public QObject {
  Q_OBJECT

 private slots:
  void aFieldIsReadFromItsLine_data() {
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<qint64>("bytes");  // below 0: none
    QTest::newRow("usual")
        << QByteArray("Name:\tx\nVmHWM:\t 20 kB\nVmRSS:\t    1234 kB\nRssAnon:\t 1 kB\n")
        << qint64{1234 * 1024};
    QTest::newRow("no such line") << QByteArray("Name:\tVmRSS: 5 kB\n") << qint64{-1};
    QTest::newRow("cut off") << QByteArray("Name:\tx\nVmRSS:\t  12") << qint64{-1};
    QTest::newRow("no number") << QByteArray("Name:\tx\nVmRSS:\t  many kB\n") << qint64{-1};
    QTest::newRow("empty") << QByteArray() << qint64{-1};
  }

  void aFieldIsReadFromItsLine() {
    QFETCH(QByteArray, status);
    QFETCH(qint64, bytes);
    const auto found = memoryFieldIn(status.toStdString(), "VmRSS");
    QCOMPARE(found ? static_cast<qint64>(*found) : qint64{-1}, bytes);
  }

  void memoryThatIsTouchedIsSeen() {
    constexpr std::size_t kSize = 64 << 20;
    ProcessUsage usage(posixFileSystem());
    const std::uint64_t before = usage.residentBytes();
    QVERIFY(before > 0);
    const std::vector<char> touched(kSize, 'x');
    QVERIFY(usage.residentBytes() >= before + kSize / 2);
    QCOMPARE(touched.back(), 'x');
  }

  void thePeakStaysWhenTheMemoryIsGivenBack() {
    constexpr std::size_t kSize = 64 << 20;
    ProcessUsage usage(posixFileSystem());
    const std::uint64_t before = usage.residentBytes();
    QCOMPARE(std::vector<char>(kSize, 'x').back(), 'x');
    QVERIFY(usage.peakResidentBytes() >= before + kSize / 2);
  }
};

PENSTOCK_TEST(TestProcessUsage)

}  // namespace penstock::test

#include "tst_process_usage.moc"
