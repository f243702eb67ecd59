// SPDX-License-Identifier: Apache-2.0
#include "engine/operate/command_book.h"

#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "model/limits.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;

std::int64_t microsBetween(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
}

Status checkRange(const char* name, std::uint32_t value,
                  std::pair<std::size_t, std::size_t> range) {
  if (value >= range.first && value <= range.second) return Status::ok();
  return {StatusCode::Invalid, std::string(name) + ": " + std::to_string(value) +
                                   " is out of range (" + std::to_string(range.first) + " to " +
                                   std::to_string(range.second) + ")"};
}

std::string settingsText(const SinkSettings& settings) {
  return std::to_string(settings.workers) + " workers, batches of " +
         std::to_string(settings.batchRows) + ", linger " + std::to_string(settings.lingerMs) +
         " ms";
}

bool isOfLetters(CommandKind kind) {
  return kind == CommandKind::RetryLetters || kind == CommandKind::DiscardLetters;
}

}  // namespace

CommandBook::CommandBook(OperatedNode& node, Outputs outputs)
    : m_node(node), m_outputs(std::move(outputs)) {}

void CommandBook::handle(const Command& command, SteadyTime now) {
  if (answerRepeat(command)) return;
  Pending pending;
  pending.command = command;
  pending.received = now;
  m_outputs.answer({command.id, command.kind, CommandStage::Acknowledged, Status::ok(), {}, 0, 0});
  if (command.deadlineMs) pending.deadline = now + milliseconds(*command.deadlineMs);
  const Status begun = begin(pending);
  if (!begun.isOk()) {
    finish(pending, now, begun);
    return;
  }
  m_pending.push_back(std::move(pending));
  poll(now);
}

bool CommandBook::answerRepeat(const Command& command) {
  for (const CommandAnswer& answer : m_answered) {
    if (answer.id != command.id) continue;
    m_outputs.answer(answer);
    return true;
  }
  for (const Pending& pending : m_pending) {
    if (pending.command.id != command.id) continue;
    m_outputs.answer(
        {command.id, command.kind, CommandStage::Acknowledged, Status::ok(), {}, 0, 0});
    return true;
  }
  return false;
}

Status CommandBook::chooseSinks(Pending& pending) const {
  const std::vector<std::string> names = m_node.sinkNames();
  if (pending.command.sink.empty()) {
    pending.sinks = names;
    return Status::ok();
  }
  if (std::find(names.begin(), names.end(), pending.command.sink) == names.end()) {
    return {StatusCode::NotFound, "there is no sink '" + pending.command.sink + "'"};
  }
  pending.sinks = {pending.command.sink};
  return Status::ok();
}

Status CommandBook::begin(Pending& pending) {
  RETURN_IF_ERROR(chooseSinks(pending));
  const Command& command = pending.command;
  const bool mayNameTable =
      command.kind == CommandKind::Pause || command.kind == CommandKind::Resume;
  if (!command.table.empty() && !mayNameTable) {
    return {StatusCode::Invalid, "a table alone can be paused and resumed, nothing else (table '" +
                                     command.table + "')"};
  }
  switch (command.kind) {
    case CommandKind::Pause:
    case CommandKind::Resume:
      return beginPause(pending);
    case CommandKind::Flush:
      beginFlush(pending, pending.received);
      return Status::ok();
    case CommandKind::Drain:
      m_node.holdIntake("drain by " + command.who);
      pending.held = Pending::Intake::Held;
      beginFlush(pending, pending.received);
      return Status::ok();
    case CommandKind::Release:
      pending.oldValue = m_node.releaseIntake() ? "held" : "not held";
      return Status::ok();
    case CommandKind::Resize:
    case CommandKind::Configure:
      return beginSettings(pending);
    case CommandKind::StartWorkload:
      pending.newValue = command.workload;
      return m_node.startWorkload(command);
    case CommandKind::StopWorkload:
      return m_node.stopWorkload();
    case CommandKind::RetryLetters:
    case CommandKind::DiscardLetters:
      return beginLetters(pending);
    case CommandKind::AcceptLoss:
      m_node.orderLoss(command);
      return Status::ok();
    case CommandKind::FailOver:
      return beginFailover(pending);
  }
  return {StatusCode::Unsupported, "this command is not available yet"};
}

