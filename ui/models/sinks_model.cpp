// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/sinks_model.h"

#include <algorithm>

#include "metrics/error_advice.h"
#include "ui/models/display_text.h"
#include "ui/models/pace.h"
#include "ui/models/quantity.h"
#include "ui/models/state_mark.h"

namespace penstock::ui {

namespace {

QString poolText(const SinkSnapshot& sink) {
  return QStringLiteral("%1 committing, %2 preparing, %3 idle of %4")
      .arg(sink.workersCommitting)
      .arg(sink.workersPreparing)
      .arg(sink.workersIdle)
      .arg(sink.workers);
}

QString lastErrorText(const SinkSnapshot& sink, TimeStyle style, std::int64_t nowMicros) {
  if (sink.lastError.empty()) return {};
  QString text = formatClock(sink.lastErrorMicros, style, nowMicros) + ' ';
  const bool saysCode = codeIn(sink.lastError) == sink.lastErrorCode;
  if (!sink.lastErrorCode.empty() && !saysCode) {
    text += '[' + displayText(sink.lastErrorCode) + QStringLiteral("] ");
  }
  return text + displayText(sink.lastError);
}

QString adviceText(const SinkSnapshot& sink) {
  if (sink.lastError.empty()) return {};
  if (sink.lastErrorCode.empty() && sink.state == SinkState::Stopped) {
    return QStringLiteral("It goes on when an operator has decided: see Troubleshooting (F1).");
  }
  return displayText(sink.lastErrorCode.empty() ? adviceForMessage(sink.lastError)
                                                : std::string(adviceFor(sink.lastErrorCode)));
}

QString batchText(const SinkSnapshot& sink) {
  return QStringLiteral("%1 of %2 rows, linger %3 ms")
      .arg(formatCount(sink.batchRowsNow), formatCount(sink.batchRows))
      .arg(sink.lingerMs);
}

/// Its texts are sentences.
bool isCutOff(int column) {
  return column == SinksModel::Reason || column == SinksModel::LastError ||
         column == SinksModel::Advice || column == SinksModel::Target;
}

bool isRightAligned(int column) {
  return column == SinksModel::Depth || column == SinksModel::Bytes ||
         column == SinksModel::Oldest || column == SinksModel::Rate;
}

}  // namespace

Tone toneOf(SinkState state) {
  switch (state) {
    case SinkState::Running:
      return Tone::Good;
    case SinkState::Idle:
      return Tone::Neutral;
    case SinkState::Paused:
    case SinkState::Retrying:
      return Tone::Caution;
    case SinkState::Down:
    case SinkState::Stopped:
      return Tone::Alarm;
    case SinkState::Starting:
      return Tone::Notice;
  }
  return Tone::Neutral;
}

SinksModel::Row SinksModel::rowOf(const SinkSnapshot& sink, const Snapshot& sample,
                                  const Snapshot* before) const {
  const std::size_t paused = sink.pausedTables.size();
  const bool isStalled = sink.stalledMicros > 0 && sink.state == SinkState::Running;
  Row row{sink.name, toneOf(sink.state), {}};
  // Its reason names letters, or a table that somebody changed.
  const bool isUp = sink.state == SinkState::Running || sink.state == SinkState::Idle;
  const bool isAsking = isUp && !sink.stateReason.empty();
  if ((paused > 0 || isAsking) && row.tone != Tone::Alarm) row.tone = Tone::Caution;
  if (isStalled) row.tone = Tone::Alarm;
  const Pace pace = paceOf(sample, before, sink.name);
  row.texts[Name] = displayText(sink.name);
  row.texts[Role] = displayText(sink.role);
  row.texts[State] = isStalled ? QStringLiteral("stalled") : displayText(sinkStateName(sink.state));
  if (paused > 0) {
    row.texts[State] += paused == 1 ? QStringLiteral(", 1 table paused")
                                    : QStringLiteral(", %1 tables paused").arg(paused);
  } else if (isAsking && !isStalled) {
    row.texts[State] += QStringLiteral(", to decide");
  }
  row.texts[Depth] = formatCount(sink.queueDepth);
  row.texts[Bytes] = formatQuantity(static_cast<double>(sink.queueBytes), Unit::Bytes);
  const bool isUnknown = sink.queueDepth > 0 && sink.oldestAgeMicros == 0;
  row.texts[Oldest] = isUnknown ? QStringLiteral("–")
                                : formatDuration(static_cast<double>(sink.oldestAgeMicros) / 1e6);
  row.texts[Rate] = formatQuantity(pace.persisted, Unit::PerSecond);
  row.texts[Pool] = poolText(sink);
  row.texts[Batch] = batchText(sink);
  row.texts[Reason] = displayText(sink.stateReason);
  row.texts[LastError] = lastErrorText(sink, m_timeStyle, sample.wallMicros);
  row.texts[Advice] = adviceText(sink);
  row.texts[Target] = displayText(sink.target);
  return row;
}

void SinksModel::show(const Snapshot& sample, const Snapshot* before) {
  const auto isHere = [](const auto& name, const auto& rows) {
    return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  };
  for (int at = rowCount() - 1; at >= 0; --at) {
    if (isHere(m_rows[static_cast<std::size_t>(at)].name, sample.sinks)) continue;
    beginRemoveRows({}, at, at);
    m_rows.erase(m_rows.begin() + at);
    endRemoveRows();
  }
  for (int at = 0; at < static_cast<int>(sample.sinks.size()); ++at) {
    const SinkSnapshot& sink = sample.sinks[static_cast<std::size_t>(at)];
    Row row = rowOf(sink, sample, before);
    const auto found = std::find_if(m_rows.begin() + at, m_rows.end(),
                                    [&](const Row& old) { return old.name == sink.name; });
    const int from = static_cast<int>(found - m_rows.begin());
    if (found == m_rows.end()) {
      beginInsertRows({}, at, at);
      m_rows.insert(m_rows.begin() + at, std::move(row));
      endInsertRows();
      continue;
    }
    if (from != at) {
      beginMoveRows({}, from, from, {}, at);
      std::rotate(m_rows.begin() + at, found, found + 1);
      endMoveRows();
    }
    update(at, std::move(row));
  }
}

void SinksModel::update(int at, Row row) {
  Row& old = m_rows[static_cast<std::size_t>(at)];
  int first = -1;
  int last = -1;
  for (int column = 0; column < ColumnCount; ++column) {
    const auto place = static_cast<std::size_t>(column);
    if (old.texts[place] == row.texts[place]) continue;
    if (first < 0) first = column;
    last = column;
  }
  if (first < 0) return;
  old = std::move(row);
  emit dataChanged(index(at, first), index(at, last));
}

void SinksModel::clear() {
  if (m_rows.empty()) return;
  beginRemoveRows({}, 0, rowCount() - 1);
  m_rows.clear();
  endRemoveRows();
}

void SinksModel::setShade(Shade shade) {
  m_shade = shade;
  if (!m_rows.empty()) emit dataChanged(index(0, State), index(rowCount() - 1, State));
}

std::string SinksModel::sinkAt(int row) const {
  return m_rows.at(static_cast<std::size_t>(row)).name;
}

int SinksModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SinksModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QVariant SinksModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = m_rows[static_cast<std::size_t>(index.row())];
  const QString& text = row.texts[static_cast<std::size_t>(index.column())];
  switch (role) {
    case Qt::DisplayRole:
      return text;
    case Qt::DecorationRole:
      if (index.column() != State || row.tone == Tone::Neutral) return {};
      return markIcon(row.tone, m_shade);
    case Qt::ToolTipRole:
      return isCutOff(index.column()) ? toolTipText(text.toStdString()) : QString();
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(Qt::Alignment(
          Qt::AlignVCenter | (isRightAligned(index.column()) ? Qt::AlignRight : Qt::AlignLeft)));
    default:
      return {};
  }
}

QVariant SinksModel::headerData(int section, Qt::Orientation orientation, int role) const {
  static const QStringList kTitles{"Sink",      "Role",      "State",  "Lag, sets",  "Lag, bytes",
                                   "Lag, time", "Persisted", "Reason", "Last error", "What to do",
                                   "Pool",      "Batch",     "Target"};
  static const QStringList kTips{
      "",
      "primary: its commits mean persisted; standby: can take over; mirror: never does; archive",
      "",
      "Change sets that are journaled and not settled in this sink",
      "The same in bytes",
      "Since when the oldest of them was journaled",
      "Change sets per second",
      "Why it is in this state, now",
      "What its database said last, with its code, also when that is over",
      "About the last error",
      "",
      "Adapted to the target commit time, of what is configured",
      ""};
  if (orientation != Qt::Horizontal || section < 0 || section >= kTitles.size()) return {};
  if (role == Qt::DisplayRole) return kTitles[section];
  const bool hasTip = role == Qt::ToolTipRole && !kTips[section].isEmpty();
  return hasTip ? QVariant(kTips[section]) : QVariant();
}

}  // namespace penstock::ui
