// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/main_window/node_bar.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

std::vector<SinkSnapshot> sinksNamed(const std::vector<std::string>& names) {
  std::vector<SinkSnapshot> sinks;
  for (const std::string& name : names) sinks.emplace_back().name = name;
  return sinks;
}

QString sinkIn(const NodeBar& bar) {
  for (const auto* list : bar.findChildren<QComboBox*>()) {
    if (list->accessibleName() == QStringLiteral("Sink in view")) return list->currentText();
  }
  return {};
}

}  // namespace

class TestNodeBar : public QObject {
  Q_OBJECT

 private slots:
  void primaryIsInViewUntilASinkIsChosen() {
    NodeBar bar;
    bar.showSinks(sinksNamed({"berlin", "paris"}));
    QCOMPARE(sinkIn(bar), QStringLiteral("berlin"));
    bar.showSinks(sinksNamed({"paris", "berlin"}));  // after a failover
    QCOMPARE(sinkIn(bar), QStringLiteral("paris"));
    bar.chooseSink("paris");
    bar.showSinks(sinksNamed({"berlin", "paris"}));
    QCOMPARE(sinkIn(bar), QStringLiteral("paris"));
  }
};

PENSTOCK_TEST(TestNodeBar)

}  // namespace penstock::test

#include "tst_node_bar.moc"
