// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/tile_text.h"

#include <algorithm>
#include <cmath>

#include "metrics/rates.h"
#include "ui/models/display_text.h"
#include "ui/models/pace.h"

namespace penstock::ui {

namespace {

constexpr double kMicro = 1e-6;
const QString kDash(QChar(0x2013));

struct Facts {
  const Snapshot& sample;
  const SinkSnapshot* sink;  ///< never null in the fill functions
  Pace pace;
  TimeToEmpty timeToEmpty;
};

void put(TileText& tile, const Quantity& quantity) {
  tile.value = quantity.value;
  tile.unit = quantity.unit;
}

void state(TileText& tile, Tone tone, const QString& word) {
  tile.tone = tone;
  tile.word = word;
}

const BudgetSnapshot* worstBudget(const Snapshot& sample) {
  const auto fraction = [](const BudgetSnapshot& budget) {
    if (budget.limitBytes == 0) return 0.0;
    return static_cast<double>(budget.usedBytes) / static_cast<double>(budget.limitBytes);
  };
  const auto worst = std::max_element(sample.budgets.begin(), sample.budgets.end(),
                                      [&](const BudgetSnapshot& left, const BudgetSnapshot& right) {
                                        return std::pair(left.pressure, fraction(left)) <
                                               std::pair(right.pressure, fraction(right));
                                      });
  return worst == sample.budgets.end() ? nullptr : &*worst;
}

void fillDepth(TileText& tile, const Facts& facts) {
  put(tile, quantityOf(static_cast<double>(facts.sink->queueDepth), Unit::Count));
  tile.detail =
      formatQuantity(static_cast<double>(facts.sink->queueBytes), Unit::Bytes) + " in the journal";
  state(tile, Tone::Neutral, facts.sink->queueDepth == 0 ? "empty" : "waiting");
}

void fillOldestAge(TileText& tile, const Facts& facts) {
  put(tile, quantityOf(static_cast<double>(facts.sink->oldestAgeMicros) * kMicro, Unit::Seconds));
  // Something waits, and nobody can tell since when.
  if (facts.sink->queueDepth > 0 && facts.sink->oldestAgeMicros == 0) {
    tile.value = kDash;
    tile.unit.clear();
  }
  const Quantiles& commit = facts.sink->commitMicros;
  tile.detail = commit.count == 0
                    ? QStringLiteral("no commit just now")
                    : "commit p99 " + formatQuantity(commit.p99 * kMicro, Unit::Seconds);
  state(tile, Tone::Neutral, facts.sink->queueDepth == 0 ? "empty" : "waiting");
}

QString wordsOf(const TimeToEmpty& estimate) {
  switch (estimate.kind) {
    case TimeToEmpty::Kind::Empty:
      return QStringLiteral("empty");
    case TimeToEmpty::Kind::Clears:
      return "clears in " + formatDuration(std::max(1.0, estimate.seconds));
    case TimeToEmpty::Kind::Steady:
      return QStringLiteral("steady");
    case TimeToEmpty::Kind::Growing:
      return "growing " + formatQuantity(estimate.perSecond, Unit::PerSecond);
    case TimeToEmpty::Kind::Stalled:
      return QStringLiteral("stalled");
    case TimeToEmpty::Kind::Paused:
      return QStringLiteral("paused");
    case TimeToEmpty::Kind::Unknown:
      return QStringLiteral("unknown");
  }
  return QStringLiteral("unknown");
}

Tone toneOf(TimeToEmpty::Kind kind) {
  switch (kind) {
    case TimeToEmpty::Kind::Empty:
    case TimeToEmpty::Kind::Clears:
      return Tone::Good;
    case TimeToEmpty::Kind::Growing:
    case TimeToEmpty::Kind::Paused:
      return Tone::Caution;
    case TimeToEmpty::Kind::Stalled:
      return Tone::Alarm;
    case TimeToEmpty::Kind::Steady:
    case TimeToEmpty::Kind::Unknown:
      return Tone::Neutral;
  }
  return Tone::Neutral;
}

constexpr double kSlightGrowth = 0.05;  // of the rate of intake

void fillTimeToEmpty(TileText& tile, const Facts& facts) {
  tile.value = wordsOf(facts.timeToEmpty);
  tile.detail = formatQuantity(facts.pace.accepted, Unit::PerSecond) + " in, " +
                formatQuantity(facts.pace.persisted, Unit::PerSecond) + " out";
  // A queue that breathes is no reason to look: growth counts once it is a share of what comes in.
  const bool isSlight = facts.timeToEmpty.kind == TimeToEmpty::Kind::Growing &&
                        facts.timeToEmpty.perSecond < facts.pace.accepted * kSlightGrowth;
  const Tone tone = isSlight ? Tone::Neutral : toneOf(facts.timeToEmpty.kind);
  state(tile, tone, tile.value.section(' ', 0, 0));
}

void fillFlushRate(TileText& tile, const Facts& facts) {
  put(tile, quantityOf(facts.pace.persisted, Unit::PerSecond));
  tile.detail = formatQuantity(facts.pace.coalesced, Unit::PerSecond) + " coalesced";
  const bool isAtWork =
      facts.sink->state == SinkState::Running || facts.sink->state == SinkState::Idle;
  if (isAtWork && facts.sink->stalledMicros > 0) return state(tile, Tone::Alarm, "stalled");
  switch (facts.sink->state) {
    case SinkState::Paused:
      return state(tile, Tone::Caution, "paused");
    case SinkState::Retrying:
      return state(tile, Tone::Caution, "retrying");
    case SinkState::Down:
      return state(tile, Tone::Alarm, "down");
    case SinkState::Stopped:
      return state(tile, Tone::Alarm, "stopped");
    case SinkState::Starting:
      return state(tile, Tone::Notice, "starting");
    case SinkState::Idle:
      return state(tile, Tone::Neutral, "idle");
    case SinkState::Running:
      return state(tile, Tone::Good, "flushing");
  }
}

void fillPool(TileText& tile, const Facts& facts) {
  const SinkSnapshot& sink = *facts.sink;
  const std::uint32_t busy = sink.workersCommitting + sink.workersPreparing;
  tile.value = QStringLiteral("%1/%2").arg(busy).arg(sink.workers);
  tile.unit = QStringLiteral("busy");
  tile.detail = QStringLiteral("%1 committing, %2 preparing")
                    .arg(sink.workersCommitting)
                    .arg(sink.workersPreparing);
  if (sink.workers > 0)
    tile.limitFraction = std::min(1.0, static_cast<double>(busy) / sink.workers);
  state(tile, Tone::Neutral, busy == 0 ? "idle" : busy >= sink.workers ? "all busy" : "working");
}

void fillPressure(TileText& tile, const Facts& facts) {
  const Snapshot& sample = facts.sample;
  tile.detail = QStringLiteral("%1 waited, %2 rejected")
                    .arg(formatQuantity(facts.pace.waited, Unit::PerSecond),
                         formatQuantity(facts.pace.rejected, Unit::PerSecond));
  // What is dropped comes first: the tile is narrow.
  if (facts.pace.shed > 0) {
    tile.detail =
        QStringLiteral("%1 shed, ").arg(formatQuantity(facts.pace.shed, Unit::PerSecond)) +
        tile.detail;
  }
  const BudgetSnapshot* budget = worstBudget(sample);
  if (budget == nullptr || budget->limitBytes == 0) {
    tile.value = QStringLiteral("none");
    return state(tile, Tone::Good, "ok");
  }
  tile.limitFraction =
      static_cast<double>(budget->usedBytes) / static_cast<double>(budget->limitBytes);
  if (budget->name == "free_space") {
    put(tile, quantityOf(static_cast<double>(budget->usedBytes), Unit::Bytes));
    tile.unit += QStringLiteral(" free");
  } else {
    put(tile, quantityOf(tile.limitFraction * 100, Unit::Percent));
    tile.unit += " " + displayText(budget->name, 12);
  }
  if (budget->pressure != 0) return state(tile, Tone::Alarm, "backpressure");
  state(tile, Tone::Good, "ok");
}

void fillJournal(TileText& tile, const Facts& facts) {
  const Snapshot& sample = facts.sample;
  put(tile, quantityOf(static_cast<double>(sample.journalBytes), Unit::Bytes));
  if (sample.journalLimitBytes > 0) {
    tile.limitFraction =
        static_cast<double>(sample.journalBytes) / static_cast<double>(sample.journalLimitBytes);
    tile.detail =
        "of " + formatQuantity(static_cast<double>(sample.journalLimitBytes), Unit::Bytes);
  }
  if (sample.state == NodeState::Damaged) return state(tile, Tone::Alarm, "damaged");
  if (sample.journalFullInSeconds < 0) return state(tile, Tone::Good, "ok");
  tile.detail = "full in " + formatDuration(sample.journalFullInSeconds);
  const Tone tone = fillingTone(sample.journalFullInSeconds);
  if (tone == Tone::Neutral) return state(tile, Tone::Good, "ok");
  state(tile, tone, "filling");
}

void fillDeadLetters(TileText& tile, const Facts& facts) {
  put(tile, quantityOf(static_cast<double>(facts.sink->deadLettersWaiting), Unit::Count));
  tile.detail = formatCount(facts.sink->deadLettersTotal) + " since start";
  const std::uint64_t waiting = facts.sink->deadLettersWaiting;
  const std::uint64_t held = std::min(waiting, facts.sink->heldLetters);
  if (held > 0 && !facts.sink->isReleasing) tile.detail = formatCount(held) + " of them held";
  std::uint64_t byPauses = 0;
  for (const PausedTableSnapshot& each : facts.sink->pausedTables) byPauses += each.held;
  // What only waits for a table to be resumed is no damage.
  const bool isByPauses = waiting > 0 && waiting == byPauses;
  if (waiting > 0 && facts.sink->isReleasing) return state(tile, Tone::Notice, "releasing");
  if (isByPauses) return state(tile, Tone::Caution, "paused");
  state(tile, waiting > 0 ? Tone::Alarm : Tone::Good, waiting > 0 ? "to decide" : "none");
}

using Fill = void (*)(TileText&, const Facts&);
struct TileRow {
  TileKind kind;
  const char* title;
  Fill fill;
};
constexpr std::array<TileRow, kTileCount> kTiles{{
    {TileKind::Depth, "DEPTH", fillDepth},
    {TileKind::OldestAge, "OLDEST AGE", fillOldestAge},
    {TileKind::TimeToEmpty, "TIME TO EMPTY", fillTimeToEmpty},
    {TileKind::FlushRate, "FLUSH RATE", fillFlushRate},
    {TileKind::Pool, "POOL", fillPool},
    {TileKind::Pressure, "PRESSURE", fillPressure},
    {TileKind::Journal, "JOURNAL", fillJournal},
    {TileKind::DeadLetters, "DEAD LETTERS", fillDeadLetters},
}};

void makeStale(TileText& tile, const StatusInput& input) {
  tile.tone = Tone::Stale;
  tile.word = QStringLiteral("stale");
  const auto age = static_cast<double>(input.nowMicros - input.newest->wallMicros) * kMicro;
  tile.detail = formatDuration(age) + " old";
}

}  // namespace

QString TileText::spoken() const {
  QString text = title.toLower() + ": " + value;
  if (!unit.isEmpty()) text += (unit.startsWith('/') ? "" : " ") + unit;
  if (!detail.isEmpty()) text += ", " + detail;
  if (!word.isEmpty() && word != value) text += ", " + word;
  return text;
}

std::array<TileText, kTileCount> tileTexts(const StatusInput& input) {
  std::array<TileText, kTileCount> tiles;
  const SinkSnapshot* sink =
      input.newest == nullptr ? nullptr : findSink(*input.newest, input.sink);
  for (std::size_t at = 0; at < kTileCount; ++at) {
    TileText& tile = tiles[at];
    tile.kind = kTiles[at].kind;
    tile.title = QString::fromLatin1(kTiles[at].title);
    if (sink == nullptr) {
      tile.value = kDash;
      tile.detail = input.newest == nullptr ? "waits for a sample" : "no such sink";
      continue;
    }
    const Facts facts{*input.newest, sink, paceOf(*input.newest, input.before.get(), input.sink),
                      timeToEmpty(input.recent, input.sink)};
    kTiles[at].fill(tile, facts);
    if (isStale(input)) makeStale(tile, input);
  }
  return tiles;
}

Series tileSeries(TileKind kind) {
  switch (kind) {
    case TileKind::Depth:
    case TileKind::TimeToEmpty:
      return Series::QueueDepth;
    case TileKind::OldestAge:
      return Series::OldestAge;
    case TileKind::FlushRate:
      return Series::Persisted;
    case TileKind::Pool:
      return Series::Committing;
    case TileKind::Pressure:
      return Series::MemoryBytes;
    case TileKind::Journal:
      return Series::JournalBytes;
    case TileKind::DeadLetters:
      return Series::DeadLetters;
  }
  return Series::QueueDepth;
}

}  // namespace penstock::ui
