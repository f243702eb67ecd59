// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <QTest>
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/dead_letter.h"
#include "queue/shard_window.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// A record of the journal, with what it is ordered by.
struct Record {
  Sequence sequence{};
  EntryKind kind = EntryKind::ChangeSet;
  std::string bytes;
  CatalogPointer catalog;
  std::set<std::uint64_t> keys;
};

void touchRows(const ChangeSetView& changeSet, const CatalogPointer&, std::vector<Touch>& to) {
  for (auto changes = changeSet.changes(); const auto change = changes.next();) {
    to.push_back({static_cast<std::uint64_t>(change->rowHash()), TouchMode::Alone});
  }
}

/// Change sets of few groups and rows, and now and then what concerns everything.
Record anyRecord(std::uint64_t number) {
  static const CatalogPointer kCatalogs[] = {schemaOfEverything(),
                                             std::make_shared<Catalog>(*schemaOfEverything())};
  Record record;
  record.sequence = Sequence{number};
  record.catalog = kCatalogs[number / 40 % 2];
  const int kind = *rc::gen::inRange(0, 20);
  if (kind == 0) {
    record.kind = EntryKind::LetterRetry;
    LetterOrder{LetterAction::Discard, "s", "j", Sequence{1}, "ada", {}}.encodeTo(record.bytes);
    return record;
  }
  if (kind == 1) {
    record.kind = EntryKind::CheckpointOnly;
    return record;
  }
  std::vector<TestChange> changes(*rc::gen::inRange<std::size_t>(1, 4));
  for (TestChange& change : changes) {
    change.operation = Operation::Upsert;
    change.key = {Value::integer(*rc::gen::inRange(1, 12))};
  }
  const std::string group = "group " + std::to_string(*rc::gen::inRange(0, 6));
  ChangeSetWriter::Header header;
  if (*rc::gen::arbitrary<bool>()) header.group = group;
  record.bytes = encode(changes, header);
  const auto view = ChangeSetView::parse(record.bytes);
  std::vector<Touch> touches;
  touchRows(*view, record.catalog, touches);
  for (const Touch& touch : touches) record.keys.insert(touch.key);
  record.keys.insert(~static_cast<std::uint64_t>(view->groupHash()));
  return record;
}

/// Journal, node and store in one: any number of lanes, each with one chunk at a time.
class Run {
 public:
  explicit Run(std::uint32_t lanes) : m_lanes(lanes) { start(); }

  void append() { m_journal.push_back(anyRecord(m_journal.size() + 1)); }
  void push() {
    if (m_read == m_journal.size() || !m_window->hasRoom()) return;
    const Record& record = m_journal[m_read++];
    RC_ASSERT(
        m_window->push({record.sequence, record.kind, record.bytes, record.catalog, {}}).isOk());
  }
  void take(std::size_t rows) {
    if (m_chunks.size() == m_lanes) return;
    Chunk chunk;
    const bool taken = m_window->take({rows, 1 << 20, std::nullopt}, m_lanes, chunk);
    RC_ASSERT(taken != chunk.entries.empty());
    if (!taken) return;
    RC_ASSERT(std::ranges::is_sorted(chunk.entries, {}, &WindowEntry::sequence));
    m_chunks.push_back({std::move(chunk), 0});
  }
  /// Part of a chunk, or all of what is left of it.
  void commit(std::size_t which, std::size_t count) {
    if (m_chunks.empty()) return;
    const std::size_t at = which % m_chunks.size();
    Taken& taken = m_chunks[at];
    const std::size_t left = taken.chunk.entries.size() - taken.done;
    const auto part = std::span(taken.chunk.entries).subspan(taken.done, std::min(count, left));
    store(taken.chunk.ticket, part);
    m_window->settle(part);
    taken.done += part.size();
    if (taken.done == taken.chunk.entries.size()) complete(at);
  }
  void giveBack(std::size_t which, ShardWindow::Again again) {
    if (m_chunks.empty()) return;
    const std::size_t at = which % m_chunks.size();
    m_window->giveBack(m_chunks[at].chunk, m_chunks[at].done, again);
    complete(at);
  }
  /// Whatever was under way is gone; what the store holds decides.
  void start() {
    m_chunks.clear();
    std::vector<ShardMark> held;
    for (const auto& [shard, settled] : m_marks) held.push_back({shard, settled});
    m_checkpoints.emplace(held);
    m_window.emplace(8192, *m_checkpoints, touchRows);
    const Sequence start = m_checkpoints->start();
    for (const Record& record : m_journal) {
      RC_ASSERT(record.sequence > start || m_done.contains(record.sequence));
    }
    m_read = toNumber(start);
    m_settled = m_window->settled();
  }
  /// With all lanes, until nothing is left: this is where a deadlock shows.
  void drain() {
    while (m_window->settled() < Sequence{m_journal.size()}) {
      const std::size_t before = m_done.size();
      while (m_read < m_journal.size() && m_window->hasRoom()) push();
      for (std::uint32_t i = 0; i < m_lanes; ++i) take(5);
      RC_ASSERT(!m_chunks.empty());
      commit(0, 3);
      check();
      RC_ASSERT(m_done.size() > before || m_window->settled() == Sequence{m_journal.size()});
    }
    RC_ASSERT(m_done.size() == m_journal.size());
    RC_ASSERT(m_window->load().bytes == 0u);
  }
  void check() {
    m_window->checkInvariants();
    RC_ASSERT(m_window->settled() >= m_settled);
    m_settled = m_window->settled();
    RC_ASSERT(m_checkpoints->start() <= m_settled);
    for (std::uint64_t each = 1; each <= toNumber(m_settled); ++each) {
      RC_ASSERT(m_done.contains(Sequence{each}));
    }
    std::set<Shard> shards;
    for (const Taken& taken : m_chunks) {
      std::set<Shard> own;
      for (std::size_t i = taken.done; i < taken.chunk.entries.size(); ++i) {
        own.insert(shardOf(taken.chunk.entries[i]));
      }
      for (const Shard shard : own) RC_ASSERT(shards.insert(shard).second);
    }
  }

