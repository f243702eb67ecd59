// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>

#include "base/number_text.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestNumberText : public QObject {
  Q_OBJECT

 private slots:
  void thousandsAreGrouped_data() {
    QTest::addColumn<qint64>("number");
    QTest::addColumn<QString>("text");
    const std::pair<qint64, const char*> table[] = {
        {0, "0"},
        {7, "7"},
        {999, "999"},
        {1000, "1,000"},
        {12480, "12,480"},
        {999'999, "999,999"},
        {1'000'000, "1,000,000"},
        {-1, "-1"},
        {-999, "-999"},
        {-1000, "-1,000"},
        {-123456, "-123,456"},
        {std::numeric_limits<qint64>::max(), "9,223,372,036,854,775,807"},
        {std::numeric_limits<qint64>::min(), "-9,223,372,036,854,775,808"}};
    for (const auto& [number, text] : table) QTest::newRow(text) << number << text;
  }
  void thousandsAreGrouped() {
    QFETCH(qint64, number);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(groupedNumber(std::int64_t{number})), text);
  }

  void bytesHaveThreeDigitsAtMost_data() {
    QTest::addColumn<quint64>("bytes");
    QTest::addColumn<QString>("text");
    constexpr quint64 kKiB = 1024;
    const std::pair<quint64, const char*> table[] = {{0, "0 B"},
                                                     {1, "1 B"},
                                                     {999, "999 B"},
                                                     {1000, "1.0 KiB"},
                                                     {1023, "1.0 KiB"},
                                                     {kKiB, "1.0 KiB"},
                                                     {kKiB * 3 / 2, "1.5 KiB"},
                                                     {10 * kKiB - 1, "10 KiB"},
                                                     {31 * kKiB * kKiB, "31 MiB"},
                                                     {999 * kKiB, "999 KiB"},
                                                     {1000 * kKiB, "1.0 MiB"},
                                                     {kKiB * kKiB * kKiB * 3 / 2, "1.5 GiB"},
                                                     {8 * kKiB * kKiB * kKiB * kKiB, "8.0 TiB"}};
    for (const auto& [bytes, text] : table) QTest::addRow("%llu", bytes) << bytes << text;
  }
  void bytesHaveThreeDigitsAtMost() {
    QFETCH(quint64, bytes);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(byteText(bytes)), text);
  }

  void durationsHaveTwoUnitsAtMost_data() {
    QTest::addColumn<qint64>("millis");
    QTest::addColumn<QString>("text");
    const std::pair<qint64, const char*> table[] = {{-5, "0 ms"},
                                                    {0, "0 ms"},
                                                    {999, "999 ms"},
                                                    {1000, "1 s"},
                                                    {3249, "3.2 s"},
                                                    {9949, "9.9 s"},
                                                    {9960, "10 s"},
                                                    {41'600, "42 s"},
                                                    {59'500, "1 min"},
                                                    {303'000, "5 min 3 s"},
                                                    {3'600'000, "1 h"},
                                                    {7'500'000, "2 h 5 min"},
                                                    {7'200'000'000, "2,000 h"}};
    for (const auto& [millis, text] : table) QTest::addRow("%lld", millis) << millis << text;
  }
  void durationsHaveTwoUnitsAtMost() {
    QFETCH(qint64, millis);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(durationText(std::chrono::milliseconds(millis))), text);
  }
};

PENSTOCK_TEST(TestNumberText)

}  // namespace penstock::test

#include "tst_number_text.moc"
