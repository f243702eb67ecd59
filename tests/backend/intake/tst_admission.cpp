// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "intake/admission.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace std::chrono_literals;

namespace {

AdmissionTime at(std::chrono::milliseconds since) {
  return {SteadyTime(1h) + since, WallTime(1h) + since};
}

/// Asks once, for no bytes.
Decision ask(Admission& admission, OverloadPolicy policy, Attempt attempt = Attempt::First) {
  return admission.admit({policy, {}, 0, attempt}, at(0ms));
}

/// What the gate does every few milliseconds.
void measure(Admission& admission, Budget budget, BudgetUsage usage,
             std::chrono::milliseconds since) {
  admission.updateUsage(budget, usage, at(since));
  admission.deal(at(since));
}

}  // namespace

class TestAdmission : public QObject {
  Q_OBJECT
 private slots:
  void policiesBiteAboveHighUntilBelowLow_data();
  void policiesBiteAboveHighUntilBelowLow();
  void policyDecides_data();
  void policyDecides();
  void crossingsAreEventsWithAllTheirFields();
  void waitingOnesAreCountedOnce();
  void admittedBytesCountUntilMeasured();
  void nothingExceedsTheLimit();
  void freeSpaceFloorClosesIntakeForAll();
  void everyPressureHasEventsOfItsOwn();
  void retryAfterFollowsTheSpeed();
  void underPressureWhatIsFreedIsDealtFairly();
  void pressureLastsWhileSomebodyHasAPartToUse();
  void whatIsFreedAtOnceIsDealtBeforePressureMayEnd();
  void nothingIsDealtUnderTheFreeSpaceFloor();
  void missingBudgetNeverRefuses();
  void eventsNobodyTakesAreBounded();
};

void TestAdmission::policiesBiteAboveHighUntilBelowLow_data() {
  QTest::addColumn<QList<int>>("used");
  QTest::addColumn<bool>("open");
  QTest::newRow("at high") << QList<int>{90} << true;
  QTest::newRow("above high") << QList<int>{91} << false;
  QTest::newRow("between, from below") << QList<int>{80} << true;
  QTest::newRow("between, from above") << QList<int>{95, 80} << false;
  QTest::newRow("at low, from above") << QList<int>{95, 70} << false;
  QTest::newRow("below low, from above") << QList<int>{95, 69} << true;
  QTest::newRow("again above") << QList<int>{95, 69, 91} << false;
  QTest::newRow("beyond the limit") << QList<int>{200} << false;
}

void TestAdmission::policiesBiteAboveHighUntilBelowLow() {
  QFETCH(QList<int>, used);
  QFETCH(bool, open);
  for (const Budget budget : {Budget::Memory, Budget::Journal}) {
    Admission admission;
    for (const int value : used) {
      admission.updateUsage(budget, {std::uint64_t(value), 100}, at(0ms));
    }
    QCOMPARE(ask(admission, OverloadPolicy::Wait).verdict == Verdict::Admit, open);
    QCOMPARE(admission.isUnderPressure(budget), !open);
  }
}

void TestAdmission::policyDecides_data() {
  QTest::addColumn<int>("policy");
  QTest::addColumn<int>("budget");
  QTest::addColumn<int>("verdict");
  const auto row = [](const char* name, OverloadPolicy policy, Budget budget, Verdict verdict) {
    QTest::newRow(name) << int(policy) << int(budget) << int(verdict);
  };
  row("wait, memory", OverloadPolicy::Wait, Budget::Memory, Verdict::Wait);
  row("reject, memory", OverloadPolicy::Reject, Budget::Memory, Verdict::Reject);
  row("shed, memory", OverloadPolicy::Shed, Budget::Memory, Verdict::Shed);
  row("wait, journal", OverloadPolicy::Wait, Budget::Journal, Verdict::Wait);
  row("reject, journal", OverloadPolicy::Reject, Budget::Journal, Verdict::Reject);
  row("shed, journal", OverloadPolicy::Shed, Budget::Journal, Verdict::Shed);
  row("wait, floor", OverloadPolicy::Wait, Budget::FreeSpace, Verdict::Wait);
  row("reject, floor", OverloadPolicy::Reject, Budget::FreeSpace, Verdict::Reject);
  row("shed, floor", OverloadPolicy::Shed, Budget::FreeSpace, Verdict::Reject);
}

