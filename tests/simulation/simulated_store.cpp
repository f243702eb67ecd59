// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tests/support/change_set_source.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

/// With an exponential backoff from 100 ms on there are some twenty at most.
constexpr std::size_t kFailedCallsPerSecondMax = 100;

CommitResult lost() { return {CommitOutcome::Transient, "08006", "connection lost", 0}; }
Status away() { return {StatusCode::Unavailable, "the database is away"}; }

bool sharesAny(const std::set<Shard>& some, const std::set<Shard>& others) {
  return std::ranges::any_of(some, [&](Shard shard) { return others.contains(shard); });
}

bool isPreconditionAlone(const RowEffect& effect) {
  return effect.ifAbsent == IfAbsent::Nothing && effect.ifPresent == IfPresent::Error;
}

Sequence heldBy(const SimulatedStore::Content& content, Shard shard) {
  const auto found = content.checkpoints.find(shard);
  return found == content.checkpoints.end() ? kNoSequence : found->second;
}

std::string fenceText(const CommitRequest& request) {
  std::string text;
  for (const FenceStep& step : request.fence) {
    text += " " + std::to_string(toIndex(step.shard)) + ">" + toText(step.next);
  }
  return text;
}

/// `, keeps held 2:18, decides 2:6`
std::string lettersText(const CommitRequest& request) {
  std::string text;
  for (const DeadLetter& each : request.deadLetters) {
    text += ", keeps " + each.kind + " " + toText(each.sequence);
  }
  if (request.batch == nullptr) return text;
  for (const SettledLetter& each : request.batch->letters) {
    text += ", decides " + toText(each.sequence);
  }
  return text;
}

Batch withoutPreconditions(const Batch& batch) {
  Batch less = batch;
  for (Run& run : less.runs) {
    for (TableBlock& block : run.blocks) std::erase_if(block.rows, isPreconditionAlone);
  }
  return less;
}

}  // namespace

class SimulatedLane final : public StoreLane {
 public:
  SimulatedLane(SimulatedStore& store, std::string owner)
      : m_store(store), m_owner(std::move(owner)) {}

  CommitResult commit(const CommitRequest& request) override {
    if (!m_isOpen) {
      m_store.m_world.fail("a lane was used after a failure without being opened again");
      return lost();
    }
    m_locks.clear();
    for (const FenceStep& step : request.fence) m_locks.insert(step.shard);
    CommitResult result = m_store.commit(request, m_owner);
    m_isOpen =
        result.outcome != CommitOutcome::Transient && result.outcome != CommitOutcome::Unknown;
    if (!m_isOpen) m_store.countFailure();
    return result;
  }

  Result<std::vector<Checkpoint>> readCheckpoints() override {
    if (!m_store.answers()) {
      m_isOpen = false;
      m_store.countFailure();
      return away();
    }
    if (m_store.m_bug != PlantedBug::ReadWithoutLock) {
      m_store.end([this](const auto& running) { return sharesAny(running.shards, m_locks); });
    }
    return m_store.checkpoints();
  }

  Status reopen() override {
    m_isOpen = m_store.answers();
    if (m_isOpen) return Status::ok();
    m_store.countFailure();
    return away();
  }

 private:
  SimulatedStore& m_store;
  const std::string m_owner;
  std::set<Shard> m_locks;  // of the last commit
  bool m_isOpen = true;
};

Sequence SimulatedStore::Content::settledOf(Shard shard) const {
  Sequence settled = kNoSequence;
  for (const auto& [each, sequence] : checkpoints) {
    if (each == shard || each == kAllShards) settled = std::max(settled, sequence);
  }
  return settled;
}

Sequence SimulatedStore::Content::start() const {
  Sequence least = settledOf(Shard{1});
  for (std::uint32_t i = 2; i <= kShardCount; ++i) least = std::min(least, settledOf(Shard{i}));
  return least;
}

