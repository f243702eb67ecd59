// SPDX-License-Identifier: Apache-2.0
// A store and its cursor: reads the journal from the checkpoint that the store holds, through the
// dispatcher, a bounded window and the flush workers, and tells what was settled. Started when its
// store can be reached; until then the journal keeps what waits.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "engine/journal_cursor.h"
#include "engine/operate/operated_node.h"
#include "engine/operate/pause_file.h"
#include "engine/options.h"
#include "flush/flush_listener.h"
#include "flush/flush_pool.h"
#include "journal/journal.h"
#include "metrics/counters.h"
#include "metrics/event.h"
#include "queue/dispatcher.h"
#include "queue/sink_queue.h"
#include "store/store.h"

namespace penstock {

/// Threads: tryStart and stop on one at a time; the rest any.
/// Owns: the store and the threads of dispatcher and workers. Journal and clock outlive it.
class Sink final : private FlushListener {
 public:
  struct Parts {
    Journal& journal;
    const Clock& clock;
    FileSystem& files;
    std::function<void(Sequence)> onSettled;                    ///< from flush workers; in order
    std::function<void(Sequence, const Status&)> onDeadLetter;  ///< before that
    std::function<void(Event)> onEvent;
    std::function<Status(const DeadLetter&, std::string&)> encodeLetter;  ///< as LetterAccess
  };
  struct Settings {
    SinkOptions options;
    RetryOptions retry;
    std::vector<TablePolicy> policies;
    std::uint64_t windowBytes = 0;
    std::string pauseFile;
    Pauses pauses;       ///< what it says
    std::string schema;  ///< SQL to be run before it attaches; empty: none
  };
  Sink(Settings settings, std::unique_ptr<Store> store, Parts parts);
  ~Sink() override;

  const SinkOptions& options() const { return m_settings.options; }
  const std::string& name() const { return options().name; }
  Store& store() { return *m_store; }

  /// Attaches to the store and begins to flush; does nothing when it runs or was stopped for good
  /// (before damage: until lookAgain()).
  /// Errors: Unavailable (try again), others: it stands until an operator mends it.
  Status tryStart();
  void stop();
  /// There is more in the journal. From the journal's thread.
  void onSynced();
  /// An operator has decided about damage: what it stands before is looked at once more, by the
  /// next tryStart().
  void lookAgain();

  /// Until resume(), also over a restart. Threads: what pauses and resumes on one at a time.
  void pause(const std::string& who, const std::string& why);
  /// Returns who had paused it; empty when it was not.
  std::string resume();
  /// The same for one table: what comes for it is held as letters, the others go on; then it is
  /// released in order.
  /// Expects: checkTablePause().
  void pauseTable(const std::string& table, const std::string& who, const std::string& why);
  /// Errors: Unsupported (an archive keeps everything; with several lanes what touches a table is
  /// in many hands at once).
  Status checkTablePause() const;
  /// False: it keeps change sets as they were journaled.
  bool keepsRows() const { return m_store->takes() == StoreTakes::Rows; }
  std::string resumeTable(std::string_view table);
  Pauses pauses() const;
  void flushTo(Sequence target);
  /// Errors: Deadline; why it stands still; Unavailable (not started), Cancelled (stopped).
  Status waitSettled(Sequence target, SteadyTime deadline);
  void apply(const SinkSettings& settings);
  SinkSettings settings() const;
  SinkProgress progress() const;
  /// It runs, and nothing keeps it from flushing.
  bool isWell() const;
  /// Of its window, as the memory budget counts it.
  std::uint64_t windowBytes() const;
  Sequence settled() const { return Sequence{m_settled.load(std::memory_order_acquire)}; }
  /// Where a restart would begin: the journal has to keep what follows.
  Sequence start() const;

  /// Everything but names and quantiles. From the sampler's thread.
  void fill(SinkSnapshot& snapshot) const;
  const SinkCounters& counters() const { return m_counters; }
  /// The watchdog saw that it stands with work, or that it moves again after so long.
  enum class Stall : std::uint8_t { Began, Ended };
  void tellStall(Stall what, std::chrono::seconds lasted);
  /// Asks the store how many dead letters it holds. Slow; from housekeeping.
  void countDeadLetters();
  /// Looks in the journal since when the oldest waits, where the window cannot tell: the sink has
  /// stopped. Slow; from housekeeping.
  void findOldest();

