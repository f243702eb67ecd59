// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>

#include "base/worker.h"
#include "engine/entry/known_changes.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Seen = KnownIds::Seen;
using Passage = KnownChanges::Passage;

constexpr auto kJournaled = SourcePositions::LineFate::Journaled;

Passage withId(std::uint64_t number) {
  Passage passage;
  passage.id = Hash128{number, number};
  passage.content = number;
  passage.identity = Passage::Identity::Id;
  return passage;
}

Passage withLine(std::uint64_t line) {
  Passage passage;
  passage.source = {7, line, line};
  return passage;
}

AppendFailure lost(std::uint64_t first, std::uint64_t last) {
  return {Sequence{first}, Sequence{last}, Status(StatusCode::IoError, "the disk is full")};
}

}  // namespace

class TestKnownChanges : public QObject {
  Q_OBJECT

 private slots:
  void secondOneIsAnsweredWithTheFirstSequence() {
    KnownChanges known = make();
    QVERIFY(known.reserve(withId(1), SteadyTime::max()).seen == Seen::New);
    known.commit(withId(1), Sequence{5}, kJournaled);
    const KnownChanges::Entry second = known.reserve(withId(1), SteadyTime::max());
    QVERIFY(second.seen == Seen::Known && second.sequence == Sequence{5});
    Passage other = withId(1);
    other.content = 2;
    QVERIFY(known.reserve(other, SteadyTime::max()).seen == Seen::ContentDiffers);
  }

  void oneInFlightIsWaitedFor() {
    KnownChanges known = make();
    QVERIFY(known.reserve(withId(1), SteadyTime::max()).seen == Seen::New);
    KnownChanges::Entry second;
    Worker twin("twin", ThreadPriority::Normal,
                [&] { second = known.reserve(withId(1), SteadyTime::max()); });
    known.commit(withId(1), Sequence{5}, kJournaled);
    twin.join();
    QVERIFY(second.seen == Seen::Known && second.sequence == Sequence{5});
  }

  void cancelledOneMayComeAgain() {
    KnownChanges known = make();
    QVERIFY(known.reserve(withId(1), SteadyTime::max()).seen == Seen::New);
    known.cancel(withId(1));
    QVERIFY(known.reserve(withId(1), SteadyTime::max()).seen == Seen::New);
    known.cancel(withId(1));
  }

  void lostOneMayComeAgainWhenEverItIsTold() {
    for (const bool toldBeforeCommit : {false, true}) {
      KnownChanges known = make();
      for (const Passage& passage : {withId(1), withLine(1)}) {
        QVERIFY(known.reserve(passage, SteadyTime::max()).seen == Seen::New);
        if (toldBeforeCommit) known.onNotJournaled(lost(5, 6));
        known.commit(passage, Sequence{5}, kJournaled);
        if (!toldBeforeCommit) known.onNotJournaled(lost(5, 6));
        known.onSynced(Sequence{6});
        QVERIFY(known.reserve(passage, SteadyTime::max()).seen == Seen::New);
        known.cancel(passage);
      }
      QCOMPARE(known.position(7).upTo, 0u);
    }
  }

  void lineIsInOnceItIsSynced() {
    KnownChanges known = make();
    QVERIFY(known.reserve(withLine(1), SteadyTime::max()).seen == Seen::New);
    known.commit(withLine(1), Sequence{5}, kJournaled);
    QCOMPARE(known.position(7).upTo, 0u);
    known.onSynced(Sequence{5});
    QCOMPARE(known.position(7).upTo, 1u);
    QVERIFY(known.reserve(withLine(1), SteadyTime::max()).seen == Seen::Known);
  }

  void lineThatComesAgainBeforeItIsSyncedIsKnown() {
    KnownChanges known = make();
    QVERIFY(known.reserve(withLine(1), SteadyTime::max()).seen == Seen::New);
    known.commit(withLine(1), Sequence{5}, kJournaled);
    const KnownChanges::Entry again = known.reserve(withLine(1), SteadyTime::max());
    QVERIFY(again.seen == Seen::Known && again.sequence == Sequence{5});
    known.onNotJournaled(lost(5, 5));
    QVERIFY(known.reserve(withLine(1), SteadyTime::max()).seen == Seen::New);
    known.cancel(withLine(1));
  }

  void lineWhoseIdIsKnownIsInAndHoldsNobodyUp() {
    KnownChanges known = make();
    QVERIFY(known.reserve(withId(1), SteadyTime::max()).seen == Seen::New);
    known.commit(withId(1), Sequence{5}, kJournaled);
    Passage again = withId(1);
    again.source = {7, 1, 1};
    QVERIFY(known.reserve(again, SteadyTime::max()).seen == Seen::Known);
    QCOMPARE(known.position(7).upTo, 0u);
    known.onSynced(Sequence{5});
    QCOMPARE(known.position(7).upTo, 1u);
  }

 private:
  KnownChanges make() const {
    return KnownChanges(posixFileSystem(), m_directory.path().toStdString(), 100);
  }

  const QTemporaryDir m_directory;
};

PENSTOCK_TEST(TestKnownChanges)

}  // namespace penstock::test

#include "tst_known_changes.moc"
