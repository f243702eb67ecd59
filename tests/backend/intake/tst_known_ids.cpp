// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <deque>
#include <map>
#include <random>

#include "intake/known_ids.h"
#include "tests/support/test_main.h"

using namespace penstock;
using Seen = KnownIds::Seen;

namespace {
Hash128 idOf(std::uint64_t number) { return hashIdentity("c", std::to_string(number)); }
Sequence sequenceOf(std::uint64_t number) { return Sequence{number + 1}; }
}  // namespace

class TestKnownIds : public QObject {
  Q_OBJECT
 private slots:
  void secondSubmissionGetsTheFirstSequence();
  void otherContentIsNoticed();
  void reservedIsInFlightUntilDecided();
  void oldestIsForgottenFirst();
  void agreesWithASimpleModel();
  void collidingHashesAreToldApart();
  void entriesAreSmall();
  void snapshotRestoresAll();
  void snapshotLeavesOutWhatMayNeverBeSynced();
  void snapshotIntoLessKeepsTheNewest();
  void damagedSnapshotsAreRefused();
};

void TestKnownIds::secondSubmissionGetsTheFirstSequence() {
  KnownIds ids(10);
  QVERIFY(ids.lookup(idOf(1), 7).seen == Seen::New);
  ids.remember(idOf(1), 7, Sequence{5});
  QVERIFY(ids.lookup(idOf(1), 7).seen == Seen::Known);
  QVERIFY(ids.lookup(idOf(1), 7).sequence == Sequence{5});
  ids.remember(idOf(1), 7, Sequence{9});
  QVERIFY(ids.lookup(idOf(1), 7).sequence == Sequence{5});
  QCOMPARE(ids.size(), std::size_t{1});
  QVERIFY(ids.lookup(hashIdentity("other client", "1"), 7).seen == Seen::New);
}

void TestKnownIds::otherContentIsNoticed() {
  KnownIds ids(10);
  ids.remember(idOf(1), 7, Sequence{5});
  QVERIFY(ids.lookup(idOf(1), 8).seen == Seen::ContentDiffers);
  QVERIFY(ids.lookup(idOf(1), 8).sequence == Sequence{5});
}

void TestKnownIds::reservedIsInFlightUntilDecided() {
  KnownIds ids(10);
  ids.reserve(idOf(1), 7);
  QVERIFY(ids.lookup(idOf(1), 7).seen == Seen::InFlight);
  QVERIFY(ids.lookup(idOf(1), 8).seen == Seen::ContentDiffers);
  ids.remember(idOf(1), 7, Sequence{5});
  QVERIFY(ids.lookup(idOf(1), 7).seen == Seen::Known);
  ids.reserve(idOf(2), 7);
  ids.forget(idOf(2));
  QVERIFY(ids.lookup(idOf(2), 7).seen == Seen::New);
  ids.forget(idOf(3));
  QCOMPARE(ids.size(), std::size_t{1});
  ids.checkInvariants();
}

void TestKnownIds::oldestIsForgottenFirst() {
  KnownIds ids(3);
  for (std::uint64_t i = 0; i < 5; ++i) ids.remember(idOf(i), 0, sequenceOf(i));
  QCOMPARE(ids.size(), std::size_t{3});
  for (std::uint64_t i = 0; i < 5; ++i) {
    QCOMPARE(ids.lookup(idOf(i), 0).seen == Seen::Known, i >= 2);
  }
}

void TestKnownIds::agreesWithASimpleModel() {
  constexpr std::size_t kCapacity = 50;
  KnownIds ids(kCapacity);
  std::map<std::uint64_t, std::uint64_t> known;
  std::deque<std::pair<std::uint64_t, bool>> order;  // with those forgotten, who keep their turn
  std::mt19937 random(5);
  for (std::uint64_t step = 0; step < 50'000; ++step) {
    const std::uint64_t number = random() % 200;
    if (random() % 5 == 0) {
      ids.forget(idOf(number));
      if (known.erase(number) != 0) {
        for (auto& [entered, alive] : order) alive = alive && entered != number;
      }
    } else if (!known.contains(number)) {
      if (order.size() == kCapacity) {
        if (order.front().second) known.erase(order.front().first);
        order.pop_front();
      }
      order.emplace_back(number, true);
      known[number] = step;
      ids.remember(idOf(number), 0, sequenceOf(step));
    }
    const std::uint64_t asked = random() % 200;
    const auto answer = ids.lookup(idOf(asked), 0);
    QCOMPARE(answer.seen == Seen::Known, known.contains(asked));
    if (known.contains(asked)) QVERIFY(answer.sequence == sequenceOf(known[asked]));
    if (step % 500 == 0) ids.checkInvariants();
  }
  QCOMPARE(ids.size(), known.size());
}