void TestAdmission::policyDecides() {
  QFETCH(int, policy);
  QFETCH(int, budget);
  QFETCH(int, verdict);
  Admission admission;
  const std::uint64_t used = Budget(budget) == Budget::FreeSpace ? 50 : 99;
  admission.updateUsage(Budget(budget), {used, 100}, at(0ms));
  const Decision decision = ask(admission, OverloadPolicy(policy));
  QCOMPARE(int(decision.verdict), verdict);
  QCOMPARE(int(decision.budget), budget);
  QCOMPARE(decision.retryAfter > 0ms, decision.verdict == Verdict::Reject);
  QVERIFY(decision.toStatus().code() == StatusCode::Overloaded);
}

void TestAdmission::crossingsAreEventsWithAllTheirFields() {
  Admission admission;
  admission.updateUsage(Budget::Memory, {95, 100}, at(10ms));
  for (int i = 0; i < 3; ++i) ask(admission, OverloadPolicy::Reject);
  ask(admission, OverloadPolicy::Shed);
  measure(admission, Budget::Memory, {80, 100}, 100ms);
  measure(admission, Budget::Memory, {20, 100}, 510ms);
  const auto events = admission.takeEvents();
  QCOMPARE(events.size(), std::size_t{2});
  QVERIFY(events[0].kind == BackpressureEvent::Kind::Began);
  QVERIFY(events[0].budget == Budget::Memory);
  QCOMPARE(events[0].used, std::uint64_t{95});
  QCOMPARE(events[0].limit, std::uint64_t{100});
  QVERIFY(events[0].at.wall == at(10ms).wall);
  QVERIFY(events[1].kind == BackpressureEvent::Kind::Ended);
  QCOMPARE(events[1].used, std::uint64_t{20});
  QCOMPARE(events[1].rejected, std::uint64_t{3});
  QCOMPARE(events[1].shed, std::uint64_t{1});
  QCOMPARE(events[1].touched(), std::uint64_t{4});
  QCOMPARE(events[1].action(), std::string_view("reject"));
  QVERIFY(events[1].lasted == 500ms);
  QVERIFY(admission.takeEvents().empty());
}

void TestAdmission::waitingOnesAreCountedOnce() {
  Admission admission;
  admission.updateUsage(Budget::Journal, {95, 100}, at(0ms));
  ask(admission, OverloadPolicy::Wait);
  for (int i = 0; i < 5; ++i) ask(admission, OverloadPolicy::Wait, Attempt::Again);
  measure(admission, Budget::Journal, {0, 100}, 1ms);
  const auto events = admission.takeEvents();
  QCOMPARE(events.back().waited, std::uint64_t{1});
  QCOMPARE(events.back().action(), std::string_view("wait"));
  QVERIFY(ask(admission, OverloadPolicy::Wait, Attempt::Again).verdict == Verdict::Admit);
}

void TestAdmission::admittedBytesCountUntilMeasured() {
  Admission admission;
  admission.updateUsage(Budget::Memory, {0, 1000}, at(0ms));
  int admitted = 0;
  while (admission.admit({OverloadPolicy::Reject, {}, 100}, at(0ms)).verdict == Verdict::Admit) {
    ++admitted;
    QVERIFY(admitted <= 10);
  }
  QCOMPARE(admitted, 10);
  QCOMPARE(admission.takeEvents().size(), std::size_t{1});
  measure(admission, Budget::Memory, {100, 1000}, 1ms);
  QVERIFY(ask(admission, OverloadPolicy::Reject).verdict == Verdict::Admit);
}

void TestAdmission::nothingExceedsTheLimit() {
  Admission admission;
  admission.updateUsage(Budget::Memory, {50, 100}, at(0ms));
  QVERIFY(admission.admit({OverloadPolicy::Reject, {}, 51}, at(0ms)).verdict == Verdict::Reject);
  QVERIFY(admission.admit({OverloadPolicy::Reject, {}, 50}, at(0ms)).verdict == Verdict::Admit);
}