Sequence SimulatedStore::Content::highest() const {
  Sequence highest = kNoSequence;
  for (const auto& [shard, sequence] : checkpoints) {
    if (shard != kReviewCount) highest = std::max(highest, sequence);
  }
  return highest;
}

SimulatedStore::SimulatedStore(World& world, CatalogPointer catalog, PlantedBug bug)
    : m_world(world),
      m_catalog(std::move(catalog)),
      m_bug(bug),
      m_content{FakeRows(m_catalog), {}, {}, ""} {}

void SimulatedStore::countFailure() {
  const SteadyTime now = m_world.now();
  m_failedCalls.push_back(now);
  while (now - m_failedCalls.front() > 1s) m_failedCalls.pop_front();
  if (m_failedCalls.size() > kFailedCallsPerSecondMax) {
    m_world.fail("busy loop: more than " + std::to_string(kFailedCallsPerSecondMax) +
                 " failed calls of the store in a second");
  }
}

bool SimulatedStore::answers() {
  Random& random = m_world.random();
  m_latency = random.percent(m_weather.slow) ? random.time(1s, 10s) : random.time(50us, 5ms);
  return !m_isAway && !random.percent(m_weather.lost);
}

SimulatedStore::Fate SimulatedStore::drawFate() {
  if (!answers()) return Fate::Lost;
  const std::uint64_t drawn = m_world.random().below(100);
  std::uint64_t below = m_weather.committed;
  if (drawn < below) return Fate::Committed;
  if (drawn < (below += m_weather.aborted)) return Fate::Aborted;
  if (drawn < (below += m_weather.stillRunning)) return Fate::StillRunning;
  return drawn < below + m_weather.broken ? Fate::Broken : Fate::Normal;
}

Result<std::vector<Checkpoint>> SimulatedStore::attach(const std::string& owner) {
  if (!answers()) return away();
  end([](const Running&) { return true; });
  m_content.owner = owner;
  return checkpoints();
}

std::vector<Checkpoint> SimulatedStore::checkpoints() const {
  std::vector<Checkpoint> all;
  for (const auto& [shard, settled] : m_content.checkpoints) all.push_back({shard, settled});
  return all;
}

Result<Sequence> SimulatedStore::readCheckpoint() const {
  if (m_isAway) return away();
  return m_content.highest();
}

bool SimulatedStore::hasSettled(Shard shard, Sequence sequence) const {
  if (m_content.settledOf(shard) >= sequence) return true;
  return std::ranges::any_of(
      m_takenBack, [&](const Content& content) { return content.settledOf(shard) >= sequence; });
}

Result<std::vector<DeadLetter>> SimulatedStore::listLetters(const LetterQuery& query) {
  CHECK(query.oldestFirst);
  if (!answers()) return away();
  std::vector<DeadLetter> letters;
  for (const auto& [sequence, letter] : m_content.letters) {
    if (query.beyond && sequence <= query.beyond->sequence) continue;
    if (letters.size() < query.countMax) letters.push_back(letter);
  }
  return letters;
}

std::unique_ptr<StoreLane> SimulatedStore::openLane() {
  return std::make_unique<SimulatedLane>(*this, m_content.owner);
}

