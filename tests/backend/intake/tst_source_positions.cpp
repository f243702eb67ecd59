// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <random>

#include "intake/snapshot_frame.h"
#include "intake/source_positions.h"
#include "tests/support/test_main.h"

using namespace penstock;
using Fate = SourcePositions::LineFate;

namespace {
SourceLine line(std::uint64_t number, std::uint64_t source = 1) {
  return {source, number, number * 10};
}
}  // namespace

class TestSourcePositions : public QObject {
  Q_OBJECT
 private slots:
  void linesInAnyOrderBecomeOneRun();
  void gapsStayOpen();
  void sameLineTwiceChangesNothing();
  void refusedLinesAreCounted();
  void shedLinesAreCountedApart();
  void sourcesAreApart();
  void failedLinesAreTakenOut();
  void linesTooFarAheadAreRefused();
  void snapshotRestoresAll();
  void damagedSnapshotsAreRefused();
  void snapshotsThatNobodyWroteAreRefused();
};

void TestSourcePositions::linesInAnyOrderBecomeOneRun() {
  std::vector<std::uint64_t> order(1000);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i + 1;
  std::shuffle(order.begin(), order.end(), std::mt19937(6));
  SourcePositions positions;
  for (const std::uint64_t number : order) {
    QVERIFY(!positions.contains(1, number));
    QVERIFY(positions.add(line(number), Fate::Journaled).isOk());
    QVERIFY(positions.contains(1, number));
  }
  QCOMPARE(positions.position(1).upTo, std::uint64_t{1000});
  QCOMPARE(positions.position(1).chainHash, std::uint64_t{10'000});
  QCOMPARE(positions.position(1).beyond, std::size_t{0});
}

void TestSourcePositions::gapsStayOpen() {
  SourcePositions positions;
  for (const std::uint64_t number : {1, 2, 4, 5, 7}) {
    QVERIFY(positions.add(line(number), Fate::Journaled).isOk());
  }
  QCOMPARE(positions.position(1).upTo, std::uint64_t{2});
  QCOMPARE(positions.position(1).chainHash, std::uint64_t{20});
  QCOMPARE(positions.position(1).beyond, std::size_t{3});
  QVERIFY(!positions.contains(1, 3) && positions.contains(1, 4) && !positions.contains(1, 6));
  QVERIFY(positions.add(line(3), Fate::Journaled).isOk());
  QCOMPARE(positions.position(1).upTo, std::uint64_t{5});
}

void TestSourcePositions::sameLineTwiceChangesNothing() {
  SourcePositions positions;
  for (int i = 0; i < 2; ++i) {
    QVERIFY(positions.add(line(1), Fate::Refused).isOk());
    QVERIFY(positions.add(line(3), Fate::Refused).isOk());
  }
  QCOMPARE(positions.position(1).refused, std::uint64_t{2});
  QCOMPARE(positions.position(1).upTo, std::uint64_t{1});
}

void TestSourcePositions::refusedLinesAreCounted() {
  SourcePositions positions;
  QVERIFY(positions.add(line(1), Fate::Journaled).isOk());
  QVERIFY(positions.add(line(2), Fate::Refused).isOk());
  QCOMPARE(positions.position(1).upTo, std::uint64_t{2});
  QCOMPARE(positions.position(1).refused, std::uint64_t{1});
}

void TestSourcePositions::shedLinesAreCountedApart() {
  SourcePositions positions;
  QVERIFY(positions.add(line(1), Fate::Shed).isOk());
  QVERIFY(positions.add(line(2), Fate::Refused).isOk());
  QVERIFY(positions.add(line(4), Fate::Shed).isOk());
  QCOMPARE(positions.position(1).upTo, std::uint64_t{2});
  QCOMPARE(positions.position(1).shed, std::uint64_t{2});
  QCOMPARE(positions.position(1).refused, std::uint64_t{1});
  QVERIFY(positions.forget(line(4), Fate::Shed));
  QCOMPARE(positions.position(1).shed, std::uint64_t{1});
}

void TestSourcePositions::sourcesAreApart() {
  SourcePositions positions;
  QVERIFY(positions.add(line(1, 1), Fate::Journaled).isOk());
  QVERIFY(!positions.contains(2, 1));
  QCOMPARE(positions.position(2).upTo, std::uint64_t{0});
}

void TestSourcePositions::failedLinesAreTakenOut() {
  SourcePositions positions;
  QVERIFY(positions.add(line(1), Fate::Journaled).isOk());
  QVERIFY(positions.add(line(3), Fate::Refused).isOk());
  QVERIFY(positions.forget(line(3), Fate::Refused));
  QVERIFY(!positions.contains(1, 3));
  QCOMPARE(positions.position(1).refused, std::uint64_t{0});
  QVERIFY(!positions.forget(line(3), Fate::Refused));
  QVERIFY(!positions.forget(line(1), Fate::Journaled));
}

void TestSourcePositions::linesTooFarAheadAreRefused() {
  SourcePositions positions;
  QVERIFY(positions.add(line(limits::kSourceLinesAheadMax), Fate::Journaled).isOk());
  const Status status = positions.add(line(limits::kSourceLinesAheadMax + 1), Fate::Journaled);
  QVERIFY(status.code() == StatusCode::Overloaded);
  QVERIFY(positions.add(line(1), Fate::Journaled).isOk());
  QVERIFY(positions.add(line(limits::kSourceLinesAheadMax + 1), Fate::Journaled).isOk());
  for (std::uint64_t source = 2; source <= limits::kSourcesMax; ++source) {
    QVERIFY(positions.add(line(1, source), Fate::Journaled).isOk());
  }
  QVERIFY(!positions.canAdd(line(1, limits::kSourcesMax + 1)).isOk());
  QVERIFY(positions.canAdd(line(2, 5)).isOk());
}

void TestSourcePositions::snapshotRestoresAll() {
  SourcePositions positions;
  for (const std::uint64_t number : {1, 2, 4, 9}) {
    QVERIFY(positions.add(line(number), Fate::Journaled).isOk());
    QVERIFY(positions.add(line(number, 8), Fate::Refused).isOk());
    QVERIFY(positions.add(line(number, 9), Fate::Shed).isOk());
    QVERIFY(positions.add(line(number, 7), Fate::Shed).isOk());
  }
  SourcePositions restored;
  QVERIFY(restored.add(line(1, 99), Fate::Journaled).isOk());
  const auto position = restored.restore(positions.snapshot(Sequence{50}));
  QVERIFY(position.isOk() && *position == Sequence{50});
  QVERIFY(!restored.contains(99, 1));
  QCOMPARE(restored.snapshot(Sequence{50}), positions.snapshot(Sequence{50}));
  QCOMPARE(restored.position(8).refused, std::uint64_t{4});
  QCOMPARE(restored.position(8).shed, std::uint64_t{0});
  QCOMPARE(restored.position(7).shed, std::uint64_t{4});
  QCOMPARE(restored.position(9).shed, std::uint64_t{4});
  QVERIFY(restored.contains(1, 9) && !restored.contains(1, 3));
  QVERIFY(restored.memoryBytes() > 0);
}

void TestSourcePositions::damagedSnapshotsAreRefused() {
  SourcePositions positions;
  for (const std::uint64_t number : {1, 3}) {
    QVERIFY(positions.add(line(number), Fate::Journaled).isOk());
  }
  const std::string good = positions.snapshot(Sequence{50});
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = char(damaged[i] ^ 1);
    QVERIFY(!positions.restore(damaged).isOk());
    QVERIFY(!positions.restore(std::string_view(good).substr(0, i)).isOk());
  }
  QVERIFY(positions.contains(1, 3));
}

/// Whole by their checksum; taken, they would have lines that are never passed.
void TestSourcePositions::snapshotsThatNobodyWroteAreRefused() {
  const SnapshotFrame frame("snapshot of source positions", 1);
  const auto entry = [](std::uint64_t source, std::initializer_list<std::uint64_t> distances) {
    std::string bytes;
    appendFixed64(bytes, source);
    appendVarint(bytes, 3);  // all lines up to it
    appendFixed64(bytes, 77);
    appendVarint(bytes, 0);
    appendVarint(bytes, distances.size());
    for (const std::uint64_t distance : distances) {
      appendVarint(bytes, distance);
      appendFixed64(bytes, 78);
    }
    return bytes;
  };
  const auto shed = [](std::uint64_t source, std::uint64_t lines) {
    std::string bytes;
    appendFixed64(bytes, source);
    appendVarint(bytes, lines);
    return bytes;
  };
  const auto isTaken = [&frame](std::uint64_t count, const std::string& entries) {
    return SourcePositions().restore(frame.seal(Sequence{50}, count, entries)).isOk();
  };
  QVERIFY(isTaken(2, entry(1, {2, 1}) + entry(2, {})));
  QVERIFY(isTaken(2, entry(1, {}) + entry(2, {}) + shed(1, 3) + shed(2, 1)));
  QVERIFY(!isTaken(1, entry(1, {}) + shed(1, 0)));
  QVERIFY(!isTaken(1, entry(1, {}) + shed(2, 1)));
  QVERIFY(!isTaken(1, entry(1, {}) + shed(1, 1) + shed(1, 1)));
  QVERIFY(!isTaken(1, entry(1, {}) + "x"));
  QVERIFY(!isTaken(1, entry(1, {0})));
  QVERIFY(!isTaken(1, entry(1, {1})));
  QVERIFY(!isTaken(1, entry(1, {2, 0})));
  QVERIFY(!isTaken(1, entry(1, {~std::uint64_t{0}})));
  QVERIFY(!isTaken(1, entry(0, {})));
  QVERIFY(!isTaken(2, entry(1, {}) + entry(1, {})));
  QVERIFY(!isTaken(2, entry(2, {}) + entry(1, {})));
}

PENSTOCK_TEST(TestSourcePositions)
#include "tst_source_positions.moc"
