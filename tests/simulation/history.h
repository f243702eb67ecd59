// SPDX-License-Identifier: Apache-2.0
// One history: the operations of a plan happen to a node, its disk and its store, over as many
// lives as it takes; then all faults end, everything has to come to rest, and the ledger judges.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/ledger.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/planted_bug.h"
#include "tests/simulation/simulated_disk.h"
#include "tests/simulation/simulated_node.h"
#include "tests/simulation/simulated_store.h"
#include "tests/simulation/world.h"

namespace penstock::test {

struct HistoryResult {
  std::string failure;  ///< empty: all is as it must be
  std::deque<std::string> notes;
  std::uint64_t steps = 0;
  std::uint32_t lives = 0;
  std::size_t orders = 0;
  std::size_t letters = 0;
  bool hasGap = false;
};

/// Threads: one.
class History {
 public:
  History(const Plan& plan, PlantedBug bug, World::Trace trace);
  ~History();
  HistoryResult run();

 private:
  void perform(const PlannedOperation& operation);
  void submitNew(const PlannedOperation& operation, Random& random);
  void submitAgain(Order& order, Random& random);
  void replayLines();
  void end(SimulatedDisk::End how, Random& random);
  void failDisk(Random& random);
  void fillDisk(Random& random);
  void stormAtStore(Random& random);
  void startOnOldJournal(SimulatedFileSystem& old);
  void keepOldJournal(Random& random);
  void pause(Random& random);
  void pauseTable(Random& random);
  void resumeTable(const std::string& table);
  void configure(Random& random);
  void decide(Random& random);

  void start();
  void startLater(std::chrono::microseconds delay);
  void stopInOrder();
  void die();
  void losePower();
  void afterStep();
  void judgeStop();
  bool isAllowedStop(const Status& why) const;
  void calmDown();
  bool comeToRest();
  bool isAtRest();
  void repeatWhatIsOpen();
  void checkThatAllIsKnown();
  void later(std::chrono::microseconds delay, std::function<void()> what);

  const Plan m_plan;
  const PlantedBug m_bug;
  World m_world;
  SimulatedDisk m_disk;
  SimulatedStore m_store;
  Ledger m_ledger;
  const std::unique_ptr<IntakeCounters> m_counters;
  std::unique_ptr<SimulatedNode> m_node;
  SinkGate m_gate = SinkGate::Open;
  std::vector<PausedTable> m_pauses;
  std::uint32_t m_lives = 0;
  bool m_startIsPlanned = false;
  int m_diskFaults = 0;          // that have not ended
  bool m_diskHasFailed = false;  // in this life
  bool m_hasStarted = false;     // the node, in this life
  bool m_stopWasJudged = false;
  bool m_hasGap = false;
  std::uint64_t m_restoresAtStart = 0;
  std::uint64_t m_brokenAtStart = 0;
  std::vector<std::uint32_t> m_lines;  // orders, by line from 1
  std::uint64_t m_chain = 0;
};

/// The operations that are needed for the plan to fail, as far as leaving out shows.
Plan shorten(const Plan& plan, PlantedBug bug);
/// For people: settings, operations, and the last that happened.
std::string describe(const Plan& plan, const HistoryResult& result);

}  // namespace penstock::test
