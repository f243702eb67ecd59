// SPDX-License-Identifier: Apache-2.0
#include "engine/node.h"

#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "model/limits.h"

namespace penstock {
namespace {

/// Readings of the journal's size: one a second over the last minute.
constexpr std::size_t kJournalReadings = 60;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

std::int64_t micros(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

std::chrono::seconds secondsOf(std::int64_t micros) {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::microseconds(micros));
}

std::string freeSpaceText(const EngineOptions& options, std::uint64_t used, std::uint64_t floor) {
  return "only " + byteText(used) + " free on the journal's disk (" + options.dataDirectory +
         ", floor " + byteText(floor) + "): make room there";
}

/// `table players of primary by ops (maintenance), 40 change sets are held`
std::string pausedTableText(const std::string& sink, const PausedTableSnapshot& paused) {
  std::string text = "table " + paused.table + " of " + sink + " by " + paused.who;
  if (!paused.why.empty()) text += " (" + paused.why + ")";
  return text + ", " + groupedNumber(paused.held) +
         (paused.held == 1 ? " change set is held" : " change sets are held");
}

std::string pressureText(const BudgetSnapshot& budget, bool sheds) {
  std::string text = budget.name + " budget " + byteText(budget.usedBytes) + " of " +
                     byteText(budget.limitBytes) + ": intake is slowed down";
  if (sheds) text += ", and what may be shed is dropped";
  return text;
}

}  // namespace

Node::Node(const EngineOptions& options, Pipeline& pipeline, const Desks& desks, FileSystem& files)
    : m_options(options),
      m_pipeline(pipeline),
      m_letters(desks.letters),
      m_losses(desks.losses),
      m_acks(pipeline.counters().ackMicros),
      m_syncs(pipeline.counters().syncMicros),
      m_usage(files) {
  for (const auto& each : pipeline.sinks()) {
    m_watches.push_back({QuantilesBetweenSamples(each->counters().commitMicros), 0, 0});
  }
}

Sink& Node::sink(std::string_view name) const {
  Sink* found = m_pipeline.find(name);
  CHECK(found != nullptr);
  return *found;
}

std::vector<std::string> Node::sinkNames() const {
  std::vector<std::string> names;
  for (const Sink* each : m_pipeline.primaryFirst()) names.push_back(each->name());
  return names;
}

Sequence Node::syncedHead() const { return m_pipeline.journal().journaledHead(); }

SinkProgress Node::progress(std::string_view name) const { return sink(name).progress(); }

SinkSettings Node::settings(std::string_view name) const { return sink(name).settings(); }

void Node::pause(std::string_view name, const std::string& who, const std::string& why) {
  sink(name).pause(who, why);
}

std::string Node::resume(std::string_view name) { return sink(name).resume(); }

Status Node::checkTable(const std::string& table) const {
  if (m_pipeline.journal().catalog()->find(table) != nullptr) return Status::ok();
  return {StatusCode::NotFound,
          "there is no table '" + table + "' (write its name as the database has it)"};
}

Status Node::pauseTable(std::string_view name, const Command& command) {
  RETURN_IF_ERROR(checkTable(command.table));
  for (const auto& each : m_pipeline.sinks()) {
    // Of all or of none: the others are asked next.
    if (command.sink.empty() ? each->keepsRows() : each->name() == name) {
      RETURN_IF_ERROR(each->checkTablePause());
    }
  }
  if (sink(name).keepsRows()) sink(name).pauseTable(command.table, command.who, command.why);
  return Status::ok();
}

/// Also of one that was dropped meanwhile.
Result<std::string> Node::resumeTable(std::string_view name, const std::string& table) {
  std::string who = sink(name).resumeTable(table);
  if (who.empty()) RETURN_IF_ERROR(checkTable(table));
  return who;
}

Status Node::beginFailover(const std::string& to) {
  Roles& roles = m_pipeline.roles();
  const auto& sinks = m_pipeline.sinks();
  const auto place = static_cast<std::size_t>(
      std::ranges::find(sinks, to, [](const auto& each) { return each->name(); }) - sinks.begin());
  const std::string_view role = m_pipeline.roleOf(place);
  if (role == "primary") return {StatusCode::Conflict, "sink " + to + " is the primary already"};
  if (role != "standby") {
    return {StatusCode::Invalid, "sink " + to + " is " + (role == "archive" ? "an " : "a ") +
                                     std::string(role) +
                                     " (only a standby can take over; its role stands in the "
                                     "configuration)"};
  }
  if (const auto other = roles.underWay()) {
    return {StatusCode::Conflict,
            "a failover to " + sinks[*other]->name() + " is under way (wait until it ends)"};
  }
  roles.begin(place);
  return Status::ok();
}

FailoverProgress Node::failover() const {
  const Roles& roles = m_pipeline.roles();
  return {m_pipeline.primary().name(), roles.announced(), roles.mayEnd()};
}

void Node::flushTo(std::string_view name, Sequence target) { sink(name).flushTo(target); }

void Node::applySettings(std::string_view name, const SinkSettings& settings) {
  sink(name).apply(settings);
}

void Node::holdIntake(const std::string& reason) { m_pipeline.gate().hold(reason); }

bool Node::isIntakeQuiet() const { return m_pipeline.submitter().isQuiet(); }

bool Node::releaseIntake() {
  const bool wasHeld = !m_pipeline.gate().heldBecause().empty();
  m_pipeline.gate().release();
  return wasHeld;
}

std::string Node::intakeTrouble() const {
  if (const Status trouble = m_pipeline.journal().trouble(); !trouble.isOk()) {
    return trouble.message();
  }
  const IntakeGate& gate = m_pipeline.gate();
  if (!gate.isUnderPressure(Budget::FreeSpace)) return {};
  const BudgetUsage space = gate.usage(Budget::FreeSpace);
  return freeSpaceText(m_options, space.used, space.limit);
}

void Node::setWorkloadHost(WorkloadHost* host) {
  MutexLock lock(m_mutex);
  m_workloads = host;
}

Status Node::startWorkload(const Command& command) {
  MutexLock lock(m_mutex);
  if (m_workloads != nullptr) return m_workloads->start(command);
  return {StatusCode::Unsupported, "this node has no workloads"};
}

Status Node::stopWorkload() {
  MutexLock lock(m_mutex);
  if (m_workloads != nullptr) return m_workloads->stop();
  return {StatusCode::Unsupported, "this node has no workloads"};
}

void Node::orderLetters(const Command& command, const std::string& sink) {
  m_letters.order(command, sink);
}

LetterProgress Node::letters(CommandId id) const { return m_letters.progress(id); }

void Node::forgetLetters(CommandId id) { m_letters.forget(id); }

void Node::collect(Snapshot& snapshot) {
  snapshot.node = m_options.node.name;
  snapshot.environment = m_options.node.environment;
  copyTotals(m_pipeline.counters(), snapshot);
  snapshot.ackMicros = m_acks.take();
  snapshot.syncMicros = m_syncs.take();
  snapshot.residentBytes = m_usage.residentBytes();
  fillJournal(snapshot);
  fillBudgets(snapshot);
  for (std::size_t i = 0; i < m_watches.size(); ++i) {
    SinkSnapshot& each = snapshot.sinks.emplace_back();
    m_pipeline.sinks()[i]->fill(each);
    each.role = m_pipeline.roleOf(i);
    each.commitMicros = m_watches[i].commits.take();
    watchProgress(each, m_watches[i], snapshot.steadyMicros);
    tellStall(*m_pipeline.sinks()[i], m_watches[i], each);
  }
  const auto primary = std::ranges::find(snapshot.sinks, "primary", &SinkSnapshot::role);
  if (primary != snapshot.sinks.end()) {
    std::rotate(snapshot.sinks.begin(), primary, primary + 1);
  }
  {
    MutexLock lock(m_mutex);
    if (m_workloads != nullptr) snapshot.workload = m_workloads->snapshot();
  }
  if (snapshot.acceptedSets != m_lastAccepted || m_lastAcceptedAt == 0) {
    m_lastAccepted = snapshot.acceptedSets;
    m_lastAcceptedAt = snapshot.steadyMicros;
  }
  judge(snapshot);
}

void Node::fillJournal(Snapshot& snapshot) {
  const Journal& journal = m_pipeline.journal();
  const JournalUsage usage = journal.usage();
  snapshot.headSequence = toNumber(journal.syncedHead());
  snapshot.journalSyncs = journal.counters().groups;
  snapshot.journalBytes = usage.usedBytes;
  snapshot.journalLimitBytes = m_options.journal.diskBudgetBytes;
  if (m_journalUse.empty() ||
      snapshot.steadyMicros - m_journalUse.back().steadyMicros >= kMicrosPerSecond) {
    // What is passed and only retained gives way; what waits does not.
    const std::uint64_t waiting = journal.distanceFrom(m_pipeline.settledEverywhere()).bytes;
    m_journalUse.push_back({snapshot.runId, snapshot.steadyMicros, waiting});
    if (m_journalUse.size() > kJournalReadings) m_journalUse.pop_front();
  }
  const std::vector<Reading> readings(m_journalUse.begin(), m_journalUse.end());
  snapshot.journalFullInSeconds = fullInSeconds(readings, snapshot.journalLimitBytes);
}

void Node::fillBudgets(Snapshot& snapshot) {
  for (const Budget budget : {Budget::Memory, Budget::Journal, Budget::FreeSpace}) {
    // What is free is no part of a limit: the floor is shown only when it is reached.
    if (budget == Budget::FreeSpace && !m_pipeline.gate().isUnderPressure(budget)) continue;
    const BudgetUsage usage = m_pipeline.gate().usage(budget);
    BudgetSnapshot& each = snapshot.budgets.emplace_back();
    each.name = budgetName(budget);
    each.usedBytes = usage.used;
    each.limitBytes = usage.limit;
    each.highPercent = limits::kHighWatermarkPercent;
    each.lowPercent = limits::kLowWatermarkPercent;
    each.pressure = m_pipeline.gate().isUnderPressure(budget) ? 1 : 0;
  }
  snapshot.memoryBytes = snapshot.budgets.front().usedBytes;
}

/// Looks at progress, not at occupancy: busy workers that complete nothing are stalled too.
void Node::watchProgress(SinkSnapshot& sink, SinkWatch& watch, std::int64_t steadyMicros) {
  const bool moved = sink.settledSequence != watch.settled || sink.queueDepth == 0;
  if (moved || sink.state == SinkState::Paused || watch.settledAtMicros == 0) {
    watch.settled = sink.settledSequence;
    watch.settledAtMicros = steadyMicros;
  }
  const std::int64_t still = steadyMicros - watch.settledAtMicros;
  sink.stalledMicros = still >= micros(limits::kStalledAfter) ? still : 0;
}

/// Where nothing else tells why it stands: trouble and pauses have events of their own.
void Node::tellStall(Sink& sink, SinkWatch& watch, SinkSnapshot& snapshot) {
  const bool isUnexplained = snapshot.state == SinkState::Running;
  const std::int64_t now = isUnexplained ? snapshot.stalledMicros : 0;
  const std::int64_t before = std::exchange(watch.stalledMicros, now);
  if (before == 0 && now != 0) sink.tellStall(Sink::Stall::Began, secondsOf(now));
  if (before != 0 && now == 0) sink.tellStall(Sink::Stall::Ended, secondsOf(before));
  if (now == 0) return;
  const std::string waits = "no commit was answered for " +
                            groupedNumber(static_cast<std::uint64_t>(secondsOf(now).count())) +
                            " s";
  snapshot.stateReason = snapshot.stateReason.empty() ? waits : waits + "; " + snapshot.stateReason;
}

/// All that is wrong, the worst first; the status line shows that one and counts the others.
void Node::judge(Snapshot& snapshot) const {
  std::vector<ProblemSnapshot> problems;
  const std::string held = m_pipeline.gate().heldBecause();
  snapshot.intakeHeldBy = held;
  if (!held.empty()) {
    const bool draining = held.rfind("drain", 0) == 0;
    problems.push_back({draining ? NodeState::Draining : NodeState::IntakeHeld, held});
  }
  if (const Status trouble = m_pipeline.journal().trouble(); !trouble.isOk()) {
    problems.push_back({NodeState::IntakeHeld, trouble.message()});
  }
  const bool sheds = std::ranges::any_of(m_options.tables, [](const TablePolicy& table) {
    return table.overload == OverloadPolicy::Shed;
  });
  for (const BudgetSnapshot& budget : snapshot.budgets) {
    if (budget.pressure == 0) continue;
    const bool isHeld = budget.name == budgetName(Budget::FreeSpace);
    problems.push_back({isHeld ? NodeState::IntakeHeld : NodeState::Saturated,
                        isHeld ? freeSpaceText(m_options, budget.usedBytes, budget.limitBytes)
                               : pressureText(budget, sheds)});
  }
  for (const SinkSnapshot& sink : snapshot.sinks) {
    const std::string waits = groupedNumber(sink.queueDepth) + " change sets wait";
    if (sink.damage) {
      problems.push_back({NodeState::Damaged,
                          sink.name + " cannot read on: " + groupedNumber(sink.damage->records) +
                              " records of segment " + std::to_string(sink.damage->segment) +
                              " are damaged, " + waits});
    }
    for (const PausedTableSnapshot& table : sink.pausedTables) {
      problems.push_back({NodeState::Paused, pausedTableText(sink.name, table)});
    }
    if (sink.state == SinkState::Paused) {
      problems.push_back({NodeState::Paused, sink.name + " " + sink.stateReason + ", " + waits});
    } else if (sink.damage) {
      continue;  // that is why it stands still
    } else if (sink.state == SinkState::Down || sink.state == SinkState::Stopped) {
      problems.push_back({NodeState::SinkDown, sink.name + ": " + sink.stateReason + "; " + waits});
    } else if (sink.stalledMicros > 0) {
      problems.push_back({NodeState::Stalled, sink.name + ": nothing was persisted for " +
                                                  groupedNumber(sink.stalledMicros / 1'000'000) +
                                                  " s and " + waits});
    }
  }
  if (m_stopping.load()) problems.push_back({NodeState::Stopping, "draining before the end"});
  const bool quiet = snapshot.sinks.empty() || snapshot.sinks.front().queueDepth == 0;
  if (problems.empty() && quiet &&
      snapshot.steadyMicros - m_lastAcceptedAt > micros(limits::kIdleAfter)) {
    snapshot.state = NodeState::Idle;
    return;
  }
  if (problems.empty()) return;
  std::ranges::stable_sort(problems, std::ranges::greater{}, &ProblemSnapshot::state);
  snapshot.state = problems.front().state;
  snapshot.stateReason = std::move(problems.front().reason);
  problems.erase(problems.begin());
  snapshot.furtherProblems = std::move(problems);
}

}  // namespace penstock
