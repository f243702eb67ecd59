// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "flush/batch_size.h"
#include "flush/flush_attempt.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Kind = FlushAction::Kind;

CommitResult answer(CommitOutcome outcome) { return {outcome, "code", "message", 0}; }

}  // namespace

class TestFlushAttempt : public QObject {
  Q_OBJECT

 private slots:
  void transientFailureIsWaitedOutReopenedAndSentAgain() {
    FlushAttempt attempt(10, RetryPolicy{100ms, 30s}, m_circuit);
    QVERIFY(attempt.next(m_now).kind == Kind::Commit);
    QVERIFY(!attempt.onCommit(answer(CommitOutcome::Transient), m_now, 0.5));
    const FlushAction wait = attempt.next(m_now);
    QVERIFY(wait.kind == Kind::Wait);
    QVERIFY(wait.until == m_now + 50ms);
    attempt.onWaited();
    QVERIFY(attempt.next(m_now).kind == Kind::Reopen);
    attempt.onReopened(Status::ok(), m_now, 0.5);
    QVERIFY(attempt.next(m_now).kind == Kind::Commit);
    const auto part = attempt.onCommit(answer(CommitOutcome::Committed), m_now, 0.5);
    QVERIFY(part && part->range.size() == 10);
    QVERIFY(attempt.next(m_now).kind == Kind::Done);
  }

