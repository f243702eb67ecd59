// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <set>

#include "tests/support/test_main.h"
#include "ui/models/palette.h"
#include "ui/models/state_mark.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {
constexpr std::array kShades{Shade::Light, Shade::Dark};
constexpr double kLineContrast = 3.0;
constexpr double kTextContrast = 4.5;
}  // namespace

class TestPalette : public QObject {
  Q_OBJECT

 private slots:
  void contrastIsThatOfTheStandard() {
    QVERIFY(std::abs(contrastOf(Qt::black, Qt::white) - 21) < 1e-6);
    QVERIFY(std::abs(contrastOf(Qt::white, Qt::white) - 1) < 1e-6);
    QVERIFY(std::abs(contrastOf(QColor(0x777777), Qt::white) - 4.48) < 0.01);
  }

  void everyLineStandsOutFromItsChart() {
    for (const Shade shade : kShades) {
      const ChartColors& colors = chartColors(shade);
      for (const QColor& line : colors.lines) {
        QVERIFY2(contrastOf(line, colors.background) >= kLineContrast, qPrintable(line.name()));
      }
      QVERIFY(contrastOf(colors.limit, colors.background) >= kLineContrast);
      QVERIFY(contrastOf(colors.crosshair, colors.background) >= kLineContrast);
    }
  }

  void everyTextOfAChartIsReadable() {
    for (const Shade shade : kShades) {
      const ChartColors& colors = chartColors(shade);
      for (const QColor& below : {colors.background, colors.bandPaused, colors.bandPressure}) {
        QVERIFY2(contrastOf(colors.text, below) >= kTextContrast, qPrintable(below.name()));
        QVERIFY2(contrastOf(colors.mutedText, below) >= kTextContrast, qPrintable(below.name()));
      }
    }
  }

  void everyStateIsReadableWhereItStands() {
    for (const Shade shade : kShades) {
      const QPalette palette = fusionPalette(shade);
      for (const Tone tone : kTones) {
        const ToneColors& colors = toneColors(tone, shade);
        for (const QColor& below :
             {colors.background, palette.window().color(), palette.base().color(),
              palette.alternateBase().color(), chartColors(shade).background}) {
          QVERIFY2(contrastOf(colors.text, below) >= kTextContrast,
                   qPrintable(colors.text.name() + " on " + below.name()));
        }
      }
    }
  }

  void everyTextOfTheWindowIsReadable() {
    for (const Shade shade : kShades) {
      const QPalette palette = fusionPalette(shade);
      const auto contrast = [&](QPalette::ColorRole text, QPalette::ColorRole below) {
        return contrastOf(palette.color(QPalette::Active, text),
                          palette.color(QPalette::Active, below));
      };
      QVERIFY(contrast(QPalette::WindowText, QPalette::Window) >= kTextContrast);
      QVERIFY(contrast(QPalette::Text, QPalette::Base) >= kTextContrast);
      QVERIFY(contrast(QPalette::Text, QPalette::AlternateBase) >= kTextContrast);
      QVERIFY(contrast(QPalette::ButtonText, QPalette::Button) >= kTextContrast);
      QVERIFY(contrast(QPalette::HighlightedText, QPalette::Highlight) >= kTextContrast);
      QVERIFY(contrast(QPalette::ToolTipText, QPalette::ToolTipBase) >= kTextContrast);
      QVERIFY(contrast(QPalette::Link, QPalette::Base) >= kTextContrast);
    }
  }

  void linesNeverHaveTheColourOfAState() {
    for (const Shade shade : kShades) {
      std::set<QRgb> states;
      for (const Tone tone : kTones) states.insert(toneColors(tone, shade).text.rgb());
      for (const QColor& line : chartColors(shade).lines) QVERIFY(!states.contains(line.rgb()));
    }
  }

  void everyStateButNeutralHasAShapeOfItsOwn() {
    std::set<QString> names;
    for (const Tone tone : kTones) names.insert(markName(tone));
    QCOMPARE(names.size(), kTones.size());
    QVERIFY(markName(Tone::Neutral).isEmpty());
    const QImage disc = markIcon(Tone::Good, Shade::Light).pixmap(12, 12).toImage();
    const QImage octagon = markIcon(Tone::Alarm, Shade::Light).pixmap(12, 12).toImage();
    QVERIFY(disc.pixelColor(6, 6).alpha() == 255);
    QVERIFY(disc.convertToFormat(QImage::Format_Alpha8) !=
            octagon.convertToFormat(QImage::Format_Alpha8));
  }

  void aDarkPaletteIsRecognised() {
    QVERIFY(shadeOf(fusionPalette(Shade::Dark)) == Shade::Dark);
    QVERIFY(shadeOf(fusionPalette(Shade::Light)) == Shade::Light);
  }

  void aThemeReachesTheApplication() {
    QVERIFY(applyTheme(*qApp, Theme::Dark) == Shade::Dark);
    QVERIFY(shadeOf(qApp->palette()) == Shade::Dark);
    QVERIFY(applyTheme(*qApp, Theme::Light) == Shade::Light);
    QVERIFY(shadeOf(qApp->palette()) == Shade::Light);
    QVERIFY(applyTheme(*qApp, Theme::System) == Shade::Light);  // offscreen: no desktop, light
  }
};
PENSTOCK_TEST(TestPalette)

}  // namespace penstock::test
#include "tst_palette.moc"
