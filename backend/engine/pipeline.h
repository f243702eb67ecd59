// SPDX-License-Identifier: Apache-2.0
// The write path in one place: who tells whom when change sets come in, are synced and are settled.
// Stages know nothing of one another; the calls between them are all made here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "engine/entry/acknowledgements.h"
#include "engine/entry/intake_gate.h"
#include "engine/entry/known_changes.h"
#include "engine/entry/submitter.h"
#include "engine/options.h"
#include "engine/roles/role_file.h"
#include "engine/roles/roles.h"
#include "engine/sink.h"
#include "journal/file/file_journal.h"
#include "metrics/counters.h"
#include "metrics/event_log.h"
#include "store/store.h"

namespace penstock {

/// Threads: make, open and close on one; the rest any.
/// Owns: journal, intake and sinks.
class Pipeline {
 public:
  using StoreOpener = std::function<Result<std::unique_ptr<Store>>(const SinkOptions&)>;
  struct Parts {
    FileSystem& files;
    const Clock& clock;
    EventLog& events;
  };
  Pipeline(const EngineOptions& options, Parts parts);
  ~Pipeline();

  /// Opens stores and journal, brings the catalog up to date, recovers what is known, starts the
  /// sinks. Errors: those of Engine::start.
  Status open(const StoreOpener& openStore);
  /// Ends flushing, then the journal. Intake was closed before.
  void close();

  Submitter& submitter() { return *m_submitter; }
  FileJournal& journal() { return *m_journal; }
  const FileJournal& journal() const { return *m_journal; }
  IntakeGate& gate() { return m_gate; }
  const IntakeGate& gate() const { return m_gate; }
  KnownChanges& known() { return m_known; }
  const std::vector<std::unique_ptr<Sink>>& sinks() const { return m_sinks; }
  Sink& primary() const { return *m_sinks[m_roles->primary()]; }
  Roles& roles() { return *m_roles; }
  const Roles& roles() const { return *m_roles; }
  /// `primary`, `standby`, `mirror`, `archive`, as it is now.
  std::string_view roleOf(std::size_t sink) const;
  /// The standby of a failover that may end becomes the primary, for good. Errors: IoError, NoSpace
  /// (all stays as it was, and it may be tried again).
  Status endFailover();
  std::vector<Sink*> primaryFirst() const;
  Sink* find(std::string_view sink) const;
  const IntakeCounters& counters() const { return m_counters; }

  /// Runs SQL in the primary, and in sinks that understand the same; then refreshCatalog(). Errors:
  /// those of the primary; of others it is told as an event.
  Status runSchema(std::string_view sql);
  /// Takes the primary's tables as they are now; a changed catalog begins a new segment.
  Status refreshCatalog();
  /// Persists what is journaled so far. Errors: Deadline, Unavailable, Cancelled.
  Status flushAndWait(SteadyTime deadline);
  /// Gives the other sinks until then to settle it too. One that is in trouble, or has not started,
  /// is not waited for.
  void flushOthers(SteadyTime deadline);
  /// Measures the budgets and tells the gate; its crossings become events.
  void measureBudgets();
  /// Memory that the budget counts, in bytes.
  std::uint64_t memoryBytes() const;
  /// Lets go what is further behind than it may be. Threads: one (housekeeping).
  void detachLaggards();
  /// The least that every sink has settled for which the journal is kept.
  Sequence settledEverywhere() const;
  /// Gives back what every sink has passed. Threads: one (housekeeping).
  Status retireSegments();

 private:
  Status readRoles();
  Status openStores(const StoreOpener& openStore);
  void announce(const Announcement& what);
  Sink::Parts sinkParts(std::size_t sink);
  bool isJournalThere() const;
  Status openJournal();
  Status confirmHead(const JournalId& journal, Sequence head) const;
  void onSynced(const SyncedNews& news);
  void onNotJournaled(const AppendFailure& failure);
  void recordCrossings();
  std::uint64_t windowBytes() const;

  const EngineOptions& m_options;
  const Parts m_parts;
  IntakeCounters m_counters;
  Acknowledgements m_acknowledgements;
  IntakeGate m_gate;
  KnownChanges m_known;
  std::unique_ptr<FileJournal> m_journal;
  const RoleFile m_roleFile;
  std::optional<Roles> m_roles;
  std::vector<std::unique_ptr<Sink>> m_sinks;
  std::vector<LagWatch> m_lagWatches;            // of the sinks at the same places
  std::vector<std::unique_ptr<Store>> m_stores;  // opened, not yet given to their sinks
  std::vector<std::string> m_schemasLeft;        // of each: what could not be run yet
  std::unique_ptr<Submitter> m_submitter;
  SteadyTime m_nextMeasure;   // the journal thread's
  SteadyTime m_nextSnapshot;  // housekeeping's
};

}  // namespace penstock