Status CommandBook::beginPause(Pending& pending) {
  const Command& command = pending.command;
  const bool pauses = command.kind == CommandKind::Pause;
  for (const auto& sink : pending.sinks) {
    std::string who;
    if (pauses && command.table.empty()) {
      m_node.pause(sink, command.who, command.why);
    } else if (pauses) {
      RETURN_IF_ERROR(m_node.pauseTable(sink, command));
    } else if (command.table.empty()) {
      who = m_node.resume(sink);
    } else {
      Result<std::string> resumed = m_node.resumeTable(sink, command.table);
      if (!resumed) return resumed.status();
      who = std::move(*resumed);
    }
    if (!who.empty()) pending.oldValue = "paused by " + who;
  }
  pending.newValue = pauses ? "paused" : "running";
  const bool releases = !pauses && !command.table.empty();
  if (releases && !command.deadlineMs) {
    pending.deadline = pending.received + limits::kFlushDeadlineDefault;
  }
  return Status::ok();
}

/// A table that was resumed: what was held has followed, as far as its sink lets it now.
bool CommandBook::isPauseInEffect(const Pending& pending, const SinkProgress& progress) const {
  const bool pauses = pending.command.kind == CommandKind::Pause;
  if (pending.command.table.empty()) return !pauses || progress.commitsRunning == 0;
  if (pauses || progress.isPaused || !progress.stopped.isOk()) return progress.arePausesInEffect;
  return progress.arePausesInEffect && !progress.isReviewing;
}

std::string CommandBook::pauseText(const Pending& pending) const {
  const Command& command = pending.command;
  const bool pauses = command.kind == CommandKind::Pause;
  if (command.table.empty()) {
    std::string text = pauses ? "flushing is paused" : "flushing again";
    const SinkProgress progress = m_node.progress(pending.sinks.front());
    if (!pauses && !progress.pausedTables.empty()) {
      text += "; table " + progress.pausedTables.front();
      const std::size_t more = progress.pausedTables.size() - 1;
      if (more > 0) text += " and " + groupedNumber(std::uint64_t{more}) + " more";
      text += more > 0 ? " stay paused" : " stays paused";
    }
    return text;
  }
  const std::string table = "table " + command.table;
  if (pauses) return table + " is paused, others go on";
  if (pending.oldValue.empty()) return table + " was not paused";
  const SinkProgress progress = m_node.progress(pending.sinks.front());
  return table + (progress.isReviewing ? " is resumed; what was held follows when its sink goes on"
                                       : " is resumed, and what was held has followed");
}

/// What only the disk holds, no command opens.
std::string CommandBook::releaseText(const Pending& pending) const {
  const std::string trouble = m_node.intakeTrouble();
  if (trouble.empty()) return "intake is open";
  const bool wasHeld = pending.oldValue == "held";
  return (wasHeld ? "no drain holds intake any more; " : "no drain holds intake; ") +
         ("it opens by itself when its reason is gone: " + trouble);
}

/// Of what a flush has passed and not persisted; empty: nothing.
std::string CommandBook::heldText(const Pending& pending) const {
  std::string text;
  for (const auto& sink : pending.sinks) {
    const SinkProgress progress = m_node.progress(sink);
    if (progress.held == 0) continue;
    text += "; not persisted by " + sink + ": " + progress.heldWhy;
  }
  return text;
}

void CommandBook::beginFlush(Pending& pending, SteadyTime now) {
  pending.target = m_node.syncedHead();
  pending.settledBefore = settledSets(pending);
  if (!pending.command.deadlineMs) pending.deadline = now + limits::kFlushDeadlineDefault;
  for (const auto& sink : pending.sinks) m_node.flushTo(sink, pending.target);
}

