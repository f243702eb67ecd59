// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/status_text.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "metrics/rates.h"
#include "model/limits.h"
#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

constexpr std::int64_t kStaleMicros = 2'000'000;  // and more than three intervals
static_assert(kStaleMicros > 3 * std::chrono::microseconds(limits::kSampleInterval).count());
constexpr std::int64_t kSilentMicros = 10'000'000;
/// How soon a filling journal is a caution, and an alarm.
constexpr double kFillingCautionSeconds = 2 * 3600;
constexpr double kFillingAlarmSeconds = 600;

struct StateLook {
  Tone tone;
  const char* word;
  const char* advice;
};

StateLook lookOf(NodeState state) {
  switch (state) {
    case NodeState::Healthy:
      return {Tone::Good, "Healthy", ""};
    case NodeState::Idle:
      return {Tone::Neutral, "Idle", ""};
    case NodeState::Recovering:
      return {Tone::Notice, "Recovering", ""};
    case NodeState::Draining:
      return {Tone::Notice, "Draining", ""};
    case NodeState::Stopping:
      return {Tone::Notice, "Stopping", ""};
    case NodeState::Paused:
      return {Tone::Caution, "Paused", "Resume when the reason is over"};
    case NodeState::Saturated:
      return {Tone::Alarm, "Saturated", "Slow the producers down, or help the sink"};
    case NodeState::Stalled:
      return {Tone::Alarm, "Stalled",
              "The database has a commit and does not answer: look at its disk, network, machine"};
    case NodeState::SinkDown:
      return {Tone::Alarm, "Database down",
              "Look for a lock, its disk, its network; what is journaled is safe and follows by "
              "itself"};
    case NodeState::IntakeHeld:
      return {Tone::Alarm, "Intake held", "Free disk space, or open the intake that a drain held"};
    case NodeState::Damaged:
      return {Tone::Alarm, "Journal damaged",
              "Decide in the tab Sinks; nothing is skipped until then"};
  }
  return {Tone::Neutral, "Unknown", ""};
}

QString sinceText(std::int64_t micros, const StatusInput& input) {
  if (micros <= 0) return {};
  return " since " + formatMinute(micros, input.timeStyle, input.nowMicros);
}

QString moreText(std::size_t problems) {
  if (problems == 0) return {};
  return QStringLiteral(", +%1 more").arg(problems);
}

QString journalText(const Snapshot& sample) {
  if (sample.journalFullInSeconds < 0) return {};
  return ", journal full in " + formatDuration(sample.journalFullInSeconds);
}

// The engine names who paused; with or without the words around it.
QString pausedBy(const std::string& reason) {
  QString who = displayText(reason, 80);
  for (const char* beginning : {"paused by ", "Paused by ", "by "}) {
    if (who.startsWith(beginning)) who.remove(0, static_cast<int>(qstrlen(beginning)));
  }
  return who.isEmpty() ? QString() : " by " + isolatedText(who.toStdString(), 80);
}

StatusText pausedText(const Snapshot& sample, const SinkSnapshot* sink, StatusText status,
                      const StatusInput& input) {
  const std::string& reason =
      sink != nullptr && !sink->stateReason.empty() ? sink->stateReason : sample.stateReason;
  status.text = "Paused" + pausedBy(reason);
  if (sink != nullptr) {
    status.text += sinceText(sink->stateSinceMicros, input);
    status.text += ", " + formatCount(sink->queueDepth) + " wait";
    if (!sink->pausedTables.empty()) {
      status.text += "; table " + isolatedText(sink->pausedTables.front().table, 60) +
                     (sink->pausedTables.size() == 1 ? " is paused of itself"
                                                     : " and others are paused of themselves");
    }
  }
  status.text += journalText(sample);
  status.titleTag = QStringLiteral("[Paused]");
  return status;
}

