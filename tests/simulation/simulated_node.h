// SPDX-License-Identifier: Apache-2.0
// One life of a node, from its start to its end, on one thread: the real journal driven step by
// step, the real way in (Submitter, KnownChanges, IntakeGate, Acknowledgements), a simulated sink.
// What is wired here is what engine/pipeline wires.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/entry/acknowledgements.h"
#include "engine/entry/intake_gate.h"
#include "engine/entry/known_changes.h"
#include "engine/entry/submitter.h"
#include "journal/file/file_journal.h"
#include "metrics/counters.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/planted_bug.h"
#include "tests/simulation/simulated_disk.h"
#include "tests/simulation/simulated_sink.h"
#include "tests/simulation/simulated_store.h"
#include "tests/simulation/world.h"

namespace penstock::test {

struct NodeSetting {
  std::uint64_t segmentBytes = 32 * limits::kKiB;
  std::size_t spares = 1;
  std::chrono::microseconds retain{0};
  std::uint64_t diskBudgetBytes = 0;  ///< 0: none
  std::chrono::milliseconds syncInterval{0};
  std::chrono::milliseconds chores{100};
  std::uint64_t snapshotEvery = 5;  ///< chores
  SinkSetting sink;
};

/// Threads: one. Owns: journal, intake, sink; the rest outlives it.
class SimulatedNode final : private FlushListener, private AckReceiver {
 public:
  struct Parts {
    World& world;
    SimulatedDisk& disk;
    SimulatedStore& store;
    Ledger& ledger;
    IntakeCounters& counters;
    CatalogPointer catalog;
    PlantedBug bug = PlantedBug::None;
  };
  /// `number`: of its life, from 1.
  SimulatedNode(Parts parts, const NodeSetting& setting, std::uint32_t number);
  ~SimulatedNode() override;

  /// Errors: those of the journal; it is of no use then.
  Status start(SinkGate gate, const std::vector<PausedTable>& pauses);
  /// In order, with a report; what is staged is synced.
  void stop();

  void submit(Order& order, AckLevel notifyAt);
  /// What an operator decides about a letter of the store.
  void decide(const DeadLetter& letter, LetterAction action);
  SubmitPort::SourcePosition position(std::uint64_t source) const {
    return m_submitter->sourcePosition(source);
  }
  SimulatedSink& sink() { return *m_sink; }
  FileJournal& journal() { return *m_journal; }
  /// Everything accepted is synced and in the store.
  bool isDrained() const;

 private:
  Status openJournal();
  LetterAccess letterAccess();
  Status confirmHead(const JournalId& id, Sequence head) const;
  void wakeJournal();
  void stepJournal();
  void scheduleChores();
  void doChores();
  void measureBudgets();
  bool isDead() const { return m_parts.disk.hasEnded(); }

  void onSynced(const SyncedNews& news);
  void onNotJournaled(const AppendFailure& failure);
  void onAck(AckToken token, const Ack& ack) override;
  void onSettled(const SettledNews& news) override;
  void onDeadLetter(const DeadLetter& letter, EntryKind from) override;
  void onTrouble(const TroubleNews&) override {}
  void onRecovered(const RecoveryNews&) override {}
  void onStopped(const Status&) override {}

  const Parts m_parts;
  const NodeSetting m_setting;
  const std::uint32_t m_number;
  std::shared_ptr<const int> m_life = std::make_shared<const int>(0);
  Acknowledgements m_acknowledgements;
  IntakeGate m_gate;
  KnownChanges m_known;
  std::unique_ptr<FileJournal> m_journal;
  std::unique_ptr<Submitter> m_submitter;
  std::unique_ptr<Client> m_client;
  std::unique_ptr<SimulatedSink> m_sink;
  bool m_journalIsWoken = false;
  std::uint64_t m_choresDone = 0;
};

}  // namespace penstock::test