Status CommandBook::beginSettings(Pending& pending) {
  const Command& command = pending.command;
  if (command.workers) {
    RETURN_IF_ERROR(
        checkRange("workers", *command.workers, {limits::kWorkersMin, limits::kWorkersMax}));
  }
  if (command.batchRows) {
    RETURN_IF_ERROR(checkRange("batch rows", *command.batchRows,
                               {limits::kBatchRowsMin, limits::kBatchRowsMax}));
  }
  if (command.lingerMs) {
    RETURN_IF_ERROR(checkRange("linger (ms)", *command.lingerMs,
                               {0, static_cast<std::size_t>(limits::kLingerMax.count())}));
  }
  for (const auto& sink : pending.sinks) {
    SinkSettings settings = m_node.settings(sink);
    pending.oldValue = settingsText(settings);
    settings.workers = command.workers.value_or(settings.workers);
    settings.batchRows = command.batchRows.value_or(settings.batchRows);
    settings.lingerMs = command.lingerMs.value_or(settings.lingerMs);
    pending.newValue = settingsText(settings);
    m_node.applySettings(sink, settings);
  }
  return Status::ok();
}

/// Letters live in one sink's store: the primary's, unless another one is named.
Status CommandBook::beginLetters(Pending& pending) {
  const Command& command = pending.command;
  if (command.letters.empty() && !command.allLetters) {
    return {StatusCode::Invalid, "which dead letters? (name their sequences, or say all)"};
  }
  pending.sinks.resize(1);
  pending.refusedBefore = m_node.progress(pending.sinks.front()).lettersRefused;
  if (!command.deadlineMs) pending.deadline = pending.received + limits::kFlushDeadlineDefault;
  m_node.orderLetters(command, pending.sinks.front());
  return Status::ok();
}

CommandBook::Progress CommandBook::lookAtLetters(const Pending& pending, Status& failure) const {
  const std::string& sink = pending.sinks.front();
  const LetterProgress letters = m_node.letters(pending.command.id);
  if (!letters.written) return Progress::Waiting;
  if (letters.ordered == 0 && !letters.status.isOk()) {
    failure = letters.status;
    return Progress::Failed;
  }
  const SinkProgress progress = m_node.progress(sink);
  if (progress.settled >= letters.last && !progress.isReviewing) return Progress::Done;
  if (progress.isPaused) return Progress::Done;  // nobody knows for how long
  if (!progress.stopped.isOk()) failure = progress.stopped.withContext("sink " + sink);
  return failure.isOk() ? Progress::Waiting : Progress::Failed;
}

Status CommandBook::beginFailover(Pending& pending) {
  const std::string& to = pending.command.sink;
  if (to.empty()) return {StatusCode::Invalid, "which standby? (name the sink)"};
  pending.oldValue = m_node.failover().from;
  pending.newValue = to;
  RETURN_IF_ERROR(m_node.beginFailover(to));
  if (!pending.command.deadlineMs) {
    pending.deadline = pending.received + limits::kFlushDeadlineDefault;
  }
  m_node.flushTo(to, m_node.failover().announced);
  return Status::ok();
}

/// All or nothing: one that does not come to its end leaves the primary as it was.
CommandBook::Progress CommandBook::lookAtFailover(const Pending& pending, SteadyTime now,
                                                  Status& failure) {
  const FailoverProgress failover = m_node.failover();
  const SinkProgress standby = m_node.progress(pending.newValue);
  if (failover.mayEnd) {
    failure = m_node.endFailover();
    if (failure.isOk()) return Progress::Done;
  } else if (!standby.stopped.isOk()) {
    failure = standby.stopped.withContext("sink " + pending.newValue);
  } else if (now >= pending.deadline) {
    failure = Status(StatusCode::Deadline,
                     pending.newValue + " has settled " + groupedNumber(toNumber(standby.settled)) +
                         " of the " + groupedNumber(toNumber(failover.announced)) +
                         " that were announced as persisted, and has to have them all");
  } else {
    return Progress::Waiting;
  }
  m_node.cancelFailover();
  failure = Status(failure.code(), failure.message() + "; " + failover.from + " stays the primary");
  return Progress::Failed;
}

