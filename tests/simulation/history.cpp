// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/history.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "journal/file/recovery.h"
#include "model/identity.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kRestMax{300};
constexpr std::chrono::milliseconds kRestTick{250};
constexpr int kFollowUps = 3;
constexpr std::chrono::milliseconds kJournalWakes{5};  ///< so late at the most
const std::string kSourceName = "a file";
const std::string kJournalDirectory = "/data/journal";

template <typename T, std::size_t N>
T pick(Random& random, const T (&choices)[N]) {
  return choices[random.below(N)];
}

}  // namespace

History::History(const Plan& plan, PlantedBug bug, World::Trace trace)
    : m_plan(plan),
      m_bug(bug),
      m_world(plan.seed ^ 0x5eed, trace),
      m_disk(bug),
      m_store(m_world, schemaOfEverything(), bug),
      m_ledger(m_world, schemaOfEverything(), plan.node.sink.policies),
      m_counters(std::make_unique<IntakeCounters>()) {}

History::~History() = default;

void History::later(std::chrono::microseconds delay, std::function<void()> what) {
  m_world.at(m_world.now() + delay, std::move(what));
}

HistoryResult History::run() {
  start();
  for (const PlannedOperation& operation : m_plan.operations) {
    m_world.at(SimulatedClock().steadyNow() + operation.at, [this, &operation] {
      if (operation.at <= m_plan.length) perform(operation);
    });
  }
  const SteadyTime end = m_world.now() + m_plan.length;
  bool isOver = false;
  m_world.at(end, [&isOver] { isOver = true; });
  while (!isOver && !m_world.hasFailed() && m_world.step()) afterStep();
  calmDown();
  if (!m_world.hasFailed() && comeToRest() && !m_hasGap) {
    stopInOrder();
    checkThatAllIsKnown();
  }
  HistoryResult result;
  result.failure = m_world.failure();
  result.notes = m_world.notes();
  result.steps = m_world.steps();
  result.lives = m_lives;
  result.orders = m_ledger.orders().size();
  result.letters = m_store.content().letters.size();
  result.hasGap = m_hasGap;
  return result;
}

// --- what happens --------------------------------------------------------------------------------

void History::perform(const PlannedOperation& operation) {
  using Kind = OperationKind;
  Random random(operation.seed);
  m_world.note([&] { return "--- " + std::string(operationKindName(operation.kind)); });
  switch (operation.kind) {
    case Kind::Submit:
    case Kind::SubmitLine:
      for (std::uint64_t left = random.percent(20) ? random.between(2, 9) : 1; left > 0; --left) {
        submitNew(operation, random);
      }
      return;
    case Kind::Kill:
      return end(SimulatedDisk::End::Kill, random);
    case Kind::PowerLoss:
      return end(SimulatedDisk::End::PowerLoss, random);
    case Kind::Restart:
      if (m_node) stopInOrder();
      return startLater(random.time(1ms, 500ms));
    case Kind::DiskFault:
      return failDisk(random);
    case Kind::DiskFull:
      return fillDisk(random);
    case Kind::StoreAway:
      m_store.goAway();
      return later(random.time(50ms, 30s), [this] { m_store.comeBack(); });
    case Kind::StoreStorm:
      return stormAtStore(random);
    case Kind::StoreBroken:
      m_store.setWeather({.broken = 50});
      return later(random.time(10ms, 500ms), [this] { m_store.setWeather({}); });
    case Kind::BackUp:
      return m_store.backUp();
    case Kind::Restore:
      m_ledger.onRestore();
      return m_store.restore();
    case Kind::OldJournal:
      return keepOldJournal(random);
    case Kind::Pause:
      return pause(random);
    case Kind::Flush:
      if (m_node) m_node->sink().flush(m_node->journal().syncedHead());
      return;
    case Kind::Resize:
      if (m_node) m_node->sink().resize(static_cast<std::uint32_t>(random.between(1, 6)));
      return;
    case Kind::Configure:
      return configure(random);
    case Kind::Decide:
      return decide(random);
    case Kind::PauseTable:
      return pauseTable(random);
    case Kind::ShiftWall:
      return m_world.shiftWall(random.time(0s, 7200s) - 3600s);
  }
}

