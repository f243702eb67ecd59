// SPDX-License-Identifier: Apache-2.0
// Why there is no deadlock: the oldest entry that is not settled waits for nobody. What it touches,
// only younger ones touch, too; its shard is free, since a shard is taken in order and freed as
// soon as what was taken of it is settled; and barriers stand behind it, or it is the barrier
// itself. So either it is in a chunk, which waits for no other one, or it can be taken.
#include "queue/shard_window.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

/// For people; the queue is locked meanwhile.
constexpr std::size_t kLookedAtMax = 20'000;

}  // namespace

ShardWindow::ShardWindow(std::uint64_t bytesMax, ShardCheckpoints atStart, TouchedBy touchedBy)
    : m_memory(bytesMax),
      m_atStart(atStart),
      m_touchedBy(std::move(touchedBy)),
      m_settled(m_atStart.start()) {}

Status ShardWindow::push(const QueuedRecord& record) {
  WindowEntry entry;
  RETURN_IF_ERROR(m_memory.keep(record, entry));
  Node& node = m_nodes.emplace_back();
  node.entry = entry;
  node.shard = shardOf(entry);
  const Number number = m_first + m_nodes.size() - 1;
  node.entry.number = number;
  node.opensCatalog = m_newest != nullptr && m_newest != record.catalog;
  m_newest = record.catalog;
  if (node.opensCatalog || node.shard == kAllShards) m_barriers.push_back(number);
  if (m_atStart.isSettled(node.shard, entry.sequence)) {
    node.state = Node::State::Settled;
    m_memory.release(entry);
    dropSettled();
    return Status::ok();
  }
  if (entry.kind == EntryKind::ChangeSet) {
    m_touches.clear();
    m_touchedBy(entry.changeSet, record.catalog, m_touches);
    node.claim = m_dependencies.add(m_touches);
  }
  m_memory.charge(node.entry,
                  sizeof(Node) - sizeof(WindowEntry) + Dependencies::bytesOf(node.claim));
  m_lines[toIndex(node.shard)].waiting.push_back(number);
  ++m_waitingRecords;
  m_waitingChanges += node.entry.changes;
  m_waitingBytes += node.entry.bytes;
  return Status::ok();
}

bool ShardWindow::take(const TakeLimits& limits, std::uint32_t lanes, Chunk& chunk) {
  CHECK(lanes > 0);
  startChunk(chunk);
  if (m_decision) return false;
  const Number end = passBarriers();
  if (!takeAlone(limits, chunk)) takeLines(end, limits, lanes, chunk);
  if (chunk.entries.empty()) return false;
  chunk.ticket = Ticket{++m_tickets};
  if (shardOf(chunk.entries.front()) == kAllShards) m_decision = chunk.ticket;
  ++m_takenChunks;
  m_waitingRecords -= chunk.entries.size();
  m_waitingChanges -= chunk.changes;
  m_waitingBytes -= chunk.bytes;
  return true;
}

// What fits in one chunk is best in one; more is shared out. Where lines wait for one another, so
// that little comes of some of them, all go together.
void ShardWindow::takeLines(Number end, const TakeLimits& limits, std::uint32_t lanes,
                            Chunk& chunk) {
  const bool isLittle = m_waitingChanges <= limits.rows && m_waitingBytes <= limits.bytes;
  Heads heads = openLines(end, isLittle ? kShardCount : (kShardCount + lanes - 1) / lanes);
  Lines own;
  for (const auto& [number, line] : heads) own.set(line);
  pickFrom(heads, end, limits, chunk);
  if (!isLittle && chunk.changes * 2 < limits.rows && chunk.bytes * 2 < limits.bytes) {
    Heads all = allLines(end, own);
    pickFrom(all, end, limits, chunk);
    // What was picked first does not touch what came before it and is picked now.
    std::ranges::sort(chunk.entries, {}, &WindowEntry::number);
  }
  for (const WindowEntry& entry : chunk.entries) m_dependencies.unpick(at(entry).claim);
}

void ShardWindow::startChunk(Chunk& chunk) {
  chunk.ticket = {};
  chunk.entries.clear();
  chunk.changes = chunk.bytes = 0;
  chunk.catalog.reset();
}

