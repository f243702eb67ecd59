// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/controls/failover_box.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

Snapshot twoSinks() {
  Snapshot sample = healthySnapshot();
  sample.sinks.resize(1);
  SinkSnapshot standby = sample.sinks.front();
  standby.name = "paris";
  standby.role = "standby";
  standby.target = "postgres players on paris";
  standby.queueDepth += 1'204;
  sample.sinks.front().name = "berlin";
  sample.sinks.push_back(standby);
  return sample;
}

}  // namespace

class TestFailoverBox : public QObject {
  Q_OBJECT

 private slots:
  void isThereOnlyWithAStandby() {
    FakeEngineLink link;
    CommandDesk commands(link, m_clock);
    QWidget parent;
    FailoverBox box(commands, &parent);
    parent.show();
    Snapshot sample = twoSinks();
    box.showSample(sample);
    QVERIFY(box.isVisible() && box.button()->isEnabled());
    box.setConnected(false);
    QVERIFY(!box.button()->isEnabled());
    box.setConnected(true);
    commands.setReadOnly(true);
    box.showSample(sample);
    QVERIFY(!box.button()->isEnabled());
    sample.sinks.back().role = "mirror";
    box.showSample(sample);
    QVERIFY(!box.isVisible());
  }

  void confirmationSaysWhatTheStandbyLacks() {
    FakeEngineLink link;
    CommandDesk commands(link, m_clock);
    QWidget parent;
    FailoverBox box(commands, &parent);
    parent.show();
    Snapshot sample = twoSinks();
    sample.sinks.back().deadLettersWaiting = 1;
    sample.sinks.back().state = SinkState::Retrying;
    sample.sinks.back().stateReason = "connection refused";
    box.showSample(sample);
    box.button()->click();
    auto* question = parent.findChild<QMessageBox*>();
    QVERIFY(question != nullptr);
    QCOMPARE(question->text(), QStringLiteral("Make paris the primary?"));
    const QString said = question->informativeText();
    QVERIFY(said.contains(QStringLiteral("paris lacks 1,204 change sets that berlin has.")));
    QVERIFY(said.contains(QStringLiteral("1 dead letter of its own")));
    QVERIFY(said.contains(QStringLiteral("retrying (connection refused)")));
    QVERIFY(said.contains(QStringLiteral("postgres players on paris")));
    QVERIFY(question->defaultButton() == question->button(QMessageBox::Cancel));
    QVERIFY(link.commands().empty());
    question->findChild<QPushButton*>(QStringLiteral("confirmButton"))->click();
    QCOMPARE(link.commands().size(), 1u);
    QVERIFY(link.commands().front().kind == CommandKind::FailOver);
    QCOMPARE(link.commands().front().sink, std::string("paris"));
    QVERIFY(link.commands().front().deadlineMs.has_value());
    QVERIFY(box.progress().startsWith(QStringLiteral("Fail over: sent")));
  }

  void nothingIsLackedWhenItIsAsFar() {
    FakeEngineLink link;
    CommandDesk commands(link, m_clock);
    QWidget parent;
    FailoverBox box(commands, &parent);
    parent.show();
    Snapshot sample = twoSinks();
    sample.sinks.back().queueDepth = sample.sinks.front().queueDepth;
    box.showSample(sample);
    box.button()->click();
    auto* question = parent.findChild<QMessageBox*>();
    QVERIFY(question != nullptr);
    QVERIFY(
        question->informativeText().startsWith(QStringLiteral("paris has come as far as berlin.")));
  }

 private:
  HandClock m_clock;
};

PENSTOCK_TEST(TestFailoverBox)

}  // namespace penstock::test

#include "tst_failover_box.moc"
