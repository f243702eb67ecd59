// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>

#include "base/worker.h"
#include "engine/entry/intake_gate.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

SteadyTime in(std::chrono::milliseconds time) { return systemClock().steadyNow() + time; }

/// A caller that waits at the gate on a thread of its own.
class Waiting {
 public:
  Waiting(IntakeGate& gate, SteadyTime deadline)
      : m_worker("caller", ThreadPriority::Normal, [this, &gate, deadline] {
          m_outcome = gate.pass({OverloadPolicy::Wait, {}, 1}, deadline);
        }) {}
  IntakeGate::Outcome outcome() {
    m_worker.join();
    return m_outcome;
  }

 private:
  IntakeGate::Outcome m_outcome;
  Worker m_worker;
};

}  // namespace

class TestIntakeGate : public QObject {
  Q_OBJECT

 private slots:
  void isWideOpenUntilABudgetIsUnderPressure() {
    IntakeGate gate(systemClock());
    QVERIFY(gate.isWideOpen());
    gate.updateUsage({.memory = {99, 100}});
    QVERIFY(!gate.isWideOpen());
    QVERIFY(gate.isUnderPressure(Budget::Memory));
    gate.updateUsage({.memory = {1, 100}});
    QVERIFY(gate.isWideOpen());
    const auto events = gate.takeEvents();
    QCOMPARE(events.size(), 2u);
    QVERIFY(events[0].kind == BackpressureEvent::Kind::Began);
    QVERIFY(events[1].kind == BackpressureEvent::Kind::Ended);
  }

  void policyDecidesWhatBecomesOfThoseWhoComeUnderPressure() {
    IntakeGate gate(systemClock());
    gate.updateUsage({.memory = {100, 100}});
    const auto rejected = gate.pass({OverloadPolicy::Reject, {}, 1}, SteadyTime::max());
    QVERIFY(rejected.verdict == Verdict::Reject);
    QVERIFY(rejected.status.code() == StatusCode::Overloaded);
    QVERIFY(rejected.retryAfterMs > 0);
    QVERIFY(gate.pass({OverloadPolicy::Shed, {}, 1}, SteadyTime::max()).verdict == Verdict::Shed);
    const auto late = gate.pass({OverloadPolicy::Wait, {}, 1}, in(5ms));
    QVERIFY(late.status.code() == StatusCode::Deadline);
  }

  void thoseWhoWaitPassWhenThereIsRoom() {
    IntakeGate gate(systemClock());
    gate.updateUsage({.memory = {100, 100}});
    Waiting caller(gate, SteadyTime::max());
    gate.updateUsage({.memory = {10, 100}});
    QVERIFY(caller.outcome().status.isOk());
  }

  void thoseWhoWaitPassWhenTheOperatorReleases() {
    IntakeGate gate(systemClock());
    gate.hold("drain by ada");
    QVERIFY(!gate.isWideOpen());
    QCOMPARE(gate.heldBecause(), std::string("drain by ada"));
    const auto rejected = gate.pass({OverloadPolicy::Reject, {}, 1}, SteadyTime::max());
    QVERIFY(rejected.status.message().find("drain by ada") != std::string::npos);
    // A drain is no overload: nothing is dropped.
    QVERIFY(gate.pass({OverloadPolicy::Shed, {}, 1}, SteadyTime::max()).verdict == Verdict::Reject);
    Waiting caller(gate, SteadyTime::max());
    gate.release();
    QVERIFY(caller.outcome().status.isOk());
    QVERIFY(gate.isWideOpen());
  }

  void closingWakesThoseWhoWaitAndRefusesAll() {
    IntakeGate gate(systemClock());
    gate.hold("drain by ada");
    Waiting caller(gate, SteadyTime::max());
    gate.close(Status(StatusCode::Unavailable, "the node stops"));
    QVERIFY(caller.outcome().status.code() == StatusCode::Unavailable);
    gate.release();
    QVERIFY(!gate.isWideOpen());
    QVERIFY(!gate.pass({OverloadPolicy::Shed, {}, 1}, SteadyTime::max()).status.isOk());
  }
};

PENSTOCK_TEST(TestIntakeGate)

}  // namespace penstock::test

#include "tst_intake_gate.moc"