/// The first number that may not be taken yet.
ShardWindow::Number ShardWindow::passBarriers() {
  while (!m_barriers.empty()) {
    const Number barrier = m_barriers.front();
    if (barrier > m_first) return barrier;
    // It is the first one; or it is settled, and all before are.
    if (barrier == m_first && at(barrier).shard == kAllShards) return m_first;
    m_barriers.pop_front();
  }
  return m_first + m_nodes.size();
}

/// The first one, when nothing may go with it.
bool ShardWindow::takeAlone(const TakeLimits& limits, Chunk& chunk) {
  if (m_nodes.empty()) return false;
  const Node& node = m_nodes.front();
  if (node.shard != kAllShards && !node.onlyWhenFirst) return false;
  if (node.state != Node::State::Waiting) return node.shard == kAllShards;
  if (limits.upTo && node.entry.sequence > *limits.upTo) return true;
  m_lines[toIndex(node.shard)].waiting.pop_front();
  pick(m_first, chunk);
  m_dependencies.unpick(node.claim);
  return true;
}

/// Those that are free, by the age of their first ones.
ShardWindow::Heads ShardWindow::openLines(Number end, std::size_t most) const {
  Heads heads;
  for (std::uint32_t i = 1; i <= kShardCount; ++i) {
    const Line& line = m_lines[i];
    const bool isOpen = line.taken == 0 && !line.waiting.empty() && line.waiting.front() < end;
    if (isOpen) heads.emplace_back(line.waiting.front(), i);
  }
  if (heads.size() > most) {
    std::ranges::sort(heads);
    heads.resize(most);
  }
  return heads;
}

/// Those that are free, and those that the chunk has begun with.
ShardWindow::Heads ShardWindow::allLines(Number end, const Lines& own) const {
  Heads heads;
  for (std::uint32_t i = 1; i <= kShardCount; ++i) {
    const Line& line = m_lines[i];
    const bool isOpen = own[i] || line.taken == 0;
    if (isOpen && !line.waiting.empty() && line.waiting.front() < end) {
      heads.emplace_back(line.waiting.front(), i);
    }
  }
  return heads;
}

bool ShardWindow::mayPick(Number number, Number end, const TakeLimits& limits) const {
  if (number >= end) return false;
  const Node& node = at(number);
  if (limits.upTo && node.entry.sequence > *limits.upTo) return false;
  return !node.onlyWhenFirst && m_dependencies.isFree(node.claim);
}

/// In journal order. A line ends at the first one that may not be picked.
void ShardWindow::pickFrom(Heads& heads, Number end, const TakeLimits& limits, Chunk& chunk) {
  const auto later = std::greater<>();
  std::ranges::make_heap(heads, later);
  while (!heads.empty()) {
    std::ranges::pop_heap(heads, later);
    const auto [number, index] = heads.back();
    heads.pop_back();
    if (!mayPick(number, end, limits)) continue;
    const WindowEntry& entry = at(number).entry;
    const bool isFull =
        chunk.changes + entry.changes > limits.rows || chunk.bytes + entry.bytes > limits.bytes;
    if (isFull && !chunk.entries.empty()) break;
    std::deque<Number>& waiting = m_lines[index].waiting;
    waiting.pop_front();
    pick(number, chunk);
    if (waiting.empty()) continue;
    heads.emplace_back(waiting.front(), index);
    std::ranges::push_heap(heads, later);
  }
}

void ShardWindow::pick(Number number, Chunk& chunk) {
  Node& node = at(number);
  node.state = Node::State::Taken;
  ++m_lines[toIndex(node.shard)].taken;
  m_dependencies.pick(node.claim);
  if (chunk.entries.empty()) chunk.catalog = node.entry.slab->catalog;
  chunk.entries.push_back(node.entry);
  chunk.changes += node.entry.changes;
  chunk.bytes += node.entry.bytes;
}

void ShardWindow::settle(std::span<const WindowEntry> entries) {
  for (const WindowEntry& entry : entries) {
    Node& node = at(entry);
    CHECK(node.state == Node::State::Taken);
    node.state = Node::State::Settled;
    --m_lines[toIndex(node.shard)].taken;
    m_dependencies.remove(node.claim);
  }
  dropSettled();
}

