// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/models/display_text.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::string_view_literals;

class TestDisplayText : public QObject {
  Q_OBJECT

 private slots:
  void controlCharactersBecomeVisible() {
    QCOMPARE(displayText("a\0b\tc\nd\x7f"sv), QString("a␀b␉c␊d␡"));
  }

  void directionOverridesLoseTheirPower() {
    const QString shown = displayText("user\u202Egpj.exe\u2066\u200B\uFEFF"sv);
    for (const QChar character : shown) QVERIFY(character.category() != QChar::Other_Format);
    QVERIFY(shown.startsWith("user\uFFFDgpj.exe"));
  }

  void markupStaysText() {
    QCOMPARE(displayText("<b>x</b>"sv), QString("<b>x</b>"));
    QCOMPARE(toolTipText("<img src=x>\n&"sv), QString("<qt>&lt;img src=x&gt;<br/>&amp;</qt>"));
  }

  void brokenBytesShowAsReplacement() {
    QCOMPARE(displayText("a\xff\xfe"sv), QString("a\uFFFD\uFFFD"));
  }

  void aMegabyteIsCutToACell() {
    const std::string huge(1'000'000, 'x');
    QCOMPARE(displayText(huge).size(), kCellCharactersMax + 1);
    QVERIFY(displayText(huge).endsWith(QChar(0x2026)));
    const std::string pairs = [] {
      std::string text;
      for (int at = 0; at < 600; ++at) text += "😀";
      return text;
    }();
    QCOMPARE(displayText(pairs).toUcs4().size(), kCellCharactersMax + 1);
  }

  void exactlyFittingTextIsNotCut() {
    const std::string text(kCellCharactersMax, 'x');
    QCOMPARE(displayText(text).size(), kCellCharactersMax);
  }

  void rightToLeftNamesAreIsolatedInSentences() {
    const QString name = isolatedText("אנה"sv);
    QVERIFY(name.startsWith(QChar(0x2068)) && name.endsWith(QChar(0x2069)));
    QCOMPARE(isolatedText("anna"sv), QString("anna"));
  }
};
PENSTOCK_TEST(TestDisplayText)

}  // namespace penstock::test
#include "tst_display_text.moc"
