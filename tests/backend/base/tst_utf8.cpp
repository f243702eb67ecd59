// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/utf8.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestUtf8 : public QObject {
  Q_OBJECT

 private slots:
  void lettersAreMeasured() {
    QCOMPARE(letterBytes(std::string_view("\0", 1)), std::size_t{1});
    QCOMPARE(letterBytes("\x7fz"), std::size_t{1});
    QCOMPARE(letterBytes("\u0080z"), std::size_t{2});
    QCOMPARE(letterBytes("\u0800"), std::size_t{3});
    QCOMPARE(letterBytes("\ud7ff\ue000"), std::size_t{3});
    QCOMPARE(letterBytes("\U00010000"), std::size_t{4});
    QCOMPARE(letterBytes("\U0010ffff"), std::size_t{4});
  }

  void whatIsNoLetterHasNoLength() {
    for (const char* bytes :
         {"", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xe2\x82",
          "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
      QVERIFY2(letterBytes(bytes) == 0, bytes);
    }
  }
};

PENSTOCK_TEST(TestUtf8)

}  // namespace penstock::test

#include "tst_utf8.moc"