void History::submitNew(const PlannedOperation& operation, Random& random) {
  const auto number = static_cast<std::uint32_t>(m_ledger.orders().size() + 1);
  const bool isLine = operation.kind == OperationKind::SubmitLine;
  const std::string name = "order " + std::to_string(number);
  const bool hasId = !isLine && random.percent(70);
  ChangeSetWriter::Header header;
  header.client = "client";
  if (hasId) header.id = name;
  const std::string group = "group " + std::to_string(number % 3);
  if (number % 4 == 0) header.group = group;
  if (isLine) {
    m_lines.push_back(number);
    m_chain = chainHash(m_chain, name);
    header.source = {hashSource(kSourceName), m_lines.size(), m_chain};
  }
  Order& order = m_ledger.add(encode(changesOf(m_plan, number, random), header), header.source,
                              hasId || isLine);
  submitAgain(order, random);
  if (!order.mayRepeat) return;
  for (int i = 0; i < kFollowUps; ++i) {
    later(random.time(1ms, 8s), [this, number, seed = random.next()] {
      Random ownRandom(seed);
      Order& same = m_ledger.order(number);
      const bool isOpen = !same.isPromised() && !same.isPending();
      if (isOpen || ownRandom.percent(15)) submitAgain(same, ownRandom);
    });
  }
}

/// A line is tried again only when it is known what became of it: that is its source's part.
void History::submitAgain(Order& order, Random& random) {
  if (!m_node) return;
  const bool isLine = order.source.source != 0;
  if (isLine && order.isPending()) return;
  const std::uint64_t drawn = random.below(10);
  const bool mayForget = drawn == 0 && !isLine;
  m_node->submit(order, mayForget   ? AckLevel::Accepted
                        : drawn < 6 ? AckLevel::Journaled
                                    : AckLevel::Persisted);
}

/// Who replays a file goes on behind the last line that all lines before are in.
void History::replayLines() {
  if (m_lines.empty()) return;
  const auto position = m_node->position(hashSource(kSourceName));
  m_world.note([&] { return "client: lines are in up to " + std::to_string(position.upTo); });
  for (std::size_t line = 1; line <= m_lines.size(); ++line) {
    Order& order = m_ledger.order(m_lines[line - 1]);
    if (line <= position.upTo) {
      m_ledger.onClaimed(order);
    } else {
      submitAgain(order, m_world.random());
    }
  }
}

void History::end(SimulatedDisk::End how, Random& random) {
  if (!m_node) return;
  if (random.percent(40)) return m_disk.end(how, random.next());
  m_disk.endAfter(random.below(12), how, random.next());
}

void History::failDisk(Random& random) {
  using Files = SimulatedFileSystem;
  constexpr Files::Call kCalls[] = {
      Files::Call::Write,  Files::Call::Sync,          Files::Call::Sync,   Files::Call::Open,
      Files::Call::Rename, Files::Call::SyncDirectory, Files::Call::Remove, Files::Call::Truncate};
  Files::FaultPlan plan;
  plan.call = pick(random, kCalls);
  plan.fault = static_cast<Files::Fault>(random.below(3));
  plan.after = random.below(8);
  plan.times = random.percent(60) ? random.between(1, 3) : 100'000;
  m_disk.files().plan(plan);
  ++m_diskFaults;
  m_diskHasFailed = true;
  later(random.time(10ms, 8s), [this] {
    m_disk.files().clearFaults();
    --m_diskFaults;
  });
}

