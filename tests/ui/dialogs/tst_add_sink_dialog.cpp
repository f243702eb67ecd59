// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <deque>

#include "tests/support/test_main.h"
#include "ui/dialogs/add_sink_dialog.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

// An application that a test plays by hand: jobs wait until they are let go.
struct HandSetup {
  SinkSetup make() {
    SinkSetup setup;
    setup.configFile = configFile;
    setup.test = [this](const SinkDraft& draft) {
      tested.push_back(draft);
      return findings;
    };
    setup.add = [this](const SinkDraft& draft) {
      added.push_back(draft);
      return result;
    };
    setup.runElsewhere = [this](std::function<void()> job) { jobs.push_back(std::move(job)); };
    return setup;
  }
  void runJobs() {
    while (!jobs.empty()) {
      jobs.front()();
      jobs.pop_front();
    }
  }

  QString configFile = QStringLiteral("/etc/penstock.toml");
  SinkFindings findings;
  SinkAdded result;
  std::vector<SinkDraft> tested;
  std::vector<SinkDraft> added;
  std::deque<std::function<void()>> jobs;
};

void fill(const AddSinkDialog& dialog) {
  dialog.field("name")->setText(QStringLiteral(" paris "));
  dialog.field("host")->setText(QStringLiteral("db2.example"));
  dialog.field("place")->setText(QStringLiteral("players"));
  dialog.field("passwordFile")->setText(QStringLiteral("/etc/secret"));
}

void choose(QComboBox& box, const char* word) {
  box.setCurrentIndex(box.findData(QString::fromLatin1(word)));
}

}  // namespace

class TestAddSinkDialog : public QObject {
  Q_OBJECT

 private slots:
  void whatIsMissingIsSaid() {
    HandSetup hand;
    AddSinkDialog dialog(hand.make(), {QStringLiteral("berlin")});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    QVERIFY(dialog.incompleteBecause().contains("name"));
    QVERIFY(!dialog.testButton()->isEnabled() && !dialog.addButton()->isEnabled());
    dialog.field("name")->setText(QStringLiteral("berlin"));
    QVERIFY(dialog.incompleteBecause().contains("There is a sink of this name"));
    fill(dialog);
    QCOMPARE(dialog.incompleteBecause(), QString());
    QVERIFY(dialog.testButton()->isEnabled() && dialog.addButton()->isEnabled());
    choose(*dialog.driver(), "sqlite");
    QVERIFY(dialog.incompleteBecause().contains("whole path"));
  }

  void fieldsFollowTheDriver() {
    HandSetup hand;
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    fill(dialog);
    QVERIFY(dialog.field("host")->isVisible());
    choose(*dialog.driver(), "archive");
    QVERIFY(!dialog.field("host")->isVisible());
    QCOMPARE(dialog.role()->count(), 1);
    QCOMPARE(dialog.draft().role, QStringLiteral("archive"));
    QCOMPARE(dialog.draft().host, QString());  // what is hidden does not count
    choose(*dialog.driver(), "mariadb");
    QCOMPARE(dialog.role()->count(), 2);
    QCOMPARE(dialog.draft().host, QStringLiteral("db2.example"));
    QCOMPARE(dialog.draft().name, QStringLiteral("paris"));
  }

  void testTellsWhatItFound() {
    HandSetup hand;
    hand.findings.target = QStringLiteral("postgres db2.example/players");
    hand.findings.server = QStringLiteral("PostgreSQL 15.8");
    hand.findings.tablesFound = QStringList{QStringLiteral("teams")};
    hand.findings.tablesMissing = QStringList{QStringLiteral("<b>players</b>")};
    hand.findings.statements = QStringList{QStringLiteral("CREATE TABLE penstock_checkpoint")};
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    fill(dialog);
    dialog.testButton()->click();
    QVERIFY(dialog.resultText().startsWith("Waiting for the test before"));
    QVERIFY(!dialog.addButton()->isEnabled());
    hand.runJobs();
    QTRY_VERIFY(dialog.resultText().contains("Reached: postgres db2.example/players"));
    const QString text = dialog.resultText();
    QVERIFY(text.contains("PostgreSQL 15.8") && text.contains("A start will run"));
    QVERIFY2(text.contains("<b>players</b>"), qPrintable(text));  // data, not markup
    QCOMPARE(hand.tested.size(), std::size_t{1});
    QCOMPARE(hand.tested.front().host, QStringLiteral("db2.example"));
    QVERIFY(dialog.addButton()->isEnabled());
  }

