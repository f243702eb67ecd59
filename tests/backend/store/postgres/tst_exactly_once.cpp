// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <array>
#include <atomic>

#include "base/worker.h"
#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

constexpr std::uint32_t kLanes = 4;
constexpr std::uint64_t kCommits = 30;

// Now and then a COMMIT takes so long that it is met by a kill.
constexpr std::string_view kSchema = R"(
  CREATE TABLE counters(shard integer PRIMARY KEY, n bigint);
  CREATE TABLE log(shard integer, n bigint);
  CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END';
  CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.n % 3 = 0) EXECUTE FUNCTION linger();
)";

struct Tally {
  std::uint64_t transient = 0;
  std::uint64_t unknown = 0;
  std::string wrong;  ///< empty: nothing
};

/// What a flush worker does with its shard, until it has made all its commits.
class ShardWriter {
 public:
  ShardWriter(PostgresFixture& fixture, std::uint32_t shard, std::atomic<std::uint64_t>& settled)
      : m_fixture(fixture), m_shard(shard), m_lane(fixture.openLane()), m_all(settled) {}

  void run() {
    while (m_settled < kCommits && m_tally.wrong.empty()) {
      const std::uint64_t before = m_settled;
      commitNext();
      m_all += m_settled - before;
    }
  }
  const Tally& tally() const { return m_tally; }

 private:
  void commitNext() {
    const auto next = static_cast<std::int64_t>(m_settled + 1);
    const ValueView shard = ValueView::integer(m_shard);
    BatchBuilder builder = m_fixture.builder();
    builder.add("counters", {IfAbsent::Insert,
                             IfPresent::Update,
                             {shard},
                             {{"n", ValueView::integer(1)}},
                             {{"n", ValueView::integer(1), AssignmentKind::Add}}});
    builder.add("log", {IfAbsent::Insert,
                        IfPresent::Error,
                        {},
                        {{"shard", shard}, {"n", ValueView::integer(next)}},
                        {}});
    const CommitResult result = m_lane->commit(
        {&builder.batch(), {{Shard{m_shard}, Sequence{m_settled}, Sequence{m_settled + 1}}}});
    switch (result.outcome) {
      case CommitOutcome::Committed:
        ++m_settled;
        return;
      case CommitOutcome::Transient:
        ++m_tally.transient;
        return reopen();
      case CommitOutcome::Unknown:
        ++m_tally.unknown;
        return decide();
      default:
        m_tally.wrong = result.code + " " + result.message;
    }
  }

  void reopen() {
    while (!m_lane->reopen().isOk()) {
    }
  }

  void decide() {
    for (;;) {
      reopen();
      const auto checkpoints = m_lane->readCheckpoints();
      if (!checkpoints) continue;
      std::uint64_t held = 0;
      for (const Checkpoint& each : *checkpoints) {
        if (each.shard == Shard{m_shard}) held = toNumber(each.settled);
      }
      if (held != m_settled && held != m_settled + 1) m_tally.wrong = "the checkpoint is elsewhere";
      m_settled = held;
      return;
    }
  }

  PostgresFixture& m_fixture;
  const std::uint32_t m_shard;
  std::unique_ptr<StoreLane> m_lane;
  std::atomic<std::uint64_t>& m_all;
  std::uint64_t m_settled = 0;
  Tally m_tally;
};

}  // namespace

class TestExactlyOnce : public QObject {
  Q_OBJECT

 private slots:
  /// Backends of four lanes are killed one after another, wherever they are.
  void everyCommitOfEveryLaneHappensOnce() {
    PostgresFixture fixture(kSchema);
    std::atomic<std::uint64_t> settled{0};
    std::array<std::unique_ptr<ShardWriter>, kLanes> writers;
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      writers[i] = std::make_unique<ShardWriter>(fixture, i + 1, settled);
    }
    std::atomic<std::uint32_t> running{kLanes};
    std::array<Worker, kLanes> workers;
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      workers[i] = Worker("lane", ThreadPriority::Normal, [&running, writer = writers[i].get()] {
        writer->run();
        --running;
      });
    }
    // One for every second commit, so that a slow machine gets on too.
    for (std::uint64_t killedAt = 0; running > 0;) {
      fixture.rows("SELECT pg_sleep(0.01)");
      if (settled < killedAt + 2) continue;
      killedAt = settled;
      fixture.rows(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          " WHERE datname=current_database() AND application_name='penstock'"
          " ORDER BY random() LIMIT 1");
    }
    for (Worker& worker : workers) worker.join();
    Tally sum;
    for (const auto& writer : writers) {
      QVERIFY2(writer->tally().wrong.empty(), writer->tally().wrong.c_str());
      sum.transient += writer->tally().transient;
      sum.unknown += writer->tally().unknown;
    }
    QVERIFY(sum.transient > 0);
    QVERIFY(sum.unknown > 0);
    const std::string commits = std::to_string(kCommits);
    Rows expected;
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      expected.push_back(std::to_string(i + 1) + "|" + commits);
    }
    QCOMPARE(fixture.rows("SELECT shard, n FROM counters ORDER BY shard"), expected);
    QCOMPARE(fixture.rows("SELECT shard, count(*) FROM log GROUP BY 1 ORDER BY 1"), expected);
    QCOMPARE(fixture.rows("SELECT shard, count(DISTINCT n) FROM log GROUP BY 1 ORDER BY 1"),
             expected);
    QCOMPARE(fixture.rows("SELECT shard, sequence FROM penstock_checkpoint WHERE sequence>0"
                          " ORDER BY shard"),
             expected);
  }
};

PENSTOCK_TEST(TestExactlyOnce)

}  // namespace penstock::test

#include "tst_exactly_once.moc"
