// SPDX-License-Identifier: Apache-2.0
#include "engine/pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/number_text.h"

namespace penstock {
namespace {

/// Whether a sink that is waited for at the end has come into trouble.
constexpr std::chrono::milliseconds kLookAtOthersEvery{100};
/// Part of the memory budget that the windows of all sinks may hold.
constexpr std::uint64_t kWindowShare = 4;
/// At a gigabyte a second that is 2 MiB past a watermark at the most.
constexpr std::chrono::milliseconds kMeasureEvery{2};
/// While segments can only be retired once the snapshots have caught up.
constexpr std::chrono::seconds kSnapshotEvery{1};

/// Above this, passed segments go whatever their age.
std::uint64_t retainBytes(const EngineOptions& options) {
  return options.journal.diskBudgetBytes / 2;
}

/// Of free space there is too little, of all else too much.
std::string crossingText(const BackpressureEvent& crossing) {
  const bool began = crossing.kind == BackpressureEvent::Kind::Began;
  if (crossing.budget == Budget::FreeSpace) {
    return "free space on the journal's disk is " +
           std::string(began ? "below its floor: " : "above its floor again: ") +
           byteText(crossing.used) + " free, floor " + byteText(crossing.limit) +
           (began ? "; intake is held until there is room" : "");
  }
  return "budget " + std::string(budgetName(crossing.budget)) +
         (began ? " above its high" : " below its low") + " watermark: " + byteText(crossing.used) +
         " of " + byteText(crossing.limit);
}

/// What was done to change sets meanwhile: `, 2 change sets waited, 40 shed (dropped)`.
std::string touchedText(const BackpressureEvent& ended) {
  std::string text;
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count == 0) return;
    text += ", " + groupedNumber(count) + (text.empty() ? " change sets " : " ") + what;
  };
  add(ended.waited, "waited");
  add(ended.rejected, "rejected");
  add(ended.shed, "shed (dropped)");
  return text.empty() ? ", no change set was touched" : text;
}

}  // namespace

Pipeline::Pipeline(const EngineOptions& options, Parts parts)
    : m_options(options),
      m_parts(parts),
      m_acknowledgements(options.journal.sync == JournalSync::Always ? Survives::PowerLoss
                                                                     : Survives::ProcessEnd),
      m_gate(parts.clock),
      m_known(parts.files, options.dataDirectory, options.knownIds),
      m_roleFile(parts.files, options.dataDirectory + "/primary") {}

Pipeline::~Pipeline() { close(); }

std::uint64_t Pipeline::windowBytes() const {
  return m_options.memoryBudgetBytes / kWindowShare /
         std::max<std::size_t>(1, m_options.sinks.size());
}

Status Pipeline::open(const StoreOpener& openStore) {
  RETURN_IF_ERROR(readRoles());
  RETURN_IF_ERROR(openStores(openStore));
  RETURN_IF_ERROR(openJournal());
  m_submitter = std::make_unique<Submitter>(
      Submitter::Parts{*m_journal, m_parts.clock, m_gate, m_known, m_acknowledgements, m_counters,
                       [this](SteadyTime deadline) { return flushAndWait(deadline); }},
      m_options.tables);
  for (std::size_t i = 0; i < m_stores.size(); ++i) {
    const SinkOptions& sink = m_options.sinks[i];
    const std::string pauseFile = m_options.dataDirectory + "/paused-" + sink.name;
    Result<Pauses> pauses = PauseFile(m_parts.files, pauseFile).read();
    if (!pauses) return pauses.status();
    Sink::Settings settings{
        sink,      m_options.retry,    m_options.tables,           windowBytes(),
        pauseFile, std::move(*pauses), std::move(m_schemasLeft[i])};
    m_lagWatches.emplace_back(sink.maxLag);
    m_sinks.push_back(
        std::make_unique<Sink>(std::move(settings), std::move(m_stores[i]), sinkParts(i)));
  }
  m_stores.clear();
  m_journal->setSyncedListener([this](const SyncedNews& news) { onSynced(news); });
  m_journal->setFailureListener([this](const AppendFailure& failure) { onNotJournaled(failure); });
  for (const auto& sink : m_sinks) (void)sink->tryStart();  // its state tells; tried again later
  m_acknowledgements.onJournaled(m_journal->journaledHead());
  return refreshCatalog();
}