void ShardWindow::dropSettled() {
  while (!m_nodes.empty() && m_nodes.front().state == Node::State::Settled) {
    m_settled = m_nodes.front().entry.sequence;
    m_nodes.pop_front();
    ++m_first;
  }
}

void ShardWindow::giveBack(Chunk& chunk, std::size_t from, Again again) {
  CHECK(from < chunk.entries.size());
  for (std::size_t i = chunk.entries.size(); i > from; --i) {
    Node& node = at(chunk.entries[i - 1]);
    CHECK(node.state == Node::State::Taken);
    node.state = Node::State::Waiting;
    Line& line = m_lines[toIndex(node.shard)];
    --line.taken;
    line.waiting.push_front(node.entry.number);
    ++m_waitingRecords;
    m_waitingChanges += node.entry.changes;
    m_waitingBytes += node.entry.bytes;
    if (i - 1 == from && again == Again::WhenFirst) node.onlyWhenFirst = true;
  }
  chunk.entries.resize(from);
}

void ShardWindow::complete(Chunk& chunk) {
  for (const WindowEntry& entry : chunk.entries) m_memory.release(entry);
  --m_takenChunks;
  if (m_decision == chunk.ticket) m_decision.reset();
  chunk.entries.clear();
  chunk.catalog.reset();
}

ShardWindow::Node& ShardWindow::at(const WindowEntry& entry) {
  CHECK(entry.number >= m_first && entry.number - m_first < m_nodes.size());
  Node& node = at(entry.number);
  CHECK(node.entry.sequence == entry.sequence);
  return node;
}

Sequence ShardWindow::settledWith(std::span<const WindowEntry> entries) const {
  Sequence last = m_settled;
  auto next = entries.begin();
  for (const Node& node : m_nodes) {
    const bool isOneOf = next != entries.end() && next->sequence == node.entry.sequence;
    if (isOneOf) ++next;
    if (!isOneOf && node.state != Node::State::Settled) break;
    last = node.entry.sequence;
  }
  return last;
}

bool ShardWindow::isFirst(Sequence sequence) const {
  return m_nodes.empty() || sequence <= m_nodes.front().entry.sequence;
}

WindowLoad ShardWindow::load() const {
  WindowLoad load;
  load.bytes = m_memory.bytes();
  load.waitingRecords = m_waitingRecords;
  load.waitingChanges = m_waitingChanges;
  load.waitingBytes = m_waitingBytes;
  load.takenChunks = m_takenChunks;
  load.hasRoom = hasRoom();
  Number first = m_first + m_nodes.size();
  for (const Line& line : m_lines) {
    if (!line.waiting.empty()) first = std::min(first, line.waiting.front());
  }
  if (m_waitingRecords > 0) {
    load.firstWaiting = at(first).entry.sequence;
    load.oldestWaiting = at(first).entry.arrived;
  }
  if (!m_nodes.empty()) load.oldestUnsettled = m_nodes.front().entry.arrived;
  return load;
}

std::vector<ShardLoad> ShardWindow::shards() const {
  std::vector<ShardLoad> loads(m_lines.size());
  const Number end = firstBarrier();
  for (std::size_t i = 0; i < m_lines.size(); ++i) {
    loads[i].shard = Shard{static_cast<std::uint32_t>(i)};
    loads[i].waiting = m_lines[i].waiting.size();
    loads[i].inFlight = m_lines[i].taken;
    if (loads[i].waiting > 0) judgeWaiting(loads[i], end);
  }
  findInNodes(loads);
  return loads;
}

/// As passBarriers(), without passing them.
ShardWindow::Number ShardWindow::firstBarrier() const {
  for (const Number barrier : m_barriers) {
    if (barrier > m_first) return barrier;
    if (barrier == m_first && at(barrier).shard == kAllShards) return m_first;
  }
  return m_first + m_nodes.size();
}