// Only tables are: their sinks go on with the others.
StatusText pausedTableText(const Snapshot& sample, StatusText status, const StatusInput& input) {
  const PausedTableSnapshot* first = nullptr;
  std::size_t tables = 0;
  for (const SinkSnapshot& sink : sample.sinks) {
    tables += sink.pausedTables.size();
    if (first == nullptr && !sink.pausedTables.empty()) first = &sink.pausedTables.front();
  }
  if (first == nullptr) return status;
  status.word = QStringLiteral("Table paused");
  status.text = status.word + ": " + isolatedText(first->table, 60) + " by " +
                isolatedText(first->who, 80) + sinceText(first->sinceMicros, input);
  if (!first->why.empty()) status.text += " (" + displayText(first->why, 120) + ")";
  status.text += ", " + formatCount(first->held) +
                 (first->held == 1 ? " change set is held" : " change sets are held");
  status.advice = QStringLiteral("Choose the table as scope in Controls, then Resume table");
  status.titleTag = tables == 1 ? QStringLiteral("[Table paused]")
                                : QStringLiteral("[%1 tables paused]").arg(tables);
  return status;
}

// The one the window looks at if that is the paused one, else the first that is.
const SinkSnapshot* pausedSink(const Snapshot& sample, const std::string& name) {
  const SinkSnapshot* chosen = findSink(sample, name);
  if (chosen != nullptr && chosen->state == SinkState::Paused) return chosen;
  for (const SinkSnapshot& sink : sample.sinks) {
    if (sink.state == SinkState::Paused) return &sink;
  }
  return chosen;
}

std::uint64_t waitingIn(const Snapshot& sample) {
  std::uint64_t most = 0;
  for (const SinkSnapshot& sink : sample.sinks) most = std::max(most, sink.queueDepth);
  return most;
}

// A node that does well can have letters that wait for somebody.
StatusText deadLettersText(std::uint64_t letters, std::uint64_t held) {
  StatusText status;
  status.tone = Tone::Alarm;
  status.word = QStringLiteral("Dead letters");
  const std::uint64_t refused = letters - std::min(letters, held);
  if (refused == 0) {
    status.text = status.word + ": " + formatCount(letters) +
                  (letters == 1 ? " change set is held" : " change sets are held");
    status.advice = QStringLiteral("The tab Sinks says for what they wait");
    return status;
  }
  status.text = status.word + ": the database refused " + formatCount(refused) +
                (refused == 1 ? " change set for good" : " change sets for good");
  if (held > 0) status.text += ", " + formatCount(held) + " more are held behind them";
  status.advice = held > 0
                      ? QStringLiteral("The tab Sinks says which to decide first, and why")
                      : QStringLiteral("See the tab Dead letters; all other change sets go on");
  return status;
}

// A node that does well now and will not stay so.
StatusText fillingText(const Snapshot& sample) {
  StatusText status;
  status.tone = fillingTone(sample.journalFullInSeconds);
  status.word = QStringLiteral("Filling");
  status.text = status.word + ": " + formatCount(waitingIn(sample)) + " wait" + journalText(sample);
  status.advice = QStringLiteral("Slow the producers down, or help the sink");
  return status;
}

// Held ones whose turn has come; the count of letters follows them, that of held ones comes after.
StatusText releasingText(std::uint64_t letters) {
  StatusText status;
  status.tone = Tone::Notice;
  status.word = QStringLiteral("Releasing");
  status.text = status.word + ": " + formatCount(letters) +
                (letters == 1 ? " dead letter is left" : " dead letters are left") +
                ", held ones follow in order";
  return status;
}

// The worst of what a node does not call a state of its own, if there is any.
std::optional<StatusText> textOfForecast(const Snapshot& sample) {
  if (sample.state != NodeState::Healthy && sample.state != NodeState::Idle) return {};
  std::uint64_t letters = 0;
  std::uint64_t held = 0;
  bool isReleasing = false;
  for (const SinkSnapshot& sink : sample.sinks) {
    letters += sink.deadLettersWaiting;
    held += sink.heldLetters;
    isReleasing = isReleasing || sink.isReleasing;
  }
  const Tone filling = fillingTone(sample.journalFullInSeconds);
  const int further = int(letters > 0) + int(filling != Tone::Neutral) - 1;
  if (further < 0) return {};
  const bool isFilling = filling == Tone::Alarm || letters == 0;
  StatusText status = isFilling     ? fillingText(sample)
                      : isReleasing ? releasingText(letters)
                                    : deadLettersText(letters, held);
  if (further > 0) status.text += QStringLiteral(", +%1 more").arg(further);
  return status;
}