CommandBook::Progress CommandBook::lookAtLoss(const Pending& pending, Status& failure) const {
  const LossProgress loss = m_node.loss(pending.command.id);
  if (!loss.ended) return Progress::Waiting;
  failure = loss.status;
  return failure.isOk() ? Progress::Done : Progress::Failed;
}

std::string CommandBook::lettersText(const Pending& pending, std::uint64_t done) const {
  const LetterProgress letters = m_node.letters(pending.command.id);
  const std::string& sink = pending.sinks.front();
  if (m_node.progress(sink).settled < letters.last) {
    return groupedNumber(letters.ordered) + " decisions are journaled; sink " + sink +
           " is paused, and carries them out when it is resumed";
  }
  const bool retried = pending.command.kind == CommandKind::RetryLetters;
  const std::uint64_t refused = letters.ordered - done;
  std::string text = groupedNumber(done) + (done == 1 ? " dead letter " : " dead letters ") +
                     (retried ? "retried with success" : "discarded");
  if (refused > 0) text += ", " + groupedNumber(refused) + " refused again";
  if (letters.unfit > 0) {
    text += ", " + groupedNumber(letters.unfit) + " no longer fit the tables (" +
            letters.firstUnfit + ")";
  }
  if (letters.held > 0) {
    text += ", " + groupedNumber(letters.held) + " were held and followed as far as they could";
  }
  if (letters.paused > 0) {
    text += ", " + groupedNumber(letters.paused) + (letters.paused == 1 ? " stays" : " stay") +
            ": " + letters.firstPaused + " (resume it first)";
  }
  if (!letters.status.isOk()) text += "; ended early: " + letters.status.message();
  return text;
}

void CommandBook::poll(SteadyTime now) {
  for (auto each = m_pending.begin(); each != m_pending.end();) {
    Status failure;
    const Progress progress = look(*each, now, failure);
    if (progress == Progress::Waiting) {
      ++each;
      continue;
    }
    const Pending pending = std::move(*each);
    each = m_pending.erase(each);
    finish(pending, now, failure);
  }
}

/// What was on its way when intake was held belongs to the drain too.
bool CommandBook::coversAllThatCameIn(Pending& pending) {
  if (!m_node.isIntakeQuiet()) return false;
  const Sequence head = m_node.syncedHead();
  if (head <= pending.target) return true;
  pending.target = head;
  for (const auto& sink : pending.sinks) m_node.flushTo(sink, head);
  return true;
}

CommandBook::Progress CommandBook::look(Pending& pending, SteadyTime now, Status& failure) {
  const CommandKind kind = pending.command.kind;
  if (kind == CommandKind::FailOver) return lookAtFailover(pending, now, failure);
  bool done = kind != CommandKind::Drain || coversAllThatCameIn(pending);
  if (isOfLetters(kind) || kind == CommandKind::AcceptLoss) {
    const Progress progress = kind == CommandKind::AcceptLoss ? lookAtLoss(pending, failure)
                                                              : lookAtLetters(pending, failure);
    if (progress != Progress::Waiting) return progress;
    done = false;
  }
  for (const auto& sink : pending.sinks) {
    const SinkProgress progress = m_node.progress(sink);
    if (kind == CommandKind::Flush || kind == CommandKind::Drain) {
      if (progress.settled >= pending.target) continue;
      done = false;
      if (!progress.stopped.isOk()) failure = progress.stopped.withContext("sink " + sink);
    } else if (kind == CommandKind::Pause || kind == CommandKind::Resume) {
      done = done && isPauseInEffect(pending, progress);
    } else if (kind == CommandKind::Resize && progress.stopped.isOk()) {
      done = done && progress.workersWanted == m_node.settings(sink).workers;
    }
  }
  if (done) return Progress::Done;
  if (!failure.isOk()) return Progress::Failed;
  if (now < pending.deadline) return Progress::Waiting;
  if (kind == CommandKind::Resume) return Progress::Done;  // what was held follows later
  failure = Status(StatusCode::Deadline, "not finished in time; what was begun goes on");
  return Progress::Failed;
}

