// SPDX-License-Identifier: Apache-2.0
// The node as commands turn it and as the sampler sees it: joins pipeline, workloads and the states
// that only show over time (stalled, idle, filling).
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "engine/engine.h"
#include "engine/operate/letter_desk.h"
#include "engine/operate/loss_desk.h"
#include "engine/operate/operated_node.h"
#include "engine/pipeline.h"
#include "metrics/histogram.h"
#include "metrics/process_usage.h"
#include "metrics/rates.h"
#include "metrics/snapshot.h"

namespace penstock {

/// Threads: handles on the control thread; collect on the sampler's.
/// Owns: nothing; pipeline and desks outlive it.
class Node final : public OperatedNode {
 public:
  struct Desks {
    LetterDesk& letters;
    LossDesk& losses;
  };
  Node(const EngineOptions& options, Pipeline& pipeline, const Desks& desks, FileSystem& files);

  // --- the operator ---
  std::vector<std::string> sinkNames() const override;
  Sequence syncedHead() const override;
  SinkProgress progress(std::string_view sink) const override;
  SinkSettings settings(std::string_view sink) const override;
  void pause(std::string_view sink, const std::string& who, const std::string& why) override;
  std::string resume(std::string_view sink) override;
  Status pauseTable(std::string_view sink, const Command& command) override;
  Result<std::string> resumeTable(std::string_view sink, const std::string& table) override;
  Status beginFailover(const std::string& to) override;
  FailoverProgress failover() const override;
  Status endFailover() override { return m_pipeline.endFailover(); }
  void cancelFailover() override { m_pipeline.roles().cancel(); }
  void flushTo(std::string_view sink, Sequence target) override;
  void applySettings(std::string_view sink, const SinkSettings& settings) override;
  void holdIntake(const std::string& reason) override;
  bool isIntakeQuiet() const override;
  bool releaseIntake() override;
  std::string intakeTrouble() const override;
  Status startWorkload(const Command& command) override;
  Status stopWorkload() override;
  void orderLetters(const Command& command, const std::string& sink) override;
  LetterProgress letters(CommandId id) const override;
  void forgetLetters(CommandId id) override;
  void orderLoss(const Command& command) override { m_losses.order(command); }
  LossProgress loss(CommandId id) const override { return m_losses.progress(id); }
  void forgetLoss(CommandId id) override { m_losses.forget(id); }

  void setWorkloadHost(WorkloadHost* host);
  void setStopping() { m_stopping.store(true); }

  // --- the sampler ---
  /// Fills in all that the sampler leaves open.
  void collect(Snapshot& snapshot);

 private:
  struct SinkWatch {
    QuantilesBetweenSamples commits;
    std::uint64_t settled = 0;
    std::int64_t settledAtMicros = 0;  // steady; when it last moved, or had nothing to do
    std::int64_t stalledMicros = 0;    // as last told; 0: it moves
  };

  void fillBudgets(Snapshot& snapshot);
  void fillJournal(Snapshot& snapshot);
  static void watchProgress(SinkSnapshot& sink, SinkWatch& watch, std::int64_t steadyMicros);
  static void tellStall(Sink& sink, SinkWatch& watch, SinkSnapshot& snapshot);
  void judge(Snapshot& snapshot) const;
  Sink& sink(std::string_view name) const;
  Status checkTable(const std::string& table) const;

  const EngineOptions& m_options;
  Pipeline& m_pipeline;
  LetterDesk& m_letters;
  LossDesk& m_losses;
  std::atomic<bool> m_stopping{false};

  mutable Mutex m_mutex;
  WorkloadHost* m_workloads GUARDED_BY(m_mutex) = nullptr;

  // the sampler's
  QuantilesBetweenSamples m_acks;
  QuantilesBetweenSamples m_syncs;
  std::vector<SinkWatch> m_watches;
  ProcessUsage m_usage;
  std::deque<Reading> m_journalUse;
  std::int64_t m_lastAcceptedAt = 0;
  std::uint64_t m_lastAccepted = 0;
};

}  // namespace penstock
