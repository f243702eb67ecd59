// SPDX-License-Identifier: Apache-2.0
#include <QByteArray>
#include <QTest>

#include "base/base64.h"
#include "tests/support/test_main.h"

using namespace penstock;

class TestBase64 : public QObject {
  Q_OBJECT
 private slots:
  void agreesWithAnotherEncoder();
  void onlyTheCanonicalFormIsDecoded_data();
  void onlyTheCanonicalFormIsDecoded();
};

void TestBase64::agreesWithAnotherEncoder() {
  QByteArray bytes;
  for (int size = 0; size < 300; ++size) {
    std::string text;
    appendBase64(text, std::string_view(bytes.constData(), std::size_t(size)));
    QCOMPARE(QByteArray::fromStdString(text), bytes.toBase64());
    std::string decoded;
    QVERIFY(decodeBase64(decoded, text));
    QCOMPARE(QByteArray::fromStdString(decoded), bytes);
    bytes.append(char(size * 37));
  }
}

void TestBase64::onlyTheCanonicalFormIsDecoded_data() {
  QTest::addColumn<QByteArray>("text");
  for (const char* text : {"a", "ab", "abc", "YQ", "YQ=", "YR==", "YWJ=", "====", "=AAA",
                           "A===", "YQ==YQ==", "YW I=", "YW\nI", "YWI-", "YQ==\n"}) {
    QTest::newRow(text) << QByteArray(text);
  }
}

void TestBase64::onlyTheCanonicalFormIsDecoded() {
  QFETCH(QByteArray, text);
  std::string decoded = "kept";
  QVERIFY(!decodeBase64(decoded, text.toStdString()));
  QCOMPARE(decoded, std::string("kept"));
}

PENSTOCK_TEST(TestBase64)
#include "tst_base64.moc"