void TestAdmission::freeSpaceFloorClosesIntakeForAll() {
  Admission admission;
  const auto isOpen = [&](std::uint64_t free) {
    admission.updateUsage(Budget::FreeSpace, {free, 1000}, at(0ms));
    return ask(admission, OverloadPolicy::Wait).verdict == Verdict::Admit;
  };
  QVERIFY(isOpen(1000));
  QVERIFY(!isOpen(999));
  const std::string reason = ask(admission, OverloadPolicy::Wait).toStatus().message();
  QVERIFY(reason.find("disk nearly full") != std::string::npos);
  QVERIFY(!isOpen(1000));
  QVERIFY(!isOpen(1099));
  QVERIFY(isOpen(1100));
  QVERIFY(!isOpen(0));
}

void TestAdmission::everyPressureHasEventsOfItsOwn() {
  Admission admission;
  admission.updateUsage(Budget::Memory, {95, 100}, at(0ms));
  admission.updateUsage(Budget::Journal, {95, 100}, at(1ms));
  admission.updateUsage(Budget::Memory, {10, 100}, at(2ms));
  QVERIFY(ask(admission, OverloadPolicy::Wait).budget == Budget::Journal);
  measure(admission, Budget::Journal, {10, 100}, 3ms);
  const auto events = admission.takeEvents();
  QCOMPARE(events.size(), std::size_t{4});
  QVERIFY(events[2].budget == Budget::Memory);
  QCOMPARE(events[2].action(), std::string_view("none"));
}

