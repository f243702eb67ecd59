// SPDX-License-Identifier: Apache-2.0
// The way in, step by step: check and encode, known ids, the gate, the journal, and then the
// acknowledgement that the caller awaits. Everything here runs on the caller's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "engine/entry/acknowledgements.h"
#include "engine/entry/intake_gate.h"
#include "engine/entry/known_changes.h"
#include "engine/submit.h"
#include "journal/journal.h"
#include "metrics/counters.h"
#include "model/table_policy.h"

namespace penstock {

/// Threads: any; each Client one at a time.
/// Owns: nothing of what is passed in; all of it outlives the submitter and its clients.
class Submitter final : public SubmitPort {
 public:
  struct Parts {
    Journal& journal;
    const Clock& clock;
    IntakeGate& gate;
    KnownChanges& known;
    Acknowledgements& acknowledgements;
    IntakeCounters& counters;
    std::function<Status(SteadyTime)> flushAndWait;
  };
  Submitter(Parts parts, std::vector<TablePolicy> policies);

  std::unique_ptr<Client> openClient(std::string_view identity, AckReceiver* receiver) override;
  CatalogPointer catalog() const override { return m_parts.journal.catalog(); }
  Status encodeJson(std::string_view line, std::string_view identity, const SourceLine& source,
                    std::string& to) const override;
  SourcePosition sourcePosition(std::uint64_t source) const override;
  Status markRefused(const SourceLine& line) override {
    return mark({line, SourcePositions::LineFate::Refused});
  }
  Status markShed(const SourceLine& line) override {
    return mark({line, SourcePositions::LineFate::Shed});
  }
  Status flushAndWait(SteadyTime deadline) override;

  /// Nobody is between gate and journal, and what was appended is synced or lost. While the gate is
  /// shut, it stays so.
  bool isQuiet() const;

  /// From the journal's thread, before acknowledgements are given: ends the timing of samples.
  void onJournaled(Sequence head);

 private:
  friend class SubmitterClient;

  struct Sender {
    const std::shared_ptr<Acknowledgements::Account>& account;
    const std::string& identity;
    ClientKey key{};
  };

  Ack submit(const Sender& sender, std::string_view encoded, const SubmitOptions& options);
  Ack passGate(const ChangeSetView& view, ClientKey client, const SubmitOptions& options);
  Ack append(const ChangeSetView& view, const SubmitOptions& options);
  Ack appendKnown(const ChangeSetView& view, const SubmitOptions& options);
  void noteAppended(Sequence sequence);
  Ack refuse(Status status, std::uint32_t retryAfterMs = 0);
  bool isKnown(const ChangeSetView& view);
  Ack shed(const Status& why);
  Status mark(const KnownChanges::Mark& mark);
  Ack limitRate(std::string_view identity, const ChangeSetView& view);
  const TablePolicy* policyOf(const std::string& table) const;
  OverloadPolicy overloadPolicy(const ChangeSetView& view) const;
  void timeSample(Sequence sequence, SteadyTime submitted);

  const Parts m_parts;
  const std::vector<TablePolicy> m_policies;
  const bool m_anyRate;

  std::atomic<std::uint64_t> m_lastAppended{0};
  std::atomic<std::uint64_t> m_entered{0};
  std::atomic<std::uint64_t> m_left{0};
  struct Sample {
    Sequence sequence{};
    SteadyTime submitted;
  };
  Mutex m_sampleMutex;
  std::deque<Sample> m_samples GUARDED_BY(m_sampleMutex);
};

}  // namespace penstock
