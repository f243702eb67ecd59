// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>

#include "tests/support/test_main.h"
#include "ui/models/quantity.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {
// With ordinary spaces, so that the tables can be read.
QString plain(QString text) { return text.replace(QChar(0x00A0), ' '); }
}  // namespace

class TestQuantity : public QObject {
  Q_OBJECT

 private slots:
  void numbersReadAsPeopleWriteThem_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<int>("unit");
    QTest::addColumn<QString>("text");
    const auto row = [](double value, Unit unit, const char* text) {
      QTest::addRow("%s", text) << value << static_cast<int>(unit) << QString::fromUtf8(text);
    };
    row(0, Unit::Count, "0");
    row(12480, Unit::Count, "12,480");
    row(999999, Unit::Count, "999,999");
    row(1e6, Unit::Count, "1 M");
    row(1.25, Unit::Count, "1.25");
    row(1200, Unit::PerSecond, "1.2 k/s");
    row(120, Unit::PerSecond, "120/s");
    row(0.25, Unit::PerSecond, "0.3/s");
    row(999.7, Unit::PerSecond, "1 k/s");
    row(48'000'000, Unit::PerSecond, "48 M/s");
    row(31.0 * 1024 * 1024, Unit::Bytes, "31 MiB");
    row(512, Unit::Bytes, "512 B");
    row(1536, Unit::Bytes, "1.5 KiB");
    row(8.0 * 1024 * 1024 * 1024, Unit::Bytes, "8 GiB");
    row(42, Unit::Seconds, "42 s");
    row(0.003, Unit::Seconds, "3 ms");
    row(0.000250, Unit::Seconds, "250 µs");
    row(1.24, Unit::Seconds, "1.2 s");
    row(600, Unit::Seconds, "10 min");
    row(7200, Unit::Seconds, "2 h");
    row(3 * 86400.0, Unit::Seconds, "3 d");
    row(87.4, Unit::Percent, "87 %");
    row(-1200, Unit::PerSecond, "−1.2 k/s");
  }
  void numbersReadAsPeopleWriteThem() {
    QFETCH(double, value);
    QFETCH(int, unit);
    QFETCH(QString, text);
    QCOMPARE(plain(formatQuantity(value, static_cast<Unit>(unit))), text);
  }

  void whatIsNotKnownIsADash() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {nan, infinity, -infinity}) {
      QCOMPARE(formatQuantity(value, Unit::Bytes), QString("–"));
      QCOMPARE(formatDuration(value), QString("–"));
    }
  }

  void anyCountHasItsCommas() {
    QCOMPARE(formatCount(7), QString("7"));
    QCOMPARE(formatCount(1000), QString("1,000"));
    QCOMPARE(formatCount(std::numeric_limits<std::uint64_t>::max()),
             QString("18,446,744,073,709,551,615"));
  }

  void estimatesHaveAtMostTwoParts() {
    QCOMPARE(plain(formatDuration(0.003)), QString("3 ms"));
    QCOMPARE(plain(formatDuration(42.4)), QString("42 s"));
    QCOMPARE(plain(formatDuration(180)), QString("3 min"));
    QCOMPARE(plain(formatDuration(3 * 3600)), QString("3 h"));
    QCOMPARE(plain(formatDuration(7800)), QString("2 h 10 min"));
    QCOMPARE(plain(formatDuration(30 * 3600)), QString("30 h"));
    QCOMPARE(plain(formatDuration(1e6)), QString("12 d"));
  }

  void figuresStandInColumns() {
    QCOMPARE(padFigures("42", 5), QString(3, QChar(0x2007)) + "42");
    QCOMPARE(padFigures("123456", 5), QString("123456"));
  }

  void ticksAreShort() {
    for (const double value : {0.0, 1.0, 250.0, 1000.0, 12'500.0, 888'000.0, 8.88e6}) {
      QVERIFY2(formatTick(value, Unit::PerSecond).size() <= 6,
               qPrintable(formatTick(value, Unit::PerSecond)));
    }
    QCOMPARE(plain(formatTick(12'500, Unit::Count)), QString("12.5 k"));
  }

  void timesNameTheDayOnlyWhenItIsAnother() {
    const std::int64_t micros = 1'790'000'000'000'000;  // 2026-09-21 14:13:20 UTC
    const std::int64_t day = 86'400'000'000;
    QCOMPARE(formatClock(micros, TimeStyle::Utc, micros), QString("14:13:20"));
    QCOMPARE(formatMinute(micros, TimeStyle::Utc, micros), QString("14:13"));
    QCOMPARE(formatClock(micros, TimeStyle::Utc, micros + day), QString("2026-09-21 14:13:20"));
    QCOMPARE(formatMoment(micros + 250'000, TimeStyle::Utc),
             QString("2026-09-21 14:13:20.250 UTC"));
  }
};
PENSTOCK_TEST(TestQuantity)

}  // namespace penstock::test
#include "tst_quantity.moc"