  void aProblemIsToldWithWhatToDo() {
    HandSetup hand;
    hand.findings.problem = QStringLiteral("connection refused");
    hand.findings.whatToDo = QStringLiteral("Look whether it runs.");
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    fill(dialog);
    dialog.testButton()->click();
    hand.runJobs();
    QTRY_VERIFY(dialog.resultText().contains("It cannot be used: connection refused"));
    QVERIFY(dialog.resultText().contains("Look whether it runs."));
  }

  void missingRightsAreNoSuccess() {
    SinkFindings findings;
    findings.target = QStringLiteral("postgres x");
    findings.rightsMissing = QStringList{QStringLiteral("INSERT on table t: GRANT INSERT …")};
    QVERIFY(!findings.isGood());
    QVERIFY(findingsAsHtml(findings).contains("not usable yet"));
  }

  void aCancelledTestIsNotHeardAnyMore() {
    HandSetup hand;
    hand.findings.problem = QStringLiteral("too late");
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    fill(dialog);
    dialog.testButton()->click();
    QVERIFY(dialog.testButton()->text().contains("Cancel"));
    dialog.testButton()->click();
    QVERIFY(dialog.resultText().contains("cancelled"));
    dialog.testButton()->click();  // the next one waits behind it
    hand.jobs.front()();
    hand.jobs.pop_front();
    QVERIFY(dialog.resultText().startsWith("Waiting for the test before"));
    hand.runJobs();
    QTRY_VERIFY(dialog.resultText().contains("too late"));
    QCOMPARE(hand.tested.size(), std::size_t{2});
  }

  // The window may be closed while the database does not answer.
  void aTestOutlivesTheDialog() {
    HandSetup hand;
    {
      AddSinkDialog dialog(hand.make(), {});
      dialog.setAttribute(Qt::WA_DeleteOnClose, false);
      fill(dialog);
      dialog.testButton()->click();
    }
    hand.runJobs();
    QCOMPARE(hand.tested.size(), std::size_t{1});
  }

  void addingTellsTheFileAndWhenItTakesEffect() {
    HandSetup hand;
    hand.result.file = hand.configFile;
    hand.result.toml = QStringLiteral("[[sink]]\nname = \"paris\"\n");
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    dialog.show();
    fill(dialog);
    dialog.addButton()->click();
    QCOMPARE(hand.added.size(), std::size_t{1});
    QVERIFY(dialog.resultText().contains("/etc/penstock.toml"));
    QVERIFY(dialog.resultText().contains("next start"));
    QVERIFY(dialog.resultText().contains("name = \"paris\""));
    QVERIFY(!dialog.addButton()->isEnabled());  // once
  }

  void withoutAFileTheSectionIsShown() {
    HandSetup hand;
    hand.configFile.clear();
    hand.result.toml = QStringLiteral("[[sink]]\nname = \"paris\"\n");
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    fill(dialog);
    dialog.addButton()->click();
    QVERIFY(dialog.resultText().contains("--config FILE"));
    QVERIFY(dialog.resultText().contains("name = \"paris\""));
  }

  void whatCouldNotBeWrittenIsTold() {
    HandSetup hand;
    hand.result.problem = QStringLiteral("line 3: there is another primary");
    hand.result.toml = QStringLiteral("[[sink]]\n");
    AddSinkDialog dialog(hand.make(), {});
    dialog.setAttribute(Qt::WA_DeleteOnClose, false);
    fill(dialog);
    dialog.addButton()->click();
    QVERIFY(dialog.resultText().contains("Nothing was written: line 3"));
    QVERIFY(dialog.addButton()->isEnabled());
  }
};
PENSTOCK_TEST(TestAddSinkDialog)

}  // namespace penstock::test
#include "tst_add_sink_dialog.moc"