void TestKnownIds::collidingHashesAreToldApart() {
  KnownIds ids(20);
  const std::uint64_t last = ~std::uint64_t{0};  // of the last slot: the run goes round
  for (std::uint64_t i = 0; i < 20; ++i) ids.remember({last, i}, i, sequenceOf(i));
  for (std::uint64_t i = 0; i < 20; i += 2) ids.forget({last, i});
  ids.checkInvariants();
  for (std::uint64_t i = 0; i < 20; ++i) {
    QCOMPARE(ids.lookup({last, i}, i).seen == Seen::Known, i % 2 == 1);
  }
}

void TestKnownIds::entriesAreSmall() {
  constexpr std::size_t kCount = 100'000;
  KnownIds ids(kCount);
  for (std::uint64_t i = 0; i < 2 * kCount; ++i) ids.remember(idOf(i), 0, sequenceOf(i));
  QCOMPARE(ids.size(), kCount);
  QVERIFY(ids.memoryBytes() <= 40 * kCount);
}

void TestKnownIds::snapshotRestoresAll() {
  KnownIds ids(100);
  for (std::uint64_t i = 0; i < 150; ++i) ids.remember(idOf(i), i, sequenceOf(i));
  ids.forget(idOf(120));
  ids.reserve(idOf(1000), 0);
  KnownIds restored(100);
  restored.remember(idOf(7777), 0, Sequence{1});
  const auto position = restored.restore(ids.snapshot(Sequence{777}));
  QVERIFY(position.isOk() && *position == Sequence{777});
  QVERIFY(restored.lookup(idOf(7777), 0).seen == Seen::New);
  QVERIFY(restored.lookup(idOf(1000), 0).seen == Seen::New);
  QVERIFY(restored.lookup(idOf(120), 120).seen == Seen::New);
  for (std::uint64_t i = 51; i < 150; ++i) {
    if (i != 120) QVERIFY(restored.lookup(idOf(i), i).sequence == sequenceOf(i));
  }
  QCOMPARE(restored.size(), std::size_t{98});
  restored.checkInvariants();
  QCOMPARE(restored.snapshot(Sequence{777}), ids.snapshot(Sequence{777}));
}

void TestKnownIds::snapshotLeavesOutWhatMayNeverBeSynced() {
  KnownIds ids(10);
  ids.remember(idOf(1), 7, Sequence{5});
  ids.remember(idOf(2), 7, Sequence{6});
  KnownIds restored(10);
  QVERIFY(restored.restore(ids.snapshot(Sequence{5})).isOk());
  QVERIFY(restored.lookup(idOf(1), 7).seen == Seen::Known);
  QVERIFY(restored.lookup(idOf(2), 7).seen == Seen::New);
}

void TestKnownIds::snapshotIntoLessKeepsTheNewest() {
  KnownIds ids(100);
  for (std::uint64_t i = 0; i < 100; ++i) ids.remember(idOf(i), i, sequenceOf(i));
  KnownIds small(10);
  QVERIFY(small.restore(ids.snapshot(Sequence{100})).isOk());
  QCOMPARE(small.size(), std::size_t{10});
  QVERIFY(small.lookup(idOf(90), 90).seen == Seen::Known);
  QVERIFY(small.lookup(idOf(89), 89).seen == Seen::New);
}

void TestKnownIds::damagedSnapshotsAreRefused() {
  KnownIds ids(10);
  for (std::uint64_t i = 0; i < 10; ++i) ids.remember(idOf(i), i, sequenceOf(i));
  const std::string good = ids.snapshot(Sequence{50});
  KnownIds other(10);
  other.remember(idOf(500), 0, Sequence{9});
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = char(damaged[i] ^ 0x10);
    QVERIFY(!other.restore(damaged).isOk());
    QVERIFY(!other.restore(std::string_view(good).substr(0, i)).isOk());
  }
  QVERIFY(other.lookup(idOf(500), 0).seen == Seen::Known);
  std::string newer = good.substr(0, good.size() - 8);
  newer[0] = 2;
  const std::uint64_t checksum = hashBytes(newer);
  newer.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  QVERIFY(other.restore(newer).status().code() == StatusCode::Unsupported);
}

PENSTOCK_TEST(TestKnownIds)
#include "tst_known_ids.moc"