void TestAdmission::retryAfterFollowsTheSpeed() {
  const auto retryAfter = [](Admission& admission, std::uint64_t client) {
    const Asking asking{OverloadPolicy::Reject, ClientKey{client}, 5'000};
    return admission.admit(asking, at(0ms)).retryAfter;
  };
  Admission admission;
  admission.updateUsage(Budget::Memory, {110'000, 100'000}, at(0ms));
  QVERIFY(retryAfter(admission, 1) == limits::kRetryAfterDefault);
  admission.updateUsage(Budget::Memory, {95'000, 100'000}, at(500ms));  // 5,000 above high
  // 15,000 bytes in half a second: the part of one, then of one more, and what is above.
  QVERIFY(retryAfter(admission, 1) == 500ms);
  QVERIFY(retryAfter(admission, 2) == 500ms);
  QVERIFY(retryAfter(admission, 2) == 666ms);
  // Segments are freed one at a time: nothing for a while is no other speed.
  admission.updateUsage(Budget::Memory, {95'000, 100'000}, at(1000ms));
  QVERIFY(retryAfter(admission, 2) > 1300ms && retryAfter(admission, 2) < 1400ms);
  for (int i = 1; i <= 20; ++i) {
    admission.updateUsage(Budget::Memory, {95'000, 100'000}, at(1000ms + i * 100ms));
  }
  QVERIFY(retryAfter(admission, 2) <= 2000ms);
  Admission slow;
  slow.updateUsage(Budget::Memory, {100'000, 100'000}, at(0ms));
  slow.updateUsage(Budget::Memory, {99'999, 100'000}, at(1000ms));
  QVERIFY(retryAfter(slow, 1) == 2000ms);  // later would be a guess
}

void TestAdmission::underPressureWhatIsFreedIsDealtFairly() {
  Admission admission;
  admission.updateUsage(Budget::Journal, {950, 1000}, at(0ms));
  const auto passes = [&](std::uint64_t client, std::uint64_t bytes) {
    return admission.admit({OverloadPolicy::Wait, ClientKey{client}, bytes}, at(0ms)).verdict ==
           Verdict::Admit;
  };
  for (const std::uint64_t client : {1, 2, 2, 2, 2, 2}) QVERIFY(!passes(client, 40));
  QVERIFY(!admission.deal(at(0ms)));
  admission.updateUsage(Budget::Journal, {800, 1000}, at(0ms));
  QVERIFY(!passes(2, 40));
  QVERIFY(admission.deal(at(0ms)));
  QVERIFY(passes(2, 40));
  QVERIFY(!passes(2, 40));
  QVERIFY(passes(1, 40));
  QVERIFY(!passes(1, 40));
  QVERIFY(admission.isUnderPressure(Budget::Journal));
}

void TestAdmission::pressureLastsWhileSomebodyHasAPartToUse() {
  Admission admission;
  admission.updateUsage(Budget::Memory, {950, 1000}, at(0ms));
  ask(admission, OverloadPolicy::Wait);
  admission.updateUsage(Budget::Memory, {750, 1000}, at(10ms));
  QVERIFY(admission.deal(at(10ms)));
  admission.updateUsage(Budget::Memory, {600, 1000}, at(20ms));  // and 150 are promised
  QVERIFY(admission.isUnderPressure(Budget::Memory));
  QVERIFY(ask(admission, OverloadPolicy::Wait).verdict == Verdict::Admit);
  QVERIFY(admission.deal(at(30ms)));
  QVERIFY(admission.isUnderPressure(Budget::Memory));
  admission.updateUsage(Budget::Memory, {600, 1000}, at(limits::kFairClaim + 100ms));
  QVERIFY(admission.isUnderPressure(Budget::Memory));
  QVERIFY(!admission.deal(at(limits::kFairClaim + 100ms)));
  QVERIFY(!admission.isUnderPressure(Budget::Memory));
}

/// A journal of few segments: one relief takes it from above high to below low.
void TestAdmission::whatIsFreedAtOnceIsDealtBeforePressureMayEnd() {
  Admission admission;
  admission.updateUsage(Budget::Journal, {950, 1000}, at(0ms));
  const auto passes = [&](std::uint64_t client) {
    return admission.admit({OverloadPolicy::Wait, ClientKey{client}, 100}, at(0ms)).verdict ==
           Verdict::Admit;
  };
  QVERIFY(!passes(1));
  QVERIFY(!passes(2));
  admission.updateUsage(Budget::Journal, {600, 1000}, at(1ms));
  QVERIFY(!passes(2));
  QVERIFY(admission.deal(at(1ms)));
  QVERIFY(passes(2));
  QVERIFY(!passes(2));  // however fast it is
  QVERIFY(passes(1));
  // Everybody has as much as may be saved: the end.
  admission.updateUsage(Budget::Journal, {200, 1000}, at(2ms));
  QVERIFY(admission.deal(at(2ms)));
  QVERIFY(!admission.isUnderPressure(Budget::Journal));
}

void TestAdmission::nothingIsDealtUnderTheFreeSpaceFloor() {
  Admission admission;
  admission.updateUsage(Budget::Journal, {950, 1000}, at(0ms));
  admission.updateUsage(Budget::FreeSpace, {0, 100}, at(0ms));
  QVERIFY(ask(admission, OverloadPolicy::Wait).budget == Budget::FreeSpace);
  admission.updateUsage(Budget::Journal, {800, 1000}, at(0ms));
  QVERIFY(!admission.deal(at(0ms)));
  admission.updateUsage(Budget::FreeSpace, {1000, 100}, at(0ms));
  QVERIFY(admission.deal(at(0ms)));
}

void TestAdmission::missingBudgetNeverRefuses() {
  Admission admission;
  for (const Budget budget : {Budget::Memory, Budget::Journal, Budget::FreeSpace}) {
    admission.updateUsage(budget, {1'000'000, 0}, at(0ms));
  }
  QVERIFY(ask(admission, OverloadPolicy::Reject).verdict == Verdict::Admit);
  QVERIFY(ask(admission, OverloadPolicy::Reject).toStatus().isOk());
  QVERIFY(admission.takeEvents().empty());
}

void TestAdmission::eventsNobodyTakesAreBounded() {
  Admission admission;
  for (std::size_t i = 0; i < limits::kBackpressureEventsMax; ++i) {
    admission.updateUsage(Budget::Memory, {95, 100}, at(0ms));
    admission.updateUsage(Budget::Memory, {0, 100}, at(0ms));
  }
  QCOMPARE(admission.takeEvents().size(), limits::kBackpressureEventsMax);
  QCOMPARE(admission.eventsDropped(), std::uint64_t{limits::kBackpressureEventsMax});
}

PENSTOCK_TEST(TestAdmission)
#include "tst_admission.moc"
