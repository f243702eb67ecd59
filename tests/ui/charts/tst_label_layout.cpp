// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "tests/support/test_main.h"
#include "ui/charts/label_layout.h"

namespace penstock::test {

using namespace penstock::ui;

class TestLabelLayout : public QObject {
  Q_OBJECT

 private slots:
  void labelsWithRoomStandWhereTheyWish() {
    QVERIFY((spreadLabels({20, 60, 90}, {0, 100, 14}) == std::vector<double>{20, 60, 90}));
    QVERIFY(spreadLabels({}, {0, 100, 14}).empty());
  }

  void labelsAtTheFloorPileUp() {
    QVERIFY((spreadLabels({100, 100, 100}, {0, 100, 10}) == std::vector<double>{75, 85, 95}));
  }

  void withoutRoomTheyShareIt() {
    const auto middles = spreadLabels({50, 50, 50, 50}, {0, 20, 14});
    for (std::size_t at = 1; at < middles.size(); ++at) {
      QCOMPARE(middles[at] - middles[at - 1], 5.0);
    }
  }

  void noLabelEverCoversAnother() {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> place(-20, 130);
    for (int round = 0; round < 1000; ++round) {
      std::vector<double> wanted(4);
      for (double& each : wanted) each = place(random);
      std::vector<double> middles = spreadLabels(wanted, {0, 110, 14});
      for (std::size_t left = 0; left < 4; ++left) {
        QVERIFY(middles[left] >= 7 - 1e-9 && middles[left] <= 103 + 1e-9);
        for (std::size_t right = 0; right < 4; ++right) {
          if (wanted[left] < wanted[right]) {
            QVERIFY(middles[right] - middles[left] >= 14 - 1e-9);
          }
        }
      }
    }
  }
};
PENSTOCK_TEST(TestLabelLayout)

}  // namespace penstock::test
#include "tst_label_layout.moc"