 private:
  /// What there is only while the store can be reached; members end in reverse order.
  struct Running {
    std::unique_ptr<JournalCursor> cursor;
    std::unique_ptr<SinkQueue> queue;
    std::unique_ptr<FlushPool> pool;
    std::unique_ptr<Dispatcher> dispatcher;
  };

  bool hasSeveralLanes() const { return m_store->laneCountMax() > 1; }
  Status attach();
  SinkQueue::Options queueOptions(const std::vector<Checkpoint>& held) const;
  FlushPool::Options poolOptions() REQUIRES(m_mutex);
  bool wantsToBeginAnew() REQUIRES(m_mutex);
  void detach();
  static void stopThreads(Running& running);
  std::unique_ptr<JournalCursor> makeCursor(Sequence settled);
  Result<std::optional<QueuedRecord>> nextRecord(JournalCursor& cursor) const;
  LetterAccess letterAccess();
  void onNewLetter(const DeadLetter& letter, const std::string& reason);
  void tellHeld(const std::string& sequence, const std::string& reason);
  void fillOldest(SinkSnapshot& snapshot, const WindowLoad& load) const;
  void judgeState(SinkSnapshot& snapshot, const Running* running) const;
  void keepPauses(const Pauses& pauses, const char* trouble);
  std::vector<PausedTable> pausedTables() const REQUIRES(m_mutex);
  std::string waitingText(const HoldState& holds) const REQUIRES(m_mutex);
  void fillPauses(SinkSnapshot& snapshot, const HoldState& holds) const REQUIRES(m_mutex);
  void onReadEnded(const Status& why);
  void onDamagePassed(const JournalDamage& damage, const AcceptedLoss& loss);
  void stopAtEnd();
  void noteReading(const Status& trouble);
  void standStill(const Status& why);
  void tell(EventKind kind, Severity severity, const std::string& what);
  std::shared_ptr<Running> running() const;
  std::int64_t wallMicros() const { return m_parts.clock.wallNow().time_since_epoch().count(); }

  void onSettled(const SettledNews& news) override;
  void onDeadLetter(const DeadLetter& letter, EntryKind from) override;
  void onTrouble(const TroubleNews& news) override;
  void onRecovered() override;
  void onStopped(const Status& status) override;

  const Settings m_settings;
  const Parts m_parts;
  const std::unique_ptr<Store> m_store;
  const PauseFile m_pauseFile;
  std::string m_schemaLeft;  // tryStart's

  SinkCounters m_counters;
  std::atomic<std::uint64_t> m_settled{0};
  std::atomic<std::uint64_t> m_deadLettersWaiting{0};
  std::atomic<std::int64_t> m_oldestMicros{0};  // wall time, by findOldest(); 0: the window tells
  std::atomic<std::uint64_t> m_heldTotal{0};    // of the letters that were new
  std::set<std::string> m_heldTold;             // the flush workers': why some were held

  mutable Mutex m_mutex;
  CondVar m_startedOrNot;
  std::shared_ptr<Running> m_running GUARDED_BY(m_mutex);
  SinkSettings m_wanted GUARDED_BY(m_mutex);
  Pauses m_pauses GUARDED_BY(m_mutex);
  Status m_problem GUARDED_BY(m_mutex);  ///< why it does not run
  std::int64_t m_problemSince GUARDED_BY(m_mutex) = 0;
  /// Nothing more can be read; what came before, up to here, is still settled.
  std::optional<Sequence> m_endsAt GUARDED_BY(m_mutex);
  Status m_readTrouble GUARDED_BY(m_mutex);  ///< the journal cannot be read, for now
  std::int64_t m_readTroubleSince GUARDED_BY(m_mutex) = 0;
  bool m_standsStill GUARDED_BY(m_mutex) = false;
  std::optional<JournalDamage> m_damage GUARDED_BY(m_mutex);  ///< why it reads no further
  bool m_looksAgain GUARDED_BY(m_mutex) = false;
  bool m_wentBack GUARDED_BY(m_mutex) = false;  ///< the database; to be followed there
};

}  // namespace penstock