// A full disk needs no button: intake opens by itself. One held by a drain does.
void adviseAboutDisk(const Snapshot& sample, StatusText& status) {
  const bool isFull = std::ranges::any_of(sample.budgets, [](const BudgetSnapshot& budget) {
    return budget.name == "free_space" && budget.pressure != 0;
  });
  if (sample.state != NodeState::IntakeHeld || !isFull) return;
  status.advice = QStringLiteral("Intake opens by itself when there is room again");
}

// One that was stopped for good does not come back by itself, whatever the database does.
void adviseAboutStopped(const Snapshot& sample, StatusText& status) {
  const bool isStopped = std::ranges::any_of(
      sample.sinks, [](const SinkSnapshot& sink) { return sink.state == SinkState::Stopped; });
  if (sample.state != NodeState::SinkDown || !isStopped) return;
  status.word = QStringLiteral("Sink stopped");
  status.advice = QStringLiteral("Mend the reason, then start again; what is journaled is safe");
}

// A pause is said whatever else is wrong: it may be the cause. Returns whether there is one.
bool addPause(const Snapshot& sample, StatusText& status, const StatusInput& input) {
  const auto paused = std::ranges::find(sample.sinks, SinkState::Paused, &SinkSnapshot::state);
  if (paused == sample.sinks.end()) return false;
  status.text += "; " + isolatedText(paused->name, 60) + " is paused" +
                 pausedBy(paused->stateReason) + sinceText(paused->stateSinceMicros, input);
  status.titleTag = QStringLiteral("[Paused]");
  if (sample.state == NodeState::Saturated) {
    status.advice = QStringLiteral("Resume flushing");
  }
  return true;
}

StatusText textOfState(const Snapshot& sample, const StatusInput& input) {
  const StateLook look = lookOf(sample.state);
  StatusText status;
  status.tone = look.tone;
  status.word = QString::fromLatin1(look.word);
  status.advice = QString::fromLatin1(look.advice);
  adviseAboutStopped(sample, status);
  adviseAboutDisk(sample, status);
  const bool isSinkPaused = std::ranges::any_of(
      sample.sinks, [](const SinkSnapshot& sink) { return sink.state == SinkState::Paused; });
  const bool isTablePaused = std::ranges::any_of(
      sample.sinks, [](const SinkSnapshot& sink) { return !sink.pausedTables.empty(); });
  if (sample.state == NodeState::Paused && isTablePaused && !isSinkPaused) {
    status = pausedTableText(sample, status, input);
  } else if (sample.state == NodeState::Paused) {
    status = pausedText(sample, pausedSink(sample, input.sink), status, input);
  } else if (!sample.stateReason.empty()) {
    status.text = status.word + ": " + displayText(sample.stateReason, 300);
  } else if (sample.state == NodeState::Idle) {
    status.text = QStringLiteral("Idle: nothing waits and nothing comes");
  } else {
    status.text = status.word;
  }
  const bool isPauseTold = sample.state != NodeState::Paused && addPause(sample, status, input);
  const std::size_t further = sample.furtherProblems.size();
  status.text += moreText(further - std::min(further, std::size_t{isPauseTold}));
  for (const ProblemSnapshot& problem : sample.furtherProblems) {
    status.further << QString::fromLatin1(lookOf(problem.state).word) + ": " +
                          displayText(problem.reason, 300);
  }
  return status;
}

QString reasonText(const LinkState& link) {
  return link.reason.empty() ? QString() : " (" + displayText(link.reason, 120) + ")";
}

