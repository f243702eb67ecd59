// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/panels/command_progress.h"

using namespace penstock;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestCommandProgress : public QObject {
  Q_OBJECT

 private slots:
  void tellsEveryStepInMilliseconds();
  void silenceOfTwoSecondsIsNotConfirmed();
  void aLateAnswerConfirmsAfterAll();
  void aFailureTellsWhy();
  void nothingChangesOnceItIsOver();
  void whatOneClickSentIsSummedUpOnceAllAreAsFar();
  void aFailureAmongThemIsToldOnItsOwn();

 private:
  const SteadyTime m_start{1h};
  CommandProgress sent() const {
    CommandProgress progress;
    progress.command.id = CommandId{1};
    progress.sentAt = m_start;
    return progress;
  }
  static CommandAnswer answer(CommandStage stage) {
    CommandAnswer reply;
    reply.id = CommandId{1};
    reply.stage = stage;
    return reply;
  }
};

void TestCommandProgress::tellsEveryStepInMilliseconds() {
  CommandProgress progress = sent();
  QCOMPARE(progressText(progress), QStringLiteral("sent …"));
  applyAnswer(progress, answer(CommandStage::Acknowledged), m_start + 2ms);
  QCOMPARE(progressText(progress), QStringLiteral("sent → acknowledged 2 ms …"));
  applyAnswer(progress, answer(CommandStage::InEffect), m_start + 9ms);
  QCOMPARE(progressText(progress), QStringLiteral("sent → acknowledged 2 ms → in effect 9 ms"));
}

void TestCommandProgress::silenceOfTwoSecondsIsNotConfirmed() {
  CommandProgress progress = sent();
  QVERIFY(!noticeSilence(progress, m_start + 1'999ms));
  QVERIFY(noticeSilence(progress, m_start + 2s));
  QVERIFY(!noticeSilence(progress, m_start + 3s));
  QVERIFY(progressText(progress).contains(QStringLiteral("not confirmed")));
}

void TestCommandProgress::aLateAnswerConfirmsAfterAll() {
  CommandProgress progress = sent();
  QVERIFY(noticeSilence(progress, m_start + 2s));
  applyAnswer(progress, answer(CommandStage::InEffect), m_start + 5s);
  QCOMPARE(progressText(progress), QStringLiteral("sent → in effect 5000 ms"));
}

void TestCommandProgress::aFailureTellsWhy() {
  CommandProgress progress = sent();
  CommandAnswer refused = answer(CommandStage::Failed);
  refused.status = Status(StatusCode::Forbidden, "no right to pause");
  applyAnswer(progress, refused, m_start + 1ms);
  QCOMPARE(progressText(progress), QStringLiteral("failed: no right to pause"));
}

void TestCommandProgress::nothingChangesOnceItIsOver() {
  CommandProgress progress = sent();
  applyAnswer(progress, answer(CommandStage::InEffect), m_start + 1ms);
  applyAnswer(progress, answer(CommandStage::Failed), m_start + 2ms);
  QVERIFY(progress.stage == CommandProgress::Stage::InEffect);
  QVERIFY(!noticeSilence(progress, m_start + 10s));
}

void TestCommandProgress::whatOneClickSentIsSummedUpOnceAllAreAsFar() {
  std::vector<CommandProgress> both{sent(), sent()};
  both[0].command.kind = CommandKind::Resize;
  both[1].command.kind = CommandKind::Configure;
  QCOMPARE(progressSummary(both), QStringLiteral("Resize pool, Apply settings: sent …"));
  applyAnswer(both[0], answer(CommandStage::InEffect), m_start + 9ms);
  QCOMPARE(progressSummary(both),
           QStringLiteral("Resize pool: sent → in effect 9 ms\nApply settings: sent …"));
  applyAnswer(both[1], answer(CommandStage::InEffect), m_start + 31ms);
  QCOMPARE(progressSummary(both),
           QStringLiteral("Resize pool, Apply settings: sent → in effect 31 ms"));
}

void TestCommandProgress::aFailureAmongThemIsToldOnItsOwn() {
  std::vector<CommandProgress> both{sent(), sent()};
  both[0].command.kind = CommandKind::Resize;
  both[1].command.kind = CommandKind::Configure;
  for (CommandProgress& one : both) {
    CommandAnswer failed = answer(CommandStage::Failed);
    failed.text = one.command.kind == CommandKind::Resize ? "no threads left" : "too many rows";
    applyAnswer(one, failed, m_start + 9ms);
  }
  QCOMPARE(progressSummary(both), QStringLiteral("Resize pool: failed: no threads left\n"
                                                 "Apply settings: failed: too many rows"));
}

PENSTOCK_TEST(TestCommandProgress)
#include "tst_command_progress.moc"
