// SPDX-License-Identifier: Apache-2.0
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/sinks_panel.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

Snapshot damagedSnapshot() {
  Snapshot sample = healthySnapshot();
  sample.state = NodeState::Damaged;
  SinkSnapshot& sink = sample.sinks.front();
  sink.state = SinkState::Stopped;
  sink.damage = DamageSnapshot{2, 33'554'437, 33'554'440, 4,
                               "segment 2, offset 8192 to 12288, sequences 33554437 to 33554440: "
                               "record checksum"};
  return sample;
}

}  // namespace

class TestSinksPanel : public QObject {
  Q_OBJECT

 private slots:
  void decisionIsOfferedOnlyWhileASinkStandsBeforeDamage() {
    FakeEngineLink link;
    CommandDesk commands(link, m_clock);
    SinksPanel panel(commands);
    panel.show();
    panel.showSample(healthySnapshot(), nullptr);
    QVERIFY(!panel.acceptLoss()->isVisible());
    panel.showSample(damagedSnapshot(), nullptr);
    QVERIFY(panel.acceptLoss()->isVisible() && panel.acceptLoss()->isEnabled());
    QVERIFY(panel.damageText().contains(QStringLiteral("4 records")));
    QVERIFY(panel.damageText().contains(QStringLiteral("sequences 33554437 to 33554440")));
    panel.setConnected(false);
    QVERIFY(!panel.acceptLoss()->isEnabled());
    panel.setConnected(true);
    commands.setReadOnly(true);
    panel.showSample(damagedSnapshot(), nullptr);
    QVERIFY(!panel.acceptLoss()->isEnabled());
    panel.showSample(healthySnapshot(), nullptr);
    QVERIFY(!panel.acceptLoss()->isVisible());
  }

  void lastErrorOfTheChosenSinkStandsBelowInFull() {
    FakeEngineLink link;
    CommandDesk commands(link, m_clock);
    SinksPanel panel(commands);
    panel.show();
    Snapshot sample = healthySnapshot();
    panel.showSample(sample, nullptr);
    QCOMPARE(panel.errorText(), QString());
    sample.sinks.push_back(sample.sinks.front());
    sample.sinks[1].name = "paris";
    sample.sinks[1].lastError = "too many clients";
    sample.sinks[1].lastErrorCode = "53300";
    panel.showSample(sample, nullptr);
    QVERIFY(panel.errorText().startsWith(QStringLiteral("paris, ")));
    QVERIFY(panel.errorText().contains(QStringLiteral("[53300] too many clients → ")));
    QVERIFY(panel.errorText().contains(QStringLiteral("max_connections")));
    sample.sinks[0].lastError = "database is locked";
    sample.sinks[0].lastErrorCode = "SQLITE_BUSY";
    panel.view()->selectRow(1);
    panel.showSample(sample, nullptr);
    QVERIFY(panel.errorText().startsWith(QStringLiteral("paris, ")));
    panel.view()->selectRow(0);
    panel.showSample(sample, nullptr);
    QVERIFY(panel.errorText().contains(QStringLiteral("SQLITE_BUSY")));
  }

  void confirmationNamesWhatIsGivenUp() {
    FakeEngineLink link;
    CommandDesk commands(link, m_clock);
    commands.setOperator("ada@host");
    SinksPanel panel(commands);
    panel.show();
    panel.showSample(damagedSnapshot(), nullptr);
    panel.acceptLoss()->click();
    auto* question = panel.window()->findChild<QMessageBox*>();
    QVERIFY(question != nullptr);
    QCOMPARE(question->text(), QStringLiteral("Go on without 4 records of the journal?"));
    QVERIFY(question->informativeText().contains(
        QStringLiteral("sequences 33554437 to 33554440: record checksum")));
    QVERIFY(question->defaultButton() == question->button(QMessageBox::Cancel));
    QVERIFY(link.commands().empty());
    // What is confirmed is what was read, whatever has come meanwhile.
    Snapshot other = damagedSnapshot();
    other.sinks.front().damage->lastSequence += 100;
    panel.showSample(other, nullptr);
    question->findChild<QPushButton*>(QStringLiteral("confirmButton"))->click();
    QCOMPARE(link.commands().size(), 1u);
    const Command& command = link.commands().front();
    QVERIFY(command.kind == CommandKind::AcceptLoss);
    QCOMPARE(command.who, std::string("ada@host"));
    QVERIFY(command.lossFirst == Sequence{33'554'437} && command.lossLast == Sequence{33'554'440});
  }

 private:
  HandClock m_clock;
};
PENSTOCK_TEST(TestSinksPanel)

}  // namespace penstock::test
#include "tst_sinks_panel.moc"
