// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/log.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestLog : public QObject {
  Q_OBJECT

 private slots:
  void controlCharactersAreEscaped() {
    QCOMPARE(QString::fromStdString(escapeForLog("a\nb\x1b[31m\x7f")),
             QString("a\\x0ab\\x1b[31m\\x7f"));
  }
  void nulIsEscapedAndDoesNotCutTheLine() {
    QCOMPARE(QString::fromStdString(escapeForLog(std::string_view("a\0b", 3))), QString("a\\x00b"));
  }
  void bytesThatAreNoLetterAreEscaped() {
    QCOMPARE(QString::fromLatin1(escapeForLog("a\xe2\x82").c_str()), QString("a\\xe2\\x82"));
    QCOMPARE(QString::fromLatin1(escapeForLog("\xffz\xc0\xaf").c_str()),
             QString("\\xffz\\xc0\\xaf"));
  }
  void secondControlCharactersAreEscaped() {
    QCOMPARE(QString::fromLatin1(escapeForLog("a\u009b31m").c_str()), QString("a\\xc2\\x9b31m"));
  }
  void lettersOfOtherScriptsStay() {
    const std::string text = "Größe Ω \u00a0😀";
    QCOMPARE(QString::fromStdString(escapeForLog(text)), QString::fromStdString(text));
  }
};

PENSTOCK_TEST(TestLog)

}  // namespace penstock::test

#include "tst_log.moc"