CommitResult SimulatedStore::commit(const CommitRequest& request, const std::string& owner) {
  const Fate fate = drawFate();
  m_world.note([&] {
    return "store: commit to" + fenceText(request) + lettersText(request) + ", fate " +
           std::to_string(static_cast<int>(fate));
  });
  if (fate == Fate::Lost) return lost();
  if (m_bug != PlantedBug::ReadWithoutLock) {
    end([&](const Running& running) { return isInTheWay(running, request); });
  }
  if (auto failed = checkFence(request, owner)) return *failed;
  if (fate == Fate::Broken) {
    ++m_broken;
    return {CommitOutcome::Broken, "11", "malformed", 0};
  }
  if (fate == Fate::StillRunning) return leaveRunning(request);
  CommitResult unknown{CommitOutcome::Unknown, "08006", "connection lost", 0};
  if (fate == Fate::Aborted) return unknown;
  if (m_bug == PlantedBug::OlderFlushWins) m_rowsBefore = m_content.rows;
  const Status applied = apply(m_content, request);
  if (!applied.isOk()) {
    const bool isGone = applied.code() == StatusCode::NotFound;
    return {CommitOutcome::Refused, isGone ? std::string(kLetterGone) : "23000", applied.message(),
            0};
  }
  const bool heard = fate == Fate::Normal;
  if (heard || m_bug != PlantedBug::DeadLetterOutside) keepLetters(m_content, request);
  if (heard || m_bug != PlantedBug::CheckpointOutside) {
    moveCheckpoints(m_content, request);
  }
  if (m_rowsBefore && m_world.random().percent(10)) clearNewerValue(*m_rowsBefore);
  if (!heard) return unknown;
  return {CommitOutcome::Committed, "", "", request.batch ? request.batch->effects : 0};
}

std::optional<CommitResult> SimulatedStore::checkFence(const CommitRequest& request,
                                                       const std::string& owner) const {
  CHECK(!request.fence.empty());
  // What a review releases is settled already; nor is there anything to do for one that is gone.
  const bool hasOnlyRows =
      request.deadLetters.empty() && request.batch != nullptr && request.batch->letters.empty();
  if (owner != m_content.owner) {
    return CommitResult{CommitOutcome::FenceLost, "fence", "another owner", 0};
  }
  std::optional<Shard> before;
  for (const FenceStep& step : request.fence) {
    if (before && *before >= step.shard) m_world.fail("shards are locked in no order");
    before = step.shard;
    const bool mayStand = step.shard == kReviewCount || (step.shard == kAllShards && !hasOnlyRows);
    if (step.next < step.expected || (step.next == step.expected && !mayStand)) {
      m_world.fail("a checkpoint that does not move forward");
    }
    if (step.expected != heldBy(m_content, step.shard)) {
      return CommitResult{CommitOutcome::FenceLost, "fence", "not the expected checkpoint", 0};
    }
  }
  for (const Checkpoint& other : request.others) {
    if (m_bug == PlantedBug::WentBackUnseen) break;
    if (heldBy(m_content, other.shard) < other.settled) {
      return CommitResult{CommitOutcome::FenceLost, "fence", "the database went back", 0};
    }
  }
  return std::nullopt;
}

void SimulatedStore::moveCheckpoints(Content& content, const CommitRequest& request) const {
  Sequence last = kNoSequence;
  for (const FenceStep& step : request.fence) {
    content.checkpoints[step.shard] = step.next;
    last = std::max(last, step.next);
  }
  if (m_bug != PlantedBug::ShardPastPending) return;
  for (const FenceStep& step : request.fence) {
    if (step.shard != kAllShards) content.checkpoints[step.shard] = last;
  }
}

Status SimulatedStore::apply(Content& content, const CommitRequest& request) const {
  for (const DeadLetter& letter : request.deadLetters) {
    if (letter.again && !content.letters.contains(letter.sequence)) {
      return {StatusCode::NotFound, "the letter is gone"};
    }
  }
  if (request.batch == nullptr) return Status::ok();
  std::set<Sequence> removed;
  for (const SettledLetter& letter : request.batch->letters) {
    const Sequence sequence = letter.sequence;
    const bool isThere = content.letters.contains(sequence) && removed.insert(sequence).second;
    if (letter.retried && !isThere) return {StatusCode::NotFound, "the letter is gone"};
  }
  const Status applied = applyRows(content, request);
  if (!applied.isOk()) return applied;
  for (const SettledLetter& letter : request.batch->letters) content.letters.erase(letter.sequence);
  return applied;
}

Status SimulatedStore::applyRows(Content& content, const CommitRequest& request) const {
  if (m_bug == PlantedBug::FoldedToNothing) {
    return content.rows.applyBatch(withoutPreconditions(*request.batch));
  }
  return content.rows.applyBatch(*request.batch);
}

