// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <functional>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"
#include "engine/entry/acknowledgements.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

struct Told {
  AckToken token{};
  Ack ack;
};

/// Threads: told by any; read when nobody tells any more.
class Listener final : public AckReceiver {
 public:
  void onAck(AckToken token, const Ack& ack) override {
    told.push_back({token, ack});
    if (then) then(token);
  }
  std::vector<Told> told;
  std::function<void(AckToken)> then;
};

Ack accepted(std::uint64_t sequence) {
  Ack ack;
  ack.sequence = Sequence{sequence};
  return ack;
}

Status lost() { return {StatusCode::IoError, "the disk is full"}; }

}  // namespace

class TestAcknowledgements : public QObject {
  Q_OBJECT

 private slots:
  void eachIsToldOnceWhenItsLevelIsReached() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    acknowledgements.await(account, AckToken{1}, accepted(5), AckLevel::Journaled);
    acknowledgements.await(account, AckToken{2}, accepted(5), AckLevel::Persisted);
    acknowledgements.await(account, AckToken{3}, accepted(5), AckLevel::Accepted);
    QCOMPARE(acknowledgements.awaitedBytes(), 2 * Acknowledgements::kBytesPerAwaited);
    acknowledgements.onJournaled(Sequence{4});
    QVERIFY(listener.told.empty());
    acknowledgements.onJournaled(Sequence{5});
    QCOMPARE(listener.told.size(), 1u);
    QVERIFY(listener.told[0].token == AckToken{1});
    QVERIFY(listener.told[0].ack.level == AckLevel::Journaled);
    QVERIFY(listener.told[0].ack.survives == Survives::PowerLoss);
    acknowledgements.onSettled(Sequence{9});
    acknowledgements.onSettled(Sequence{10});
    QCOMPARE(listener.told.size(), 2u);
    QVERIFY(listener.told[1].token == AckToken{2});
    QVERIFY(listener.told[1].ack.level == AckLevel::Persisted);
    QCOMPARE(acknowledgements.awaitedBytes(), 0u);
    acknowledgements.close(account);
  }

  void toldInSequenceOrderWhateverOrderTheyAwaitedIn() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    for (const std::uint64_t sequence : {7u, 3u, 9u, 5u, 3u}) {
      acknowledgements.await(account, AckToken{sequence}, accepted(sequence), AckLevel::Journaled);
    }
    acknowledgements.onJournaled(Sequence{8});
    std::vector<std::uint64_t> order;
    for (const Told& each : listener.told) order.push_back(toNumber(each.ack.sequence));
    QVERIFY((order == std::vector<std::uint64_t>{3, 3, 5, 7}));
    acknowledgements.close(account);
  }

  void whatIsReachedAlreadyIsToldAtOnceAndSaysThatItWasKnown() {
    Acknowledgements acknowledgements;
    acknowledgements.onJournaled(Sequence{20});
    acknowledgements.onSettled(Sequence{10});
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    Ack known = accepted(8);
    known.known = true;
    acknowledgements.await(account, AckToken{1}, known, AckLevel::Persisted);
    QCOMPARE(listener.told.size(), 1u);
    QVERIFY(listener.told[0].ack.known);
    acknowledgements.close(account);
  }

  /// A line known by its source: nobody knows its sequence any more, only what lies behind it.
  void knownOneWithoutASequenceWaitsForWhatCoversIt() {
    Acknowledgements acknowledgements;
    acknowledgements.onJournaled(Sequence{20});
    acknowledgements.onSettled(Sequence{10});
    acknowledgements.onNotJournaled(Sequence{18}, Sequence{19},
                                    Status(StatusCode::IoError, "lost"));
    acknowledgements.onDeadLetter(Sequence{20}, Status(StatusCode::Invalid, "of another one"));
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    Ack known;
    known.known = true;
    acknowledgements.await(account, AckToken{1}, known, AckLevel::Persisted, Sequence{20});
    QVERIFY(listener.told.empty());
    acknowledgements.onSettled(Sequence{19});
    QVERIFY(listener.told.empty());
    acknowledgements.onSettled(Sequence{20});
    QCOMPARE(listener.told.size(), 1u);
    const Ack& told = listener.told[0].ack;
    QVERIFY(told.status.isOk() && told.known && !told.deadLetter);
    QVERIFY(told.level == AckLevel::Persisted && told.sequence == kNoSequence);
    acknowledgements.close(account);
  }

  void deadLetterIsToldWithItsReasonAlsoToLateOnes() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    acknowledgements.await(account, AckToken{1}, accepted(5), AckLevel::Persisted);
    acknowledgements.await(account, AckToken{2}, accepted(5), AckLevel::Journaled);
    acknowledgements.onJournaled(Sequence{5});
    acknowledgements.onDeadLetter(Sequence{5}, Status(StatusCode::Invalid, "UNIQUE"));
    acknowledgements.onSettled(Sequence{5});
    acknowledgements.await(account, AckToken{3}, accepted(5), AckLevel::Persisted);
    QCOMPARE(listener.told.size(), 3u);
    QVERIFY(!listener.told[0].ack.deadLetter);  // it was journaled, whatever came of it
    for (const std::size_t late : {1u, 2u}) {
      QVERIFY(listener.told[late].ack.deadLetter);
      QCOMPARE(listener.told[late].ack.status.message(), std::string("UNIQUE"));
    }
    acknowledgements.close(account);
  }

  void whatWasNotJournaledIsToldSoAndNothingElse() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    for (const std::uint64_t sequence : {4u, 5u, 6u, 7u}) {
      acknowledgements.await(account, AckToken{sequence}, accepted(sequence),
                             sequence % 2 == 0 ? AckLevel::Journaled : AckLevel::Persisted);
    }
    acknowledgements.onNotJournaled(Sequence{5}, Sequence{6}, lost());
    QCOMPARE(listener.told.size(), 2u);
    acknowledgements.onJournaled(Sequence{7});
    acknowledgements.onSettled(Sequence{7});
    QCOMPARE(listener.told.size(), 4u);
    for (const Told& each : listener.told) {
      const bool isLost = each.token == AckToken{5} || each.token == AckToken{6};
      QCOMPARE(each.ack.status.isOk(), !isLost);
      if (isLost) QVERIFY(each.ack.level == AckLevel::Accepted);
    }
    acknowledgements.close(account);
  }

  /// The append returned before the failure, its submitter awaits after it: the head has moved on.
  void lostOneThatIsAwaitedTooLateIsNotToldJournaled() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    acknowledgements.onNotJournaled(Sequence{5}, Sequence{5}, lost());
    acknowledgements.onJournaled(Sequence{6});
    acknowledgements.onSettled(Sequence{6});
    acknowledgements.await(account, AckToken{1}, accepted(5), AckLevel::Journaled);
    acknowledgements.await(account, AckToken{2}, accepted(5), AckLevel::Persisted);
    acknowledgements.await(account, AckToken{3}, accepted(6), AckLevel::Journaled);
    QCOMPARE(listener.told.size(), 3u);
    for (const std::size_t first : {0u, 1u}) {
      QVERIFY(listener.told[first].ack.status.code() == StatusCode::IoError);
      QVERIFY(listener.told[first].ack.level == AckLevel::Accepted);
    }
    QVERIFY(listener.told[2].ack.status.isOk());
    acknowledgements.close(account);
  }

  /// A journal that was closed after its failure publishes no head any more.
  void lostOneThatIsAwaitedTooLateIsToldWithoutAnotherHead() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    acknowledgements.onNotJournaled(Sequence{5}, Sequence{6}, lost());
    acknowledgements.await(account, AckToken{1}, accepted(5), AckLevel::Journaled);
    acknowledgements.await(account, AckToken{2}, accepted(6), AckLevel::Persisted);
    QCOMPARE(listener.told.size(), 2u);
    for (const Told& each : listener.told) {
      QVERIFY(each.ack.status.code() == StatusCode::IoError);
      QVERIFY(each.ack.level == AckLevel::Accepted);
    }
    QCOMPARE(acknowledgements.awaitedBytes(), 0u);
    acknowledgements.close(account);
  }

  void receiverMaySubmitAgain() {
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    listener.then = [&](AckToken token) {
      const auto next = static_cast<std::uint64_t>(token) + 1;
      if (next > 100) return;
      acknowledgements.await(account, AckToken{next}, accepted(next), AckLevel::Journaled);
    };
    acknowledgements.await(account, AckToken{1}, accepted(1), AckLevel::Journaled);
    acknowledgements.onJournaled(Sequence{100});
    QCOMPARE(listener.told.size(), 100u);
    QVERIFY(listener.told.back().token == AckToken{100});
    acknowledgements.close(account);
  }

  void closingWaitsForTheOneThatIsBeingTold() {
    Acknowledgements acknowledgements;
    Listener listener;
    Mutex mutex;
    CondVar changed;
    bool inside = false;
    bool mayLeave = false;
    listener.then = [&](AckToken) {
      MutexLock lock(mutex);
      inside = true;
      changed.notifyAll();
      while (!mayLeave) changed.wait(mutex);
    };
    const auto account = acknowledgements.open(&listener);
    acknowledgements.await(account, AckToken{1}, accepted(1), AckLevel::Journaled);
    acknowledgements.await(account, AckToken{2}, accepted(2), AckLevel::Journaled);
    Worker journal("journal", ThreadPriority::Normal,
                   [&] { acknowledgements.onJournaled(Sequence{1}); });
    {
      MutexLock lock(mutex);
      while (!inside) changed.wait(mutex);
    }
    std::atomic<bool> closed{false};
    Worker closer("closer", ThreadPriority::Normal, [&] {
      acknowledgements.close(account);
      closed = true;
    });
    QVERIFY(!closed);
    {
      MutexLock lock(mutex);
      mayLeave = true;
    }
    changed.notifyAll();
    closer.join();
    QVERIFY(closed);
    QCOMPARE(listener.told.size(), 1u);
    acknowledgements.onJournaled(Sequence{2});
    QCOMPARE(listener.told.size(), 1u);
    QCOMPARE(acknowledgements.awaitedBytes(), 0u);
  }

  void everyOneIsToldOnceWhileThreadsRace() {
    constexpr std::uint64_t kSets = 20'000;
    Acknowledgements acknowledgements;
    Listener listener;
    const auto account = acknowledgements.open(&listener);
    std::atomic<std::uint64_t> appended{0};
    Worker journal("journal", ThreadPriority::Normal, [&] {
      while (toNumber(acknowledgements.journaled()) < kSets) {
        acknowledgements.onJournaled(Sequence{appended.load()});
      }
    });
    Worker flusher("flusher", ThreadPriority::Normal, [&] {
      while (toNumber(acknowledgements.settled()) < kSets) {
        acknowledgements.onSettled(acknowledgements.journaled());
      }
    });
    for (std::uint64_t i = 1; i <= kSets; ++i) {
      appended = i;
      acknowledgements.await(account, AckToken{i}, accepted(i),
                             i % 2 == 0 ? AckLevel::Journaled : AckLevel::Persisted);
    }
    journal.join();
    flusher.join();
    acknowledgements.close(account);
    std::vector<int> times(kSets + 1);
    for (const Told& each : listener.told) ++times[static_cast<std::uint64_t>(each.token)];
    for (std::uint64_t i = 1; i <= kSets; ++i) QCOMPARE(times[i], 1);
  }
};

PENSTOCK_TEST(TestAcknowledgements)

}  // namespace penstock::test

#include "tst_acknowledgements.moc"