Status Pipeline::readRoles() {
  const Result<std::optional<std::string>> named = m_roleFile.read();
  if (!named) return named.status();
  std::size_t primary = 0;
  if (*named) {
    const auto found = std::ranges::find(m_options.sinks, **named, &SinkOptions::name);
    if (found == m_options.sinks.end()) {
      return {StatusCode::NotFound,
              "sink '" + **named +
                  "' is the primary since a failover, and the configuration does not name it (add "
                  "it again, or fail over to another one before it is removed)"};
    }
    primary = static_cast<std::size_t>(found - m_options.sinks.begin());
  }
  m_roles.emplace(m_options.sinks.size(), primary,
                  [this](const Announcement& what) { announce(what); });
  return Status::ok();
}

void Pipeline::announce(const Announcement& what) {
  for (const auto& [sequence, reason] : what.letters) {
    m_acknowledgements.onDeadLetter(sequence, reason);
  }
  m_acknowledgements.onSettled(what.settled);
}

Sink::Parts Pipeline::sinkParts(std::size_t sink) {
  return {*m_journal,
          m_parts.clock,
          m_parts.files,
          [this, sink](Sequence settled) { m_roles->onSettled(sink, settled); },
          [this, sink](Sequence sequence, const Status& reason) {
            m_roles->onDeadLetter(sink, sequence, reason);
          },
          [this](Event event) { m_parts.events.append(std::move(event)); },
          [this](const DeadLetter& letter, std::string& to) {
            return m_submitter->encodeJson(letter.changeSet, "dead letters", {}, to);
          }};
}

std::string_view Pipeline::roleOf(std::size_t sink) const {
  if (sink == m_roles->primary()) return "primary";
  const std::string_view configured = m_options.sinks[sink].role;
  return configured == "primary" ? "standby" : configured;
}

/// First it is written down: a start in between goes on with the new one, which has it all.
Status Pipeline::endFailover() {
  RETURN_IF_ERROR(m_roleFile.write(m_options.sinks[*m_roles->underWay()].name));
  m_roles->end();
  Status refreshed = refreshCatalog();
  if (refreshed.isOk()) return refreshed;
  Event event;
  event.kind = EventKind::SinkState;
  event.severity = Severity::Warning;
  event.sink = primary().name();
  event.what = "sink " + event.sink +
               " is the primary, and intake goes on with the tables of the one before: " +
               refreshed.message();
  m_parts.events.append(std::move(event));
  return Status::ok();
}

Status Pipeline::openStores(const StoreOpener& openStore) {
  for (const SinkOptions& sink : m_options.sinks) {
    Result<std::unique_ptr<Store>> store = openStore(sink);
    if (!store) return store.status().withContext("sink " + sink.name);
    std::string schemaLeft;
    if (!sink.schemaFile.empty()) {
      const Result<std::string> sql = readWholeFile(m_parts.files, sink.schemaFile);
      if (!sql) return sql.status().withContext(sink.schemaFile);
      Status made = (*store)->runScript(*sql).withContext(sink.schemaFile);
      // Intake does not wait for a database whose tables the journal knows, or that is not the
      // primary's; its sink does.
      const bool isPrimary = m_stores.size() == m_roles->primary();
      const bool later = made.code() == StatusCode::Unavailable && (!isPrimary || isJournalThere());
      if (!made.isOk() && !later) return made;
      if (later) schemaLeft = *sql;
    }
    m_schemasLeft.push_back(std::move(schemaLeft));
    m_stores.push_back(std::move(*store));
  }
  return Status::ok();
}

bool Pipeline::isJournalThere() const {
  const std::string journal = m_options.dataDirectory + "/journal/";
  return m_parts.files.exists(journal + std::string(kJournalIdentityName));
}

Status Pipeline::openJournal() {
  FileJournalOptions journal;
  journal.directory = m_options.dataDirectory + "/journal";
  journal.holderNote = "penstock " + m_options.node.name;
  journal.segmentBytes = m_options.journal.segmentBytes;
  if (m_options.journal.sync == JournalSync::Interval) {
    journal.syncInterval = m_options.journal.syncInterval;
  }
  journal.retain = m_options.journal.retain;
  journal.retainBytes = retainBytes(m_options);
  journal.freeSpaceFloorBytes = m_options.journal.freeSpaceFloorBytes;
  journal.confirm = [this](const JournalId& id, Sequence head) { return confirmHead(id, head); };
  journal.readFirst = [this](Journal& readable) { return m_known.recover(readable); };
  const Result<Catalog> catalog = m_stores[m_roles->primary()]->readCatalog();
  const bool isAway = catalog.status().code() == StatusCode::Unavailable;
  if (!catalog && !isAway) return catalog.status();  // before anything is written
  if (catalog) journal.initialCatalog = std::make_shared<const Catalog>(*catalog);
  Result<std::unique_ptr<FileJournal>> opened =
      FileJournal::open(m_parts.files, m_parts.clock, journal);
  if (!opened) return opened.status();
  m_journal = std::move(*opened);
  for (const UnreadableFile& file : m_journal->recovered().unreadable) {
    Event event;
    event.kind = EventKind::Journal;
    event.severity = Severity::Critical;
    event.what = "journal: " + describe(file);
    m_parts.events.append(std::move(event));
  }
  return Status::ok();
}

