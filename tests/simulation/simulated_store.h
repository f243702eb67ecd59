// SPDX-License-Identifier: Apache-2.0
// The database of the simulated world: rows, dead letters and checkpoint in one transaction behind
// the fence, and everything that may go wrong between it and a node. A lost transaction may go on
// by itself and commit later, unless somebody takes a lock of its before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/store.h"
#include "tests/simulation/planted_bug.h"
#include "tests/simulation/world.h"
#include "tests/support/fake_store.h"

namespace penstock::test {

/// Chances in percent of each call.
struct StoreWeather {
  std::uint64_t lost = 0;          ///< nothing happened
  std::uint64_t committed = 0;     ///< it happened, and nobody heard
  std::uint64_t aborted = 0;       ///< it did not, and nobody heard
  std::uint64_t stillRunning = 0;  ///< nobody heard, and it may still happen
  std::uint64_t broken = 0;
  std::uint64_t slow = 0;  ///< takes seconds
};

/// Threads: one. Lanes are objects of their own; there may be several.
class SimulatedStore {
 public:
  /// The journal that letters of this node come from.
  static constexpr const char* kJournal = "ours";

  /// What a transaction sees, and what a backup keeps.
  struct Content {
    FakeRows rows;
    std::map<Sequence, DeadLetter> letters;
    std::map<Shard, Sequence> checkpoints;
    std::string owner;

    /// Of that shard, everything up to here is settled.
    Sequence settledOf(Shard shard) const;
    /// A restart begins behind it.
    Sequence start() const;
    /// Of all checkpoints.
    Sequence highest() const;
  };

  SimulatedStore(World& world, CatalogPointer catalog, PlantedBug bug);

  // --- what a node sees ---
  /// Takes the fence's lock and the ownership. Errors: Unavailable.
  Result<std::vector<Checkpoint>> attach(const std::string& owner);
  /// The highest one.
  Result<Sequence> readCheckpoint() const;
  std::unique_ptr<StoreLane> openLane();
  Result<std::vector<DeadLetter>> listLetters(const LetterQuery& query);
  /// How long the last call took until it was answered.
  std::chrono::microseconds lastLatency() const { return m_latency; }

  // --- faults ---
  void setWeather(const StoreWeather& weather) { m_weather = weather; }
  void goAway() { m_isAway = true; }
  void comeBack() { m_isAway = false; }
  bool isAway() const { return m_isAway; }
  void backUp();
  /// Puts back the last backup, if there is one, under the feet of whoever works on it.
  void restore();

  // --- what the judge sees ---
  const Content& content() const { return m_content; }
  /// It was settled once, if only before a restore.
  bool hasSettled(Shard shard, Sequence sequence) const;
  std::uint64_t restores() const { return m_restores; }
  std::uint64_t broken() const { return m_broken; }

 private:
  friend class SimulatedLane;
  enum class Fate : std::uint8_t { Normal, Lost, Committed, Aborted, StillRunning, Broken };

  void countFailure();
  bool answers();
  Fate drawFate();
  CommitResult commit(const CommitRequest& request, const std::string& owner);
  std::optional<CommitResult> checkFence(const CommitRequest& request,
                                         const std::string& owner) const;
  Status apply(Content& content, const CommitRequest& request) const;
  Status applyRows(Content& content, const CommitRequest& request) const;
  static void keepLetters(Content& content, const CommitRequest& request);
  /// A transaction of a lost connection: it still holds its locks, and has not ended.
  struct Running {
    std::uint64_t number = 0;
    std::set<Shard> shards;
    std::vector<FakeRows::Difference> rows;
    CommitRequest request;  // without its batch
    std::vector<Sequence> lettersGone;
  };
  CommitResult leaveRunning(const CommitRequest& request);
  bool isInTheWay(const Running& running, const CommitRequest& request) const;
  std::vector<Checkpoint> checkpoints() const;
  void moveCheckpoints(Content& content, const CommitRequest& request) const;
  template <typename Which>
  void end(const Which& which);
  void clearNewerValue(const FakeRows& before);

  World& m_world;
  const CatalogPointer m_catalog;
  const PlantedBug m_bug;
  Content m_content;
  std::optional<Content> m_backup;
  std::vector<Running> m_running;
  std::uint64_t m_runningNumber = 0;
  std::optional<FakeRows> m_rowsBefore;  // for a planted bug
  StoreWeather m_weather;
  bool m_isAway = false;
  std::chrono::microseconds m_latency{0};
  std::vector<Content> m_takenBack;
  std::uint64_t m_restores = 0;
  std::uint64_t m_broken = 0;
  std::deque<SteadyTime> m_failedCalls;  // of the last second
};

}  // namespace penstock::test