void History::fillDisk(Random& random) {
  const auto space = m_disk.space("/");
  m_disk.files().setCapacity(space->totalBytes - space->freeBytes + random.below(100'000));
  ++m_diskFaults;
  m_diskHasFailed = true;
  later(random.time(10ms, 8s), [this] {
    m_disk.files().setCapacity(~std::uint64_t{0});
    --m_diskFaults;
  });
}

void History::stormAtStore(Random& random) {
  StoreWeather weather;
  std::uint64_t* const all[] = {&weather.lost, &weather.committed, &weather.aborted,
                                &weather.stillRunning};
  for (std::uint64_t* each : all) *each = random.percent(50) ? random.below(25) : 0;
  weather.slow = random.percent(30) ? random.below(30) : 0;
  m_store.setWeather(weather);
  later(random.time(50ms, 10s), [this] { m_store.setWeather({}); });
}

void History::keepOldJournal(Random& random) {
  if (!m_node || m_disk.hasEnded()) return;
  std::shared_ptr<SimulatedFileSystem> old = m_disk.files().afterKill();
  later(random.time(100ms, 3s), [this, old] { startOnOldJournal(*old); });
}

/// It must refuse, when it can see that it lacks something.
void History::startOnOldJournal(SimulatedFileSystem& old) {
  if (!m_node || m_disk.hasEnded() || m_store.isAway()) return;
  const auto found = recoverJournal(old, kJournalDirectory);
  if (!found || found->head >= m_store.content().highest()) return;
  stopInOrder();
  auto present = m_disk.exchange(old.afterKill());
  SimulatedNode node({m_world, m_disk, m_store, m_ledger, *m_counters, schemaOfEverything(), m_bug},
                     m_plan.node, ++m_lives);
  if (node.start(m_gate, m_pauses).isOk()) m_world.fail("starts on a journal that lost its end");
  (void)m_disk.exchange(std::move(present));
  startLater(10ms);
}

void History::pause(Random& random) {
  m_gate = SinkGate::Paused;
  if (m_node) m_node->sink().setGate(m_gate);
  later(random.time(10ms, 10s), [this] {
    m_gate = SinkGate::Open;
    if (m_node) m_node->sink().setGate(m_gate);
  });
}

void History::pauseTable(Random& random) {
  const Catalog& catalog = *schemaOfEverything();
  const auto table = m_plan.tables.empty() || random.percent(10)
                         ? TestTable{static_cast<std::uint32_t>(random.below(kTestTables))}
                         : m_plan.tables[random.below(m_plan.tables.size())];
  const std::string& name = catalog.table(TableId{static_cast<std::uint32_t>(table)}).name;
  if (std::ranges::count(m_pauses, name, &PausedTable::table) > 0) return;
  m_world.note([&] { return "operator: pauses table " + name; });
  m_ledger.onPause();
  m_pauses.push_back({name, "table " + name + " is paused"});
  if (m_node) m_node->sink().setPauses(m_pauses);
  later(random.time(10ms, 10s), [this, name] { resumeTable(name); });
}

void History::resumeTable(const std::string& table) {
  m_world.note([&] { return "operator: resumes table " + table; });
  std::erase_if(m_pauses, [&](const PausedTable& each) { return each.table == table; });
  if (m_node) m_node->sink().setPauses(m_pauses);
}

void History::configure(Random& random) {
  if (!m_node) return;
  TakeSettings take = m_plan.node.sink.take;
  take.batchRows = random.between(1, 50);
  take.linger = random.time(0ms, 100ms).count() / 1000 * 1ms;
  m_node->sink().configure(take);
}

/// What is held is not retried: it follows by itself.
void History::decide(Random& random) {
  const auto& letters = m_store.content().letters;
  if (!m_node || m_disk.hasEnded() || letters.empty()) return;
  const auto chosen =
      std::next(letters.begin(), static_cast<std::ptrdiff_t>(random.below(letters.size())));
  const bool retries = random.percent(60);
  if (retries && chosen->second.kind == kLetterHeld) return;
  m_node->decide(chosen->second, retries ? LetterAction::Retry : LetterAction::Discard);
}

// --- lives ---------------------------------------------------------------------------------------

void History::startLater(std::chrono::microseconds delay) {
  if (m_startIsPlanned) return;
  m_startIsPlanned = true;
  later(delay, [this] {
    m_startIsPlanned = false;
    if (!m_node) start();
  });
}

void History::start() {
  m_hasStarted = false;
  m_diskHasFailed = m_diskFaults > 0;
  m_restoresAtStart = m_store.restores();
  m_brokenAtStart = m_store.broken();
  m_stopWasJudged = false;
  m_node = std::make_unique<SimulatedNode>(
      SimulatedNode::Parts{m_world, m_disk, m_store, m_ledger, *m_counters, schemaOfEverything(),
                           m_bug},
      m_plan.node, ++m_lives);
  const Status started = m_node->start(m_gate, m_pauses);
  m_world.note([&] { return "node: life " + std::to_string(m_lives) + " " + started.message(); });
  if (m_disk.hasEnded()) return;  // see afterStep()
  if (started.isOk()) {
    m_ledger.onStarted();
    m_hasStarted = true;
    return replayLines();
  }
  if (m_diskFaults == 0) m_world.fail("does not start: " + started.message());
  m_node.reset();
  startLater(300ms);
}

void History::stopInOrder() {
  if (!m_node) return;
  m_node->stop();
  if (m_disk.hasEnded()) return die();
  m_node.reset();
  m_ledger.onLifeEnd();
  m_ledger.judge(m_store.content());
}

void History::die() {
  m_world.note([] { return "node: ends"; });
  if (m_disk.howEnded() == SimulatedDisk::End::PowerLoss) losePower();
  m_node.reset();
  m_disk.restart();
  m_ledger.onLifeEnd();
  m_ledger.judge(m_store.content());
  startLater(m_world.random().time(1ms, 500ms));
}

/// A failing disk syncs later, and a start that did not come to its end has synced nothing.
void History::losePower() {
  const bool isLate = !m_hasStarted || m_diskHasFailed;
  m_ledger.onPowerLoss(isLate ? SteadyTime::min()
                              : m_world.now() - m_plan.node.syncInterval - kJournalWakes);
}

void History::afterStep() {
  if (m_node && m_disk.hasEnded()) die();
  if (!m_node || m_node->sink().stopped().isOk() || m_stopWasJudged) return;
  m_stopWasJudged = true;
  judgeStop();
}

/// A sink stands still for good only for a reason; then an operator starts again.
void History::judgeStop() {
  const Status& why = m_node->sink().stopped();
  if (why.message() == "gap" && m_store.restores() > 0 &&
      m_store.content().start() < m_node->journal().oldestKept()) {
    m_hasGap = true;
    return;
  }
  if (!isAllowedStop(why)) m_world.fail("the sink stops without a reason: " + why.message());
  later(m_world.random().time(100ms, 2s), [this, life = m_lives] {
    if (!m_node || m_lives != life) return;
    stopInOrder();
    startLater(10ms);
  });
}

bool History::isAllowedStop(const Status& why) const {
  switch (why.code()) {
    case StatusCode::Conflict:
    case StatusCode::Unavailable:  // it would begin anew by itself
      return m_store.restores() > m_restoresAtStart;
    case StatusCode::Corrupt:
      return m_store.broken() > m_brokenAtStart;
    case StatusCode::IoError:
      return m_diskFaults > 0;
    default:
      return false;
  }
}

// --- the end -------------------------------------------------------------------------------------

void History::calmDown() {
  m_world.note([] { return "--- all faults end"; });
  m_disk.forgetEnd();
  m_disk.files().clearFaults();
  m_disk.files().setCapacity(~std::uint64_t{0});
  m_store.comeBack();
  m_store.setWeather({});
  m_gate = SinkGate::Open;
  if (m_node) m_node->sink().setGate(m_gate);
  while (!m_pauses.empty()) resumeTable(std::string(m_pauses.back().table));
}

/// What was planned before the end may still come in between; it calms down again then.
bool History::comeToRest() {
  const SteadyTime until = m_world.now() + kRestMax;
  bool mayLook = true;
  while (!m_world.hasFailed() && !m_hasGap) {
    if (mayLook) {
      calmDown();
      if (isAtRest()) break;
      repeatWhatIsOpen();
      mayLook = false;
      later(kRestTick, [&mayLook] { mayLook = true; });
    }
    if (m_world.now() > until) m_world.fail("never comes to rest");
    if (!m_world.step()) m_world.fail("nothing happens any more");
    afterStep();
  }
  if (m_world.hasFailed()) return false;
  m_ledger.judge(m_store.content());
  if (!m_hasGap) m_ledger.judgeEnd(m_store.content());
  return !m_world.hasFailed();
}

bool History::isAtRest() {
  if (!m_node || m_store.restores() > m_restoresAtStart) return false;
  return m_node->sink().stopped().isOk() && m_node->isDrained() && !m_ledger.isAnythingPending() &&
         std::ranges::none_of(m_ledger.orders(), [](const auto& each) {
           return each.second.mayRepeat && !each.second.isPromised();
         });
}

void History::repeatWhatIsOpen() {
  if (!m_node) return startLater(1ms);
  // An idle sink sees only by its next commit that its database went back: whoever restores it
  // starts the node again.
  if (m_store.restores() > m_restoresAtStart && m_node->sink().stopped().isOk()) {
    stopInOrder();
    return startLater(1ms);
  }
  for (const auto& [number, order] : m_ledger.orders()) {
    if (!order.mayRepeat || order.isPromised() || order.isPending()) continue;
    submitAgain(m_ledger.order(number), m_world.random());
  }
}

/// After one more start, everything promised is recognised.
void History::checkThatAllIsKnown() {
  if (m_world.hasFailed()) return;
  start();
  for (const auto& [number, order] : m_ledger.orders()) {
    if (!m_node || !order.mayRepeat) continue;
    m_node->submit(m_ledger.order(number), AckLevel::Persisted);
    if (!order.submissions.back().known) {
      m_world.fail("order " + std::to_string(number) + " was promised, and is not known again");
    }
  }
  (void)comeToRest();
}

}  // namespace penstock::test
