// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/events_model.h"

#include <algorithm>

#include "model/limits.h"
#include "ui/models/display_text.h"
#include "ui/models/state_mark.h"

namespace penstock::ui {

namespace {

Tone toneOf(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return Tone::Neutral;
    case Severity::Warning:
      return Tone::Caution;
    case Severity::Critical:
      return Tone::Alarm;
  }
  return Tone::Neutral;
}

QString sentence(std::string_view name) {
  QString text = displayText(name).replace(QLatin1Char('_'), QLatin1Char(' '));
  if (!text.isEmpty()) text[0] = text[0].toUpper();
  return text;
}

QString changeText(const Event& event) {
  if (event.kind == EventKind::Backpressure) {
    QString text = formatQuantity(static_cast<double>(event.usedBytes), Unit::Bytes) + " of " +
                   formatQuantity(static_cast<double>(event.limitBytes), Unit::Bytes);
    text += event.lastedMicros < 0
                ? QStringLiteral(", still on")
                : ", " + formatDuration(static_cast<double>(event.lastedMicros) / 1e6);
    return text;
  }
  if (event.oldValue.empty() && event.newValue.empty()) return {};
  return displayText(event.oldValue) + QStringLiteral(" → ") + displayText(event.newValue);
}

}  // namespace

void EventsModel::add(const std::vector<Event>& events, std::uint64_t runId) {
  if (runId != m_runId) {
    m_runId = runId;
    m_lastNumber = 0;
  }
  std::vector<Event> fresh;
  for (const Event& event : events) {
    if (event.number <= m_lastNumber) continue;
    m_lastNumber = event.number;
    fresh.push_back(event);
  }
  if (fresh.size() > limits::kEventRing) {
    fresh.erase(fresh.begin(), fresh.end() - static_cast<std::ptrdiff_t>(limits::kEventRing));
  }
  if (fresh.empty()) return;
  const std::size_t tooMany =
      std::max(m_events.size() + fresh.size(), limits::kEventRing) - limits::kEventRing;
  if (tooMany > 0) {
    const int last = rowCount() - 1;
    beginRemoveRows({}, last - static_cast<int>(tooMany) + 1, last);
    m_events.resize(m_events.size() - tooMany);
    endRemoveRows();
  }
  beginInsertRows({}, 0, static_cast<int>(fresh.size()) - 1);
  m_events.insert(m_events.begin(), fresh.rbegin(), fresh.rend());
  endInsertRows();
}

std::uint64_t EventsModel::lastNumber(std::uint64_t runId) const {
  return runId == m_runId ? m_lastNumber : 0;
}

void EventsModel::setTimeStyle(TimeStyle style) {
  m_timeStyle = style;
  if (!m_events.empty()) emit dataChanged(index(0, Time), index(rowCount() - 1, Time));
}

void EventsModel::setShade(Shade shade) {
  m_shade = shade;
  if (!m_events.empty()) emit dataChanged(index(0, Severe), index(rowCount() - 1, Severe));
}

const Event& EventsModel::eventAt(int row) const {
  return m_events.at(static_cast<std::size_t>(row));
}

int EventsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_events.size());
}

int EventsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QString EventsModel::textOf(const Event& event, int column) const {
  switch (column) {
    case Time:
      return formatMoment(event.wallMicros, m_timeStyle);
    case Severe:
      return sentence(severityName(event.severity));
    case Kind:
      return sentence(eventKindName(event.kind));
    case Sink:
      return displayText(event.sink);
    case Who:
      return displayText(event.who);
    case What:
      return displayText(event.what);
    case Change:
      return changeText(event);
    default:
      return {};
  }
}

QVariant EventsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Event& event = m_events[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return textOf(event, index.column());
    case Qt::DecorationRole: {
      const Tone tone = toneOf(event.severity);
      if (index.column() != Severe || tone == Tone::Neutral) return {};
      return markIcon(tone, m_shade);
    }
    case Qt::ToolTipRole:
      return index.column() == What ? QVariant(toolTipText(event.what)) : QVariant();
    case MicrosRole:
      return QVariant::fromValue<qint64>(event.wallMicros);
    case SeverityRole:
      return static_cast<int>(event.severity);
    case NumberRole:
      return QVariant::fromValue<quint64>(event.number);
    default:
      return {};
  }
}

QVariant EventsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  static const QStringList kTitles{"Time", "Severity", "Kind", "Sink", "Who", "What", "Change"};
  if (role != Qt::DisplayRole || orientation != Qt::Horizontal) return {};
  return section >= 0 && section < kTitles.size() ? QVariant(kTitles[section]) : QVariant();
}

}  // namespace penstock::ui
