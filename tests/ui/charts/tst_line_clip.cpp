// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/test_main.h"
#include "ui/charts/line_clip.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
}

class TestLineClip : public QObject {
  Q_OBJECT

 private slots:
  void aLineInsideStaysAsItIs() {
    const std::vector<LinePoint> line{{1, 1}, {2, 3}, {3, 2}};
    QVERIFY(clipLine(line, {0, 10}, {0, 10}) == line);
  }

  void aLineIsCutWhereItCrossesTheEdges() {
    const auto clipped = clipLine({{0, 0}, {10, 10}}, {2, 8}, {0, 6});
    QVERIFY((clipped == std::vector<LinePoint>{{2, 2}, {6, 6}}));
  }

  void aSpikeBeyondTheTopIsOpenThere() {
    const auto clipped = clipLine({{0, 1}, {1, 1}, {2, 9}, {3, 1}, {4, 1}}, {0, 4}, {0, 5});
    QCOMPARE(clipped.size(), std::size_t{7});
    QCOMPARE(clipped[2].value, 5.0);
    QVERIFY(std::isnan(clipped[3].value));
    QCOMPARE(clipped[4].value, 5.0);
  }

  void gapsStayGaps() {
    const auto clipped = clipLine({{0, 1}, {1, 1}, {2, kNone}, {3, 1}, {4, 1}}, {0, 4}, {0, 5});
    QCOMPARE(clipped.size(), std::size_t{5});
    QVERIFY(std::isnan(clipped[2].value));
  }

  void nothingIsEverOutside() {
    std::mt19937 random(3);
    std::uniform_real_distribution<double> place(-5, 15);
    for (int round = 0; round < 300; ++round) {
      std::vector<LinePoint> line;
      for (int at = -5; at < 15; ++at) {
        line.push_back({static_cast<double>(at), random() % 7 == 0 ? kNone : place(random)});
      }
      for (const LinePoint& point : clipLine(line, {0, 10}, {0, 10})) {
        QVERIFY(point.time >= 0 && point.time <= 10);
        const bool isInside = point.value >= -1e-9 && point.value <= 10 + 1e-9;
        QVERIFY(std::isnan(point.value) || isInside);
      }
    }
  }
};
PENSTOCK_TEST(TestLineClip)

}  // namespace penstock::test
#include "tst_line_clip.moc"