/// A journal that ends before what was already persisted of it, or noted of it, has lost its end:
/// numbers would be used twice, and what gets them would be skipped as persisted.
Status Pipeline::confirmHead(const JournalId& journal, Sequence head) const {
  const auto refusal = [&](const std::string& witness, Sequence seen) {
    return Status(StatusCode::Corrupt,
                  "the end of the journal is missing: it ends at " +
                      std::to_string(toNumber(head)) + ", and " + witness + " has seen " +
                      std::to_string(toNumber(seen)) +
                      " (restore the newest segments; or move journal and snapshots away to begin "
                      "anew, then what was not persisted is lost)");
  };
  for (std::size_t i = 0; i < m_stores.size(); ++i) {
    auto checkpoints = m_stores[i]->readCheckpoints(journal);
    if (!checkpoints) continue;  // away; a sink compares again when it attaches
    (void)takeReviewCount(*checkpoints);
    for (const Checkpoint& checkpoint : *checkpoints) {
      if (checkpoint.settled > head) {
        return refusal("sink " + m_options.sinks[i].name, checkpoint.settled);
      }
    }
  }
  const Sequence claimed = m_known.claimedPosition();
  return claimed > head ? refusal("the snapshot of known ids", claimed) : Status::ok();
}

void Pipeline::close() {
  for (const auto& sink : m_sinks) sink->stop();
  if (m_journal) (void)m_journal->close();
}

std::vector<Sink*> Pipeline::primaryFirst() const {
  const Sink* first = &primary();
  std::vector<Sink*> sinks;
  for (const auto& each : m_sinks)
    sinks.insert(each.get() == first ? sinks.begin() : sinks.end(), each.get());
  return sinks;
}

Sink* Pipeline::find(std::string_view sink) const {
  for (const auto& each : m_sinks) {
    if (each->name() == sink) return each.get();
  }
  return nullptr;
}

/// On the journal's thread: first what must not be late, then those who wait, then those who read.
void Pipeline::onSynced(const SyncedNews& news) {
  m_counters.journaledSets.add(news.changeSets);
  if (news.syncTime.count() > 0) m_counters.syncMicros.record(news.syncTime.count());
  m_known.onSynced(news.head);
  m_submitter->onJournaled(news.journaled);
  m_acknowledgements.onJournaled(news.journaled);
  for (const auto& sink : m_sinks) sink->onSynced();
  const SteadyTime now = m_parts.clock.steadyNow();
  if (now < m_nextMeasure) return;
  m_nextMeasure = now + kMeasureEvery;
  measureBudgets();
}

void Pipeline::onNotJournaled(const AppendFailure& failure) {
  m_known.onNotJournaled(failure);
  m_acknowledgements.onNotJournaled(failure.first, failure.last, failure.status);
  Event event;
  event.kind = EventKind::Journal;
  event.severity = Severity::Critical;
  event.what = "journal: " + failure.status.message();
  m_parts.events.append(std::move(event));
}

Status Pipeline::runSchema(std::string_view sql) {
  RETURN_IF_ERROR(primary().store().runScript(sql));
  for (const Sink* each : primaryFirst()) {
    if (each == &primary() || each->options().driver != primary().options().driver) continue;
    const Status made = find(each->name())->store().runScript(sql);
    if (made.isOk()) continue;
    Event event;
    event.kind = EventKind::SinkState;
    event.severity = Severity::Warning;
    event.sink = each->name();
    event.what = "sink " + each->name() + ": its tables could not be made: " + made.message();
    m_parts.events.append(std::move(event));
  }
  return refreshCatalog();
}

Status Pipeline::refreshCatalog() {
  const Result<Catalog> read = primary().store().readCatalog();
  // Away for now: intake goes on with the catalog that the journal holds.
  if (!read) return read.status().code() == StatusCode::Unavailable ? Status::ok() : read.status();
  const CatalogPointer before = m_journal->catalog();
  Catalog evolved = Catalog::evolve(*before, *read);
  if (evolved == *before) return Status::ok();
  return m_journal->setCatalog(std::make_shared<const Catalog>(std::move(evolved)));
}