std::uint64_t CommandBook::settledSets(const Pending& pending) const {
  std::uint64_t sets = 0;
  for (const auto& sink : pending.sinks) {
    sets = std::max(sets, m_node.progress(sink).settledSets);
  }
  return sets;
}

std::string CommandBook::effectText(const Pending& pending, std::uint64_t count,
                                    SteadyTime now) const {
  const auto millis = microsBetween(pending.received, now) / 1000;
  switch (pending.command.kind) {
    case CommandKind::Pause:
    case CommandKind::Resume:
      return pauseText(pending);
    case CommandKind::Flush:
      return "flushed " + groupedNumber(count) + " change sets in " + groupedNumber(millis) +
             " ms" + heldText(pending);
    case CommandKind::Drain:
      return "drained " + groupedNumber(count) + " change sets in " + groupedNumber(millis) +
             " ms" +
             (pending.command.afterDrain == Command::AfterDrain::StayHeld ? "; intake stays held"
                                                                          : "") +
             heldText(pending);
    case CommandKind::Release:
      return releaseText(pending);
    case CommandKind::Resize:
    case CommandKind::Configure:
      return pending.newValue;
    case CommandKind::RetryLetters:
    case CommandKind::DiscardLetters:
      return lettersText(pending, count);
    case CommandKind::AcceptLoss:
      return m_node.loss(pending.command.id).text;
    case CommandKind::FailOver:
      return pending.newValue + " is the primary, " + pending.oldValue + " is a standby";
    case CommandKind::StartWorkload:
      return pending.command.workload + " started";
    case CommandKind::StopWorkload:
      return "workload stopped";
  }
  return {};
}

bool CommandBook::anotherHoldsIntake() const {
  return std::any_of(m_pending.begin(), m_pending.end(),
                     [](const Pending& pending) { return pending.held == Pending::Intake::Held; });
}

void CommandBook::finish(const Pending& pending, SteadyTime now, const Status& status) {
  const Command& command = pending.command;
  const bool drained = command.kind == CommandKind::Drain;
  // Who did not hold it, does not open it: another drain may have left it held, or is under way.
  const bool held = pending.held == Pending::Intake::Held && !anotherHoldsIntake();
  if (held && (command.afterDrain == Command::AfterDrain::Open || !status.isOk())) {
    m_node.releaseIntake();
  } else if (held) {
    m_node.holdIntake("since the drain by " + command.who);
  }
  CommandAnswer answer{command.id,
                       command.kind,
                       CommandStage::InEffect,
                       status,
                       {},
                       0,
                       microsBetween(pending.received, now)};
  if (command.kind == CommandKind::Flush || drained) {
    const std::uint64_t settled = settledSets(pending);
    answer.count = settled > pending.settledBefore ? settled - pending.settledBefore : 0;
  }
  if (isOfLetters(command.kind) && status.isOk()) {
    const LetterProgress letters = m_node.letters(command.id);
    const SinkProgress progress = m_node.progress(pending.sinks.front());
    const std::uint64_t refused = progress.lettersRefused - pending.refusedBefore;
    const bool isDone = progress.settled >= letters.last;
    answer.count = isDone ? letters.ordered - std::min(letters.ordered, refused) : 0;
  }
  if (!status.isOk()) answer.stage = CommandStage::Failed;
  answer.text = status.isOk() ? effectText(pending, answer.count, now) : status.message();
  m_answered.push_back(answer);
  if (m_answered.size() > limits::kCommandAnswersMax) m_answered.pop_front();
  if (isOfLetters(command.kind)) m_node.forgetLetters(command.id);
  if (command.kind == CommandKind::AcceptLoss) m_node.forgetLoss(command.id);

  Event event;
  event.kind = EventKind::Command;
  event.severity = status.isOk() ? Severity::Info : Severity::Warning;
  event.sink = command.sink;
  event.who = command.who;
  event.what = std::string(commandKindName(command.kind)) + ": " + answer.text;
  if (!command.why.empty()) event.what += " (" + command.why + ")";
  event.oldValue = pending.oldValue;
  event.newValue = pending.newValue;
  m_outputs.event(std::move(event));
  m_outputs.answer(std::move(answer));
}

}  // namespace penstock