 private:
  struct Taken {
    Chunk chunk;
    std::size_t done = 0;
  };

  void complete(std::size_t at) {
    m_checkpoints->release(m_chunks[at].chunk.ticket);
    m_window->complete(m_chunks[at].chunk);
    m_chunks.erase(m_chunks.begin() + static_cast<std::ptrdiff_t>(at));
  }
  /// As a store does it: behind the fence, all or nothing.
  void store(Ticket ticket, std::span<const WindowEntry> entries) {
    const auto steps = m_checkpoints->stepsFor(ticket, entries, m_window->settledWith(entries));
    RC_ASSERT(!steps.empty());
    for (const ShardStep& step : steps) {
      RC_ASSERT(m_marks[step.shard] == step.expected);
      m_marks[step.shard] = step.next;
    }
    for (const WindowEntry& entry : entries) apply(entry.sequence);
    m_checkpoints->settle(ticket, steps);
  }
  void apply(Sequence sequence) {
    RC_ASSERT(m_done.insert(sequence).second);
    const Record& record = m_journal[toNumber(sequence) - 1];
    for (const std::uint64_t key : record.keys) {
      RC_ASSERT(m_newest[key] < sequence);
      m_newest[key] = sequence;
    }
    // All before it are done, and none behind it: that would be one more.
    const bool isBarrier = record.kind == EntryKind::LetterRetry;
    RC_ASSERT(!isBarrier || (m_done.size() == toNumber(sequence) && *m_done.rbegin() == sequence));
  }

  const std::uint32_t m_lanes;
  std::vector<Record> m_journal;
  std::size_t m_read = 0;
  std::map<Shard, Sequence> m_marks;  // the store's
  std::set<Sequence> m_done;
  std::map<std::uint64_t, Sequence> m_newest;  // by key
  std::optional<ShardCheckpoints> m_checkpoints;
  std::optional<ShardWindow> m_window;
  std::deque<Taken> m_chunks;
  Sequence m_settled{};
};

}  // namespace

/// Random change sets over groups and rows, taken, committed in parts, given back, and cut off by
/// crashes, in any order.
class TestShardProperties : public QObject {
  Q_OBJECT

 private slots:
  void everyRowAndGroupFollowsTheJournalEachOnceAndNothingStands() {
    QVERIFY(rc::check([](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps) {
      Run run(*rc::gen::inRange<std::uint32_t>(1, 9));
      for (const auto& [kind, number] : steps) {
        switch (kind % 12) {
          case 0:
            run.start();
            break;
          case 1:
            run.giveBack(number, ShardWindow::Again::WhenFirst);
            break;
          case 2:
            run.giveBack(number, ShardWindow::Again::Anytime);
            break;
          case 3:
          case 4:
            run.take(1 + number % 12);
            break;
          case 5:
          case 6:
            run.commit(number / 16, 1 + number % 16);
            break;
          default:
            run.append();
            run.push();
        }
        run.check();
      }
      run.drain();
    }));
  }
};

PENSTOCK_TEST(TestShardProperties)

}  // namespace penstock::test

#include "tst_shard_properties.moc"