/// A pause stands until somebody resumes: neither a load that ends nor a stop lifts it, only who
/// asks to flush or drain.
Status Pipeline::flushAndWait(SteadyTime deadline) {
  const Sequence target = m_journal->journaledHead();
  const std::optional<Pause> paused = primary().pauses().sink;
  if (!paused) primary().flushTo(target);
  Status waited = primary().waitSettled(target, deadline);
  if (!paused || waited.code() != StatusCode::Deadline) return waited;
  const std::string why = paused->why.empty() ? "" : " (" + paused->why + ")";
  return {StatusCode::Unavailable, "sink " + primary().name() + " is paused by " + paused->who +
                                       why + " until somebody resumes it"};
}

void Pipeline::flushOthers(SteadyTime deadline) {
  const Sequence target = m_journal->journaledHead();
  for (const auto& sink : m_sinks) {
    if (!sink->pauses().sink) sink->flushTo(target);
  }
  for (const auto& sink : m_sinks) {
    while (sink->settled() < target && sink->isWell() && m_parts.clock.steadyNow() < deadline) {
      const SteadyTime look = m_parts.clock.steadyNow() + kLookAtOthersEvery;
      (void)sink->waitSettled(target, std::min(look, deadline));  // who lacks what is told
    }
  }
}

std::uint64_t Pipeline::memoryBytes() const {
  std::uint64_t bytes =
      m_journal->usage().stagedBytes + m_known.memoryBytes() + m_acknowledgements.awaitedBytes();
  for (const auto& sink : m_sinks) bytes += sink->windowBytes();
  return bytes;
}

void Pipeline::measureBudgets() {
  const JournalUsage usage = m_journal->usage();
  m_gate.updateUsage({.memory = {memoryBytes(), m_options.memoryBudgetBytes},
                      .journal = {usage.usedBytes, m_options.journal.diskBudgetBytes},
                      .freeSpace = {usage.freeDiskBytes, m_options.journal.freeSpaceFloorBytes}});
  recordCrossings();
}

void Pipeline::recordCrossings() {
  for (const BackpressureEvent& crossing : m_gate.takeEvents()) {
    m_counters.pressureEvents.increment();
    const bool began = crossing.kind == BackpressureEvent::Kind::Began;
    Event event;
    event.kind = EventKind::Backpressure;
    event.severity = began ? Severity::Warning : Severity::Info;
    event.wallMicros = crossing.at.wall.time_since_epoch().count();
    event.budget = budgetName(crossing.budget);
    event.usedBytes = crossing.used;
    event.limitBytes = crossing.limit;
    event.touchedSets = crossing.touched();
    event.action = crossing.action();
    event.lastedMicros = began ? -1 : crossing.lasted.count();
    event.what = crossingText(crossing);
    if (!began) event.what += touchedText(crossing);
    m_parts.events.append(std::move(event));
  }
}

/// What is known is read from the records of a segment too, so it outlives them in a snapshot.
Status Pipeline::retireSegments() {
  Sequence passed = m_journal->syncedHead();
  for (const auto& sink : m_sinks) passed = std::min(passed, sink->keeps().value_or(passed));
  const SteadyTime now = m_parts.clock.steadyNow();
  const bool crowded = m_journal->usage().usedBytes > retainBytes(m_options);
  if (crowded && m_known.snapshotPosition() < passed && now >= m_nextSnapshot) {
    m_nextSnapshot = now + kSnapshotEvery;
    RETURN_IF_ERROR(m_known.writeSnapshots());
  }
  return m_journal->retire(std::min(passed, m_known.snapshotPosition()));
}

Sequence Pipeline::settledEverywhere() const {
  Sequence least = m_journal->syncedHead();
  for (const auto& sink : m_sinks) {
    if (sink->keeps()) least = std::min(least, sink->settled());
  }
  return least;
}

void Pipeline::detachLaggards() {
  for (std::size_t i = 0; i < m_sinks.size(); ++i) {
    const bool isWanted = i == m_roles->primary() || i == m_roles->underWay();
    if (isWanted || !m_lagWatches[i].limit().isSet() || !m_sinks[i]->keeps()) continue;
    const Lag lag = m_sinks[i]->lag();
    if (m_lagWatches[i].look(lag)) m_sinks[i]->letGo(lag);
  }
}

}  // namespace penstock
