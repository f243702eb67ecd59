// SPDX-License-Identifier: Apache-2.0
#include "engine/sink.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/number_text.h"
#include "flush/order/touched_rows.h"

namespace penstock {
namespace {

std::uint64_t trulyRandom() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

/// Another one at each start, so that a process that lives on elsewhere loses the fence.
std::string newOwner() { return "start " + std::to_string(trulyRandom()); }

/// The one that a sink with one lane goes by, in whatever order the store tells them.
Sequence settledByAll(const std::vector<Checkpoint>& held) {
  const auto all = std::ranges::find(held, kAllShards, &Checkpoint::shard);
  return all == held.end() ? kNoSequence : all->settled;
}

/// One checkpoint cannot tell what several lanes have settled beyond it.
Status checkOneLane(const std::vector<Checkpoint>& held) {
  const Sequence all = settledByAll(held);
  Sequence newest = kNoSequence;
  for (const Checkpoint& each : held) newest = std::max(newest, each.settled);
  if (newest == all) return Status::ok();
  return {StatusCode::Conflict,
          "several lanes have written to this database up to " + std::to_string(toNumber(newest)) +
              ", and one has to go on behind " + std::to_string(toNumber(all)) +
              " (start it once more with the driver that it had)"};
}

}  // namespace

Sink::Sink(Settings settings, std::unique_ptr<Store> store, Parts parts)
    : m_settings(std::move(settings)),
      m_parts(std::move(parts)),
      m_headAtStart(m_parts.journal.syncedHead()),
      m_store(std::move(store)),
      m_pauseFile(m_parts.files, m_settings.pauseFile),
      m_schemaLeft(m_settings.schema),
      m_wanted{m_settings.options.flush.workers, m_settings.options.flush.batchRows,
               static_cast<std::uint32_t>(m_settings.options.flush.linger.count())},
      m_pauses(m_settings.pauses) {}

Sink::~Sink() { stop(); }

std::shared_ptr<Sink::Running> Sink::running() const {
  MutexLock lock(m_mutex);
  return m_running;
}

Status Sink::tryStart() {
  detach();
  bool wasAway = false;
  {
    MutexLock lock(m_mutex);
    if (m_running || m_standsStill) return Status::ok();
    wasAway = !m_problem.isOk();
  }
  Status attached = attach();
  if (attached.isOk()) {
    {
      MutexLock lock(m_mutex);
      // Its threads may have found a reason already.
      if (!m_standsStill && !m_endsAt) m_problem = Status::ok();
    }
    if (wasAway) tell(EventKind::SinkState, Severity::Info, "has started");
    return attached;
  }
  noteError(attached.message(), "");
  if (attached.code() != StatusCode::Unavailable) {
    standStill(attached);
    return attached;
  }
  {
    MutexLock lock(m_mutex);
    if (!wasAway) m_problemSince = wallMicros();
    m_problem = attached;
  }
  if (!wasAway) {
    tell(EventKind::SinkState, Severity::Warning,
         "cannot start: " + attached.message() + "; trying again");
  }
  return attached;
}

/// Begins anew when damage is to be looked at once more: from the checkpoint, as after a start.
void Sink::detach() {
  std::shared_ptr<Running> running;
  {
    MutexLock lock(m_mutex);
    if (!m_looksAgain || !m_damage) return;
    m_standsStill = true;  // what ends now tells nothing
    running = m_running;
  }
  stopThreads(*running);
  MutexLock lock(m_mutex);
  m_running.reset();
  m_damage.reset();
  m_endsAt.reset();
  m_problem = Status::ok();
  m_looksAgain = false;
  m_standsStill = false;
}

void Sink::lookAgain() {
  MutexLock lock(m_mutex);
  m_looksAgain = true;  // also for the damage that is being met just now
}

/// Where the store stands decides where the cursor begins; nothing else is remembered elsewhere.
Status Sink::attach() {
  if (!m_schemaLeft.empty()) {
    Status made = m_store->runScript(m_schemaLeft);
    if (made.code() == StatusCode::Unavailable) return made;
    RETURN_IF_ERROR(made.withContext(m_settings.options.schemaFile));
    m_schemaLeft.clear();
  }
  auto checkpoints = m_store->attach(m_parts.journal.id(), newOwner());
  if (!checkpoints) return checkpoints.status();
  const Sequence reviewCount = takeReviewCount(*checkpoints);
  if (!hasSeveralLanes()) RETURN_IF_ERROR(checkOneLane(*checkpoints));
  auto running = std::make_shared<Running>();
  running->queue = std::make_unique<SinkQueue>(queueOptions(*checkpoints), m_parts.clock);
  running->cursor = makeCursor(running->queue->start());
  const Status opened = running->cursor->open();
  if (!opened.isOk()) {
    const bool gap = opened.code() == StatusCode::NotFound;
    if (gap) {
      MutexLock lock(m_mutex);
      m_keepsNothing = true;  // what it lacks is gone
    }
    return Status(StatusCode::Corrupt,
                  gap ? "gap: the journal no longer reaches back to what the database holds "
                        "(seed it with a copy of the primary)"
                      : opened.message());
  }
  std::unique_ptr<StoreLane> lane;
  if (!hasSeveralLanes()) {
    Result<std::unique_ptr<StoreLane>> openedLane = m_store->openLane();
    if (!openedLane) return openedLane.status();
    lane = std::move(*openedLane);
  }
  // Not before: what a checkpoint ahead of the journal claims is neither persisted nor to be
  // retired.
  m_settled.store(toNumber(running->queue->settled()), std::memory_order_release);
  m_wasAttached = true;
  m_parts.onSettled(running->queue->settled());

  MutexLock lock(m_mutex);
  if (hasSeveralLanes() && !m_pauses.tables.empty()) {
    return checkTablePause().withContext("table " + m_pauses.tables.front().table + " is paused");
  }
  if (m_pauses.sink) running->queue->setGate(SinkGate::Paused);
  FlushPool::Options pool = poolOptions();
  pool.reviewCount = reviewCount;
  running->pool = std::make_unique<FlushPool>(pool, *running->queue, std::move(lane),
                                              static_cast<FlushListener&>(*this), m_parts.clock);
  running->dispatcher = std::make_unique<Dispatcher>(
      name(), *running->queue,
      [this, cursor = running->cursor.get(), last = Arrival()]() mutable {
        return nextRecord(*cursor, last);
      },
      [this](const Status& status) { onReadEnded(status); });
  m_running = std::move(running);
  m_keepsNothing = false;  // one that was let go and looks at damage again may still reach back
  m_startedOrNot.notifyAll();
  return Status::ok();
}

SinkQueue::Options Sink::queueOptions(const std::vector<Checkpoint>& held) const {
  SinkQueue::Options options;
  options.windowBytes = m_settings.windowBytes;
  options.taking = SinkQueue::Options::Taking::AfterBegin;
  if (!hasSeveralLanes()) {
    options.settled = settledByAll(held);
    return options;
  }
  SinkQueue::Sharding sharding;
  for (const Checkpoint& each : held) sharding.held.push_back({each.shard, each.settled});
  sharding.touchedBy = [rows = std::make_shared<TouchedRows>(m_settings.policies)](
                           const ChangeSetView& changeSet, const CatalogPointer& catalog,
                           std::vector<Touch>& to) { rows->find(changeSet, catalog, to); };
  options.sharding = std::move(sharding);
  return options;
}

FlushPool::Options Sink::poolOptions() {
  FlushPool::Options pool;
  pool.sink = name();
  pool.workers = m_wanted.workers;
  pool.takes = m_store->takes();
  if (!m_settings.options.eventTable.empty()) pool.events = ChunkFlush::Events::Kept;
  pool.take = {m_wanted.batchRows, m_settings.options.flush.batchBytes,
               std::chrono::milliseconds(m_wanted.lingerMs)};
  pool.targetCommit = m_settings.options.flush.targetCommit;
  pool.retry = {m_settings.retry.initial, m_settings.retry.max};
  pool.policies = m_settings.policies;
  for (TablePolicy& each : pool.policies) each.goesHere = each.goesTo(name());
  pool.letters = letterAccess();
  pool.pauses = pausedTables();
  pool.jitterSeed = trulyRandom();
  if (!hasSeveralLanes()) return pool;
  pool.openLane = [this] { return m_store->openLane(); };
  pool.lanesMax = static_cast<std::uint32_t>(m_store->laneCountMax());
  return pool;
}

LetterAccess Sink::letterAccess() {
  return {[this](const LetterQuery& query) { return m_store->listDeadLetters(query); },
          m_parts.encodeLetter, [this] { return m_parts.journal.catalog(); },
          toText(m_parts.journal.id())};
}

std::unique_ptr<JournalCursor> Sink::makeCursor(Sequence settled) {
  JournalCursor::Parts parts{m_parts.journal, m_parts.clock,
                             [this](const Status& trouble) { noteReading(trouble); },
                             [this] { noteReading(Status::ok()); },
                             [this](const auto&... news) { onDamagePassed(news...); }};
  return std::make_unique<JournalCursor>(std::move(parts), settled);
}

Result<std::optional<QueuedRecord>> Sink::nextRecord(JournalCursor& cursor, Arrival& last) const {
  const Result<std::optional<JournalRecord>> record = cursor.next();
  if (!record) return record.status();
  if (!record->has_value()) return std::optional<QueuedRecord>();
  QueuedRecord queued;
  queued.sequence = (*record)->sequence;
  queued.catalog = (*record)->catalog;
  if ((*record)->type == RecordType::ChangeSet) {
    queued.payload = (*record)->payload;
  } else if ((*record)->type == RecordType::DeadLetterOrder) {
    const auto order = LetterOrder::parse((*record)->payload);
    if (!order) return order.status().withContext("journal");
    const bool isOurs = order->sink == name();
    queued.kind = isOurs ? EntryKind::LetterRetry : EntryKind::CheckpointOnly;
    if (isOurs) queued.payload = (*record)->payload;
  } else {
    queued.kind = EntryKind::CheckpointOnly;
  }
  if (last.wallMicros != (*record)->wallMicros) {
    const std::int64_t age = std::max<std::int64_t>(0, wallMicros() - (*record)->wallMicros);
    last = {(*record)->wallMicros, m_parts.clock.steadyNow() - std::chrono::microseconds(age)};
  }
  queued.arrived = last.time;
  return std::optional<QueuedRecord>(std::move(queued));
}

void Sink::stop() {
  std::shared_ptr<Running> running;
  {
    MutexLock lock(m_mutex);
    m_standsStill = true;
    running = m_running;
    m_startedOrNot.notifyAll();
  }
  if (running) stopThreads(*running);
}

void Sink::stopThreads(Running& running) {
  running.cursor->stop();
  running.pool->stop();
  running.dispatcher->stop();
}

void Sink::onSynced() {
  if (const auto now = running()) now->dispatcher->notify();
}

/// On the dispatcher's thread. The good records before a damage are settled before it stops.
void Sink::onReadEnded(const Status& why) {
  bool waits = false;
  {
    MutexLock lock(m_mutex);
    if (m_standsStill) return;
    const Sequence last = m_running->cursor->passed();
    waits = last > settled();
    if (waits) m_endsAt = last;
    m_problem = why;
    m_problemSince = wallMicros();
    m_damage = m_running->cursor->damage();
  }
  if (!waits) return standStill(why);
  tell(EventKind::SinkState, Severity::Critical,
       "reads no further and stops once what came before is settled: " + why.message());
}

/// On the dispatcher's thread.
void Sink::onDamagePassed(const JournalDamage& damage, const AcceptedLoss& loss) {
  tell(EventKind::Journal, Severity::Warning,
       "goes on behind damage, " + groupedNumber(recordsIn(damage)) +
           " records are given up: " + describe(damage) + ", " + describe(loss));
}

/// Whether that was the last record to settle before it stops.
void Sink::stopAtEnd() {
  Status why;
  {
    MutexLock lock(m_mutex);
    if (!m_endsAt || *m_endsAt > settled()) return;
    why = m_problem;
  }
  standStill(why);
}

/// On the dispatcher's thread.
void Sink::noteReading(const Status& trouble) {
  {
    MutexLock lock(m_mutex);
    m_readTrouble = trouble;
    m_readTroubleSince = wallMicros();
  }
  const bool works = trouble.isOk();
  tell(EventKind::Journal, works ? Severity::Info : Severity::Critical,
       works ? "the journal can be read again"
             : "the journal cannot be read: " + trouble.message() + "; trying again");
}

void Sink::standStill(const Status& why) {
  {
    MutexLock lock(m_mutex);
    m_standsStill = true;
    m_endsAt.reset();
    m_startedOrNot.notifyAll();
    m_problem = why;
    m_problemSince = wallMicros();
    if (m_running) {
      m_running->queue->stop();
      m_running->cursor->stop();
    }
  }
  tell(EventKind::SinkState, Severity::Critical, "stopped: " + why.message());
}

void Sink::tell(EventKind kind, Severity severity, const std::string& what) {
  Event event;
  event.kind = kind;
  event.severity = severity;
  event.sink = name();
  event.what = "sink " + name() + ": " + what;
  m_parts.onEvent(std::move(event));
}

void Sink::flushTo(Sequence target) {
  if (const auto now = running()) now->queue->flush(target);
}

Status Sink::waitSettled(Sequence target, SteadyTime deadline) {
  if (settled() >= target) return Status::ok();
  std::shared_ptr<Running> running;
  {
    MutexLock lock(m_mutex);
    while (!m_running && !m_standsStill && m_startedOrNot.waitUntil(m_mutex, deadline)) {
    }
    running = m_running;
    if (!running) {
      return m_problem.isOk() ? Status(StatusCode::Unavailable, "the sink has not started")
                              : m_problem;
    }
  }
  Status waited = running->queue->waitSettled(target, deadline);
  if (waited.code() != StatusCode::Cancelled) return waited;
  if (settled() >= target) return Status::ok();  // by the commit that it stopped behind
  MutexLock lock(m_mutex);
  return m_problem.isOk() ? waited : m_problem.withContext("sink " + name() + " stands still");
}

void Sink::apply(const SinkSettings& settings) {
  MutexLock lock(m_mutex);
  const bool resized = settings.workers != m_wanted.workers;
  m_wanted = settings;
  if (!m_running) return;
  if (resized) m_running->pool->resize(settings.workers);
  m_running->pool->configure({settings.batchRows, m_settings.options.flush.batchBytes,
                              std::chrono::milliseconds(settings.lingerMs)});
}

SinkSettings Sink::settings() const {
  MutexLock lock(m_mutex);
  return m_wanted;
}

SinkProgress Sink::progress() const {
  SinkProgress progress;
  progress.settled = settled();
  progress.lettersRefused = m_counters.lettersRefused.total();
  progress.settledSets =
      m_counters.persistedSets.total() + m_counters.deadLettersTotal.total() - m_heldTotal.load();
  const auto now = running();
  HoldState holds;
  if (now) {
    const FlushPoolState pool = now->pool->state();
    progress.workersWanted = pool.workers;
    progress.commitsRunning = pool.committing;
    progress.isReviewing = pool.isReviewing;
    progress.arePausesInEffect = pool.arePausesInEffect;
    holds = pool.holds;
  }
  MutexLock lock(m_mutex);
  progress.held = holds.held;
  progress.heldWhy = waitingText(holds);
  progress.isPaused = m_pauses.sink.has_value();
  for (const TablePause& each : m_pauses.tables) progress.pausedTables.push_back(each.table);
  if (m_standsStill) progress.stopped = m_problem;
  return progress;
}

bool Sink::isWell() const {
  const auto now = running();
  const bool isInTrouble = !now || now->pool->state().trouble.has_value();
  MutexLock lock(m_mutex);
  return !isInTrouble && !m_standsStill && !m_pauses.sink;
}

std::optional<Sequence> Sink::keeps() const {
  MutexLock lock(m_mutex);
  if (m_keepsNothing) return std::nullopt;
  return m_running ? m_running->queue->start() : kNoSequence;
}

Sequence Sink::lagsFrom() const { return m_wasAttached ? settled() : m_headAtStart; }

Lag Sink::lag() const {
  Lag lag;
  lag.bytes = m_parts.journal.distanceFrom(lagsFrom()).bytes;
  SinkSnapshot age;
  const auto now = running();
  fillOldest(age, now ? now->queue->load() : WindowLoad{});
  lag.age = std::chrono::milliseconds(age.oldestAgeMicros / 1000);
  return lag;
}

void Sink::letGo(const Lag& lag) {
  {
    MutexLock lock(m_mutex);
    if (m_keepsNothing) return;
    m_keepsNothing = true;
  }
  standStill({StatusCode::Unavailable,
              "needs reseeding: it is " + byteText(lag.bytes) + " of the journal and " +
                  durationText(lag.age) +
                  " behind, more than max_lag allows, and was detached (seed it with a copy of the "
                  "primary, or start again while the journal still reaches back)"});
}

std::uint64_t Sink::windowBytes() const {
  const auto now = running();
  return now ? now->queue->load().bytes : 0;
}

}  // namespace penstock