/// Expects: something waits in its line.
void ShardWindow::judgeWaiting(ShardLoad& load, Number end) const {
  const Number number = m_lines[toIndex(load.shard)].waiting.front();
  const Node& node = at(number);
  const Node& oldest = m_nodes.front();
  if (load.inFlight == 0) load.arrived = node.entry.arrived;
  const auto waitsFor = [&](ShardLoad::WaitsFor what, const Node& behind) {
    load.waitsFor = what;
    load.behind = behind.entry.sequence;
    load.behindIn = behind.shard;
  };
  const bool isDecided = m_decision && oldest.shard == kAllShards;
  if (isDecided) return waitsFor(ShardLoad::WaitsFor::Decision, oldest);
  if (load.inFlight > 0) {
    load.waitsFor = ShardLoad::WaitsFor::OwnCommit;
    return;
  }
  const bool goesAlone = node.shard == kAllShards || node.onlyWhenFirst;
  if (goesAlone && number != m_first) return waitsFor(ShardLoad::WaitsFor::Everything, oldest);
  if (goesAlone || number < end) return;
  const Node& barrier = at(end);
  if (barrier.shard == kAllShards) return waitsFor(ShardLoad::WaitsFor::Decision, barrier);
  waitsFor(ShardLoad::WaitsFor::Everything, oldest);
}

/// What only a look at one record after the other tells: the oldest that was taken of each shard,
/// and who touches what the first one of a shard waits for.
void ShardWindow::findInNodes(std::vector<ShardLoad>& loads) const {
  std::unordered_multimap<std::uint32_t, ShardLoad*> wanted;  // by the party that is waited for
  std::size_t missing = 0;
  for (ShardLoad& load : loads) {
    if (load.inFlight > 0) ++missing;
    if (load.waiting == 0 || load.waitsFor != ShardLoad::WaitsFor::Nothing) continue;
    const Number first = m_lines[toIndex(load.shard)].waiting.front();
    const auto party = m_dependencies.blocker(at(first).claim);
    if (!party) continue;
    load.waitsFor = ShardLoad::WaitsFor::Entry;
    wanted.emplace(*party, &load);
  }
  std::size_t looked = 0;
  for (const Node& node : m_nodes) {
    if ((missing == 0 && wanted.empty()) || ++looked > kLookedAtMax) return;
    if (node.state == Node::State::Settled) continue;
    ShardLoad& own = loads[toIndex(node.shard)];
    if (node.state == Node::State::Taken && !own.arrived) {
      own.arrived = node.entry.arrived;
      --missing;
    }
    if (wanted.empty()) continue;
    Dependencies::forEachParty(node.claim, [&](std::uint32_t party) {
      const auto [begin, behind] = wanted.equal_range(party);
      for (auto each = begin; each != behind; ++each) {
        each->second->behind = node.entry.sequence;
        each->second->behindIn = node.shard;
        each->second->isBehindInFlight = node.state == Node::State::Taken;
      }
      wanted.erase(begin, behind);
    });
  }
}

void ShardWindow::checkInvariants() const {
  std::uint64_t waiting = 0;
  std::uint64_t changes = 0;
  std::uint64_t bytes = 0;
  std::array<std::uint64_t, kShardCount + 1> taken{};
  Sequence before = m_settled;
  for (const Node& node : m_nodes) {
    CHECK(node.entry.sequence > before);
    before = node.entry.sequence;
    taken[toIndex(node.shard)] += node.state == Node::State::Taken ? 1 : 0;
    if (node.state != Node::State::Waiting) continue;
    ++waiting;
    changes += node.entry.changes;
    bytes += node.entry.bytes;
  }
  CHECK(waiting == m_waitingRecords && changes == m_waitingChanges && bytes == m_waitingBytes);
  for (std::size_t i = 0; i < m_lines.size(); ++i) {
    CHECK(m_lines[i].taken == taken[i]);
    CHECK(std::ranges::is_sorted(m_lines[i].waiting));
    waiting -= m_lines[i].waiting.size();
  }
  CHECK(waiting == 0);
  CHECK(m_nodes.empty() || m_nodes.front().state != Node::State::Settled);
  CHECK(m_memory.bytes() >= m_waitingBytes);
  m_dependencies.checkInvariants();
}

}  // namespace penstock