void SimulatedStore::keepLetters(Content& content, const CommitRequest& request) {
  for (const DeadLetter& letter : request.deadLetters) {
    DeadLetter& kept = content.letters[letter.sequence];
    const std::uint32_t attempts = kept.attempts + letter.attempts;
    const std::string changeSet = kept.changeSet.empty() ? letter.changeSet : kept.changeSet;
    kept = letter;
    kept.journal = kJournal;
    kept.attempts = attempts;
    kept.changeSet = changeSet;
  }
}

/// The connection is gone; the server has not noticed, and works on.
CommitResult SimulatedStore::leaveRunning(const CommitRequest& request) {
  Content after = m_content;
  const Status applied = apply(after, request);
  if (applied.isOk()) {
    Running running;
    running.number = ++m_runningNumber;
    for (const FenceStep& step : request.fence) running.shards.insert(step.shard);
    running.rows = m_content.rows.differencesTo(after.rows);
    running.request = request;
    running.request.batch = nullptr;
    if (request.batch != nullptr) {
      for (const SettledLetter& letter : request.batch->letters) {
        running.lettersGone.push_back(letter.sequence);
      }
    }
    m_running.push_back(std::move(running));
    m_world.at(m_world.now() + m_world.random().time(1ms, 20s), [this, number = m_runningNumber] {
      end([&](const Running& each) { return each.number == number; });
    });
  }
  return {CommitOutcome::Unknown, "08006", "connection lost", 0};
}

/// It holds locks of checkpoints or rows that the request needs.
bool SimulatedStore::isInTheWay(const Running& running, const CommitRequest& request) const {
  for (const FenceStep& step : request.fence) {
    if (running.shards.contains(step.shard)) return true;
  }
  Content after = m_content;
  if (!apply(after, request).isOk()) return false;
  const auto rows = m_content.rows.differencesTo(after.rows);
  return std::ranges::any_of(rows, [&](const FakeRows::Difference& row) {
    return std::ranges::any_of(running.rows, [&](const FakeRows::Difference& other) {
      return row.table == other.table && row.key == other.key && !row.key.empty();
    });
  });
}

/// Whoever takes the locks that a running transaction holds, waits until it has ended.
template <typename Which>
void SimulatedStore::end(const Which& which) {
  for (std::size_t i = 0; i < m_running.size();) {
    if (!which(m_running[i])) {
      ++i;
      continue;
    }
    const Running running = std::move(m_running[i]);
    m_running.erase(m_running.begin() + static_cast<std::ptrdiff_t>(i));
    const bool commits = m_world.random().percent(60);
    m_world.note([&] {
      return std::string("store: the old transaction ") + (commits ? "commits" : "ends");
    });
    if (!commits) continue;
    m_content.rows.change(running.rows);
    for (const Sequence letter : running.lettersGone) m_content.letters.erase(letter);
    keepLetters(m_content, running.request);
    moveCheckpoints(m_content, running.request);
  }
}

void SimulatedStore::backUp() { m_backup = m_content; }

void SimulatedStore::restore() {
  if (!m_backup) return;
  m_running.clear();
  m_takenBack.push_back(m_content);
  m_content = *m_backup;
  ++m_restores;
}

void SimulatedStore::clearNewerValue(const FakeRows& before) {
  const TableId plain{static_cast<std::uint32_t>(TestTable::Plain)};
  for (const auto& [key, old] : before.table(plain)) {
    const FakeTable& rows = m_content.rows.table(plain);
    const auto now = rows.find(key);
    if (now == rows.end() || now->second == old) continue;
    const std::string late = encode(
        {{TestTable::Plain, Operation::Upsert, {old.at(0)}, {{1, old.at(1)}, {2, old.at(2)}}, {}}});
    CHECK(m_content.rows.applyChangeSet(ChangeSetView::parse(late).value(), {}).isOk());
    return;
  }
}

}  // namespace penstock::test