StatusText disconnectedText(const StatusInput& input) {
  StatusText status;
  status.tone = Tone::Alarm;
  status.word = QStringLiteral("Not connected");
  status.action = StatusText::Action::TryNow;
  status.text = status.word;
  if (input.link.sinceMicros > 0) {
    status.text +=
        " since " + formatClock(input.link.sinceMicros, input.timeStyle, input.nowMicros);
  }
  status.text += reasonText(input.link) + ".";
  if (input.link.nextTryMicros > input.nowMicros) {
    const auto wait = static_cast<double>(input.link.nextTryMicros - input.nowMicros) / 1e6;
    status.text += " Next try in " + formatDuration(std::max(1.0, std::round(wait))) + ".";
  }
  return status;
}

StatusText mismatchText(const StatusInput& input) {
  StatusText status;
  status.tone = Tone::Alarm;
  status.word = QStringLiteral("Version mismatch");
  status.text = status.word + reasonText(input.link);
  status.advice = QStringLiteral("Update the older one of window and node");
  return status;
}

StatusText waitingText(const StatusInput& input) {
  StatusText status;
  status.tone = Tone::Notice;
  const bool isConnecting = input.link.phase == LinkState::Phase::Connecting;
  status.word = isConnecting ? QStringLiteral("Connecting") : QStringLiteral("No data yet");
  status.text = isConnecting ? QStringLiteral("Connecting to ") + displayText(input.link.node, 80)
                             : QStringLiteral("No data yet: waiting for the first sample");
  return status;
}

StatusText staleText(const StatusInput& input) {
  const auto age = static_cast<double>(input.nowMicros - input.newest->wallMicros) / 1e6;
  StatusText status;
  status.tone = Tone::Stale;
  status.word = QStringLiteral("Stale");
  const QString last = displayText(QString::fromLatin1(lookOf(input.newest->state).word));
  status.text = "Stale: no sample for " + formatDuration(age) + "; it was: " + last;
  if (input.nowMicros - input.newest->wallMicros > kSilentMicros) {
    status.tone = Tone::Alarm;
    status.action = StatusText::Action::TryNow;
  }
  return status;
}

}  // namespace

StatusInput statusInputOf(const SampleStore& store, std::int64_t nowMicros) {
  StatusInput input;
  input.newest = store.newest();
  input.before = store.rateBase();
  input.recent.assign(store.recent().begin(), store.recent().end());
  input.sink = store.sink();
  input.nowMicros = nowMicros;
  return input;
}

StatusText statusText(const StatusInput& input) {
  switch (input.link.phase) {
    case LinkState::Phase::VersionMismatch:
      return mismatchText(input);
    case LinkState::Phase::Disconnected:
      return disconnectedText(input);
    case LinkState::Phase::Connecting:
    case LinkState::Phase::Connected:
      break;
  }
  if (input.newest == nullptr) return waitingText(input);
  if (isStale(input)) return staleText(input);
  if (std::optional<StatusText> forecast = textOfForecast(*input.newest)) return *forecast;
  return textOfState(*input.newest, input);
}

Tone fillingTone(double fullInSeconds) {
  if (fullInSeconds < 0 || fullInSeconds > kFillingCautionSeconds) return Tone::Neutral;
  return fullInSeconds < kFillingAlarmSeconds ? Tone::Alarm : Tone::Caution;
}

bool isStale(const StatusInput& input) {
  if (input.newest == nullptr) return false;
  if (input.link.phase == LinkState::Phase::Disconnected) return true;
  return input.nowMicros - input.newest->wallMicros > kStaleMicros;
}

QString frozenText(std::int64_t frozenAtMicros, std::uint64_t missedSamples, TimeStyle style) {
  return QStringLiteral("Charts frozen at %1, %2 new samples.")
      .arg(formatClock(frozenAtMicros, style, frozenAtMicros), formatCount(missedSamples));
}

QString liveText(std::chrono::milliseconds span, TimeStyle style) {
  const QString zone =
      style == TimeStyle::Utc ? QStringLiteral("times in UTC") : QStringLiteral("local time");
  return QStringLiteral("Live: the last %1, %2")
      .arg(formatDuration(double(span.count()) / 1'000), zone);
}

}  // namespace penstock::ui