  void refusalCountsOnlyWhenEverythingBeforeIsSettled() {
    FlushAttempt attempt(2, RetryPolicy{}, m_circuit);
    attempt.onRequest(Earlier::SomePending);
    QVERIFY(!attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5));
    QVERIFY(attempt.next(m_now).kind == Kind::Commit);  // halves of it
    attempt.onRequest(Earlier::SomePending);
    QVERIFY(!attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5));
    const FlushAction back = attempt.next(m_now);
    QVERIFY(back.kind == Kind::GiveBack);
    QVERIFY((back.range == IndexRange{0, 1}));

    FlushAttempt again(1, RetryPolicy{}, m_circuit);
    again.onRequest(Earlier::AllSettled);
    QVERIFY(!again.onCommit(answer(CommitOutcome::Refused), m_now, 0.5));
    QVERIFY(again.next(m_now).kind == Kind::Bury);
  }

  void whatCannotBeBuiltOrHasDriftedIsGivenBackLikewise() {
    FlushAttempt unbuilt(1, RetryPolicy{}, m_circuit);
    unbuilt.onRequest(Earlier::SomePending);
    unbuilt.onCannotBuild(0, "no");
    QVERIFY(unbuilt.next(m_now).kind == Kind::GiveBack);
    FlushAttempt drifted(1, RetryPolicy{}, m_circuit);
    drifted.onRequest(Earlier::SomePending);
    drifted.onDrifted(0, answer(CommitOutcome::Drifted));
    QVERIFY(drifted.next(m_now).kind == Kind::GiveBack);
  }

  void unknownCommitIsDecidedByTheCheckpoint_data() {
    QTest::addColumn<int>("place");
    QTest::addColumn<int>("next");
    QTest::newRow("not there") << int(CheckpointPlace::BeforeCommit) << int(Kind::Commit);
    QTest::newRow("there") << int(CheckpointPlace::AfterCommit) << int(Kind::Done);
    QTest::newRow("went back") << int(CheckpointPlace::WentBack) << int(Kind::Stop);
    QTest::newRow("neither") << int(CheckpointPlace::Elsewhere) << int(Kind::Stop);
  }
  void unknownCommitIsDecidedByTheCheckpoint() {
    QFETCH(int, place);
    FlushAttempt attempt(3, RetryPolicy{}, m_circuit);
    attempt.onCommit(answer(CommitOutcome::Unknown), m_now, 0.5);
    attempt.onWaited();
    attempt.onReopened(Status(StatusCode::Unavailable, "away"), m_now, 0.5);
    QVERIFY(attempt.next(m_now).kind == Kind::Wait);
    attempt.onWaited();
    QVERIFY(attempt.next(m_now).kind == Kind::Reopen);
    attempt.onReopened(Status::ok(), m_now, 0.5);
    QVERIFY(attempt.next(m_now).kind == Kind::ReadCheckpoint);
    const auto part = attempt.onCheckpoint(CheckpointPlace(place), m_now, 0.5);
    QCOMPARE(part.has_value(), place == int(CheckpointPlace::AfterCommit));
    QTEST(int(attempt.next(m_now).kind), "next");
  }

  void whoWentBackBeginsAnewAndWhoHasLostItsPlaceDoesNot_data() {
    QTest::addColumn<QString>("code");
    QTest::addColumn<StatusCode>("status");
    QTest::newRow("a backup") << "PENSTOCK_WENT_BACK" << StatusCode::Unavailable;
    QTest::newRow("another process") << "PENSTOCK_FENCE" << StatusCode::Conflict;
  }
  void whoWentBackBeginsAnewAndWhoHasLostItsPlaceDoesNot() {
    QFETCH(QString, code);
    FlushAttempt attempt(3, RetryPolicy{}, m_circuit);
    CommitResult lost = answer(CommitOutcome::FenceLost);
    lost.code = code.toStdString();
    attempt.onCommit(lost, m_now, 0.5);
    const FlushAction action = attempt.next(m_now);
    QVERIFY(action.kind == Kind::Stop);
    QTEST(action.status.code(), "status");
  }

  void checkpointThatCannotBeReadIsReadAgain() {
    FlushAttempt attempt(3, RetryPolicy{}, m_circuit);
    attempt.onCommit(answer(CommitOutcome::Unknown), m_now, 0.5);
    attempt.onWaited();
    attempt.onReopened(Status::ok(), m_now, 0.5);
    attempt.onCheckpoint(Status(StatusCode::Unavailable, "away"), m_now, 0.5);
    attempt.onWaited();
    QVERIFY(attempt.next(m_now).kind == Kind::Reopen);
    attempt.onReopened(Status::ok(), m_now, 0.5);
    QVERIFY(attempt.next(m_now).kind == Kind::ReadCheckpoint);
  }

  void singleRefusedOneIsBuriedWithItsReason() {
    FlushAttempt attempt(2, RetryPolicy{}, m_circuit);
    attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5);
    QVERIFY(attempt.next(m_now).range == (IndexRange{0, 1}));
    attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5);
    const FlushAction bury = attempt.next(m_now);
    QVERIFY(bury.kind == Kind::Bury && bury.range == (IndexRange{0, 1}));
    QCOMPARE(attempt.refusal().attempts, 2u);
    QCOMPARE(QString::fromStdString(attempt.refusal().code), QString("code"));
    const auto part = attempt.onCommit(answer(CommitOutcome::Committed), m_now, 0.5);
    QVERIFY(part && part->how == SettledPart::How::Buried);
    QVERIFY(attempt.next(m_now).range == (IndexRange{1, 2}));
  }

  void outageWhileBuryingBuriesOnce() {
    FlushAttempt attempt(1, RetryPolicy{}, m_circuit);
    attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5);
    attempt.onCommit(answer(CommitOutcome::Unknown), m_now, 0.5);
    attempt.onWaited();
    attempt.onReopened(Status::ok(), m_now, 0.5);
    const auto part = attempt.onCheckpoint(CheckpointPlace::AfterCommit, m_now, 0.5);
    QVERIFY(part && part->how == SettledPart::How::Buried);
    QVERIFY(attempt.next(m_now).kind == Kind::Done);
  }

  void refusedDeadLetterStopsTheSink() {
    FlushAttempt attempt(1, RetryPolicy{}, m_circuit);
    attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5);
    attempt.onCommit(answer(CommitOutcome::Refused), m_now, 0.5);
    QVERIFY(attempt.next(m_now).kind == Kind::Stop);
  }

  void outageMakesNoDeadLetterHoweverLong() {
    FlushAttempt attempt(1, RetryPolicy{}, m_circuit);
    for (int i = 0; i < 1000; ++i) {
      attempt.onCommit(answer(CommitOutcome::Transient), m_now, 0.9);
      QVERIFY(attempt.next(m_now).kind == Kind::Wait);
      QVERIFY(attempt.next(m_now).until <= m_now + 30s);
      m_now = attempt.next(m_now).until;
      attempt.onWaited();
      attempt.onReopened(Status::ok(), m_now, 0.9);
      QVERIFY(attempt.next(m_now).kind == Kind::Commit);
    }
    QVERIFY(m_circuit.state(m_now) == CircuitState::HalfOpen);
    attempt.onCommit(answer(CommitOutcome::Committed), m_now, 0.9);
    QVERIFY(m_circuit.state(m_now) == CircuitState::Closed);
  }

  void burstOfDeadLettersOpensTheCircuit() {
    m_circuit = Circuit(CircuitOptions{5, 3, 10s, 5s});
    FlushAttempt attempt(10, RetryPolicy{}, m_circuit);
    int buried = 0;
    while (attempt.next(m_now).kind != Kind::Wait && buried < 10) {
      const bool burying = attempt.next(m_now).kind == Kind::Bury;
      buried += burying ? 1 : 0;
      attempt.onCommit(answer(burying ? CommitOutcome::Committed : CommitOutcome::Refused), m_now,
                       0.5);
    }
    QCOMPARE(buried, 3);
    QVERIFY(attempt.next(m_now).until == m_now + 5s);
    QVERIFY(attempt.next(m_now + 5s).kind == Kind::Commit);
  }

  void delaysDoubleUpToTheirCap() {
    const RetryPolicy policy{100ms, 1s};
    QCOMPARE(policy.delay(1, 0.5).count(), 50'000);
    QCOMPARE(policy.delay(2, 0.5).count(), 100'000);
    QCOMPARE(policy.delay(4, 0.5).count(), 400'000);
    QCOMPARE(policy.delay(5, 0.5).count(), 500'000);
    QCOMPARE(policy.delay(4'000'000'000u, 0.999).count(), 999'000);
    QCOMPARE(policy.delay(3, 0.0).count(), 0);
  }

  void batchSizeHoldsTheTargetTime() {
    BatchSize size(5000, 100ms);
    for (int i = 0; i < 20; ++i) size.onCommit(size.rows(), size.rows() * 100us);
    QVERIFY2(size.rows() >= 700 && size.rows() <= 1300, qPrintable(QString::number(size.rows())));
    for (int i = 0; i < 20; ++i) size.onCommit(size.rows(), 1ms);
    QCOMPARE(size.rows(), std::size_t{5000});
    for (int i = 0; i < 50; ++i) size.onCommit(size.rows(), 10s);
    QCOMPARE(size.rows(), std::size_t{500});
    size.onCommit(10, 1us);  // a small batch says nothing
    QCOMPARE(size.rows(), std::size_t{500});
    size.setRowsMax(1);
    size.onCommit(1, 10s);
    QCOMPARE(size.rows(), std::size_t{1});
  }

  void init() {
    m_circuit = Circuit();
    m_now = SteadyTime{} + 1h;
  }

 private:
  Circuit m_circuit;
  SteadyTime m_now;
};

PENSTOCK_TEST(TestFlushAttempt)

}  // namespace penstock::test

#include "tst_flush_attempt.moc"
