// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, newest first: commands with who gave them, backpressure, errors, restarts. A ring:
// the oldest make room.
#pragma once

#include <QAbstractTableModel>
#include <cstdint>
#include <deque>
#include <vector>

#include "metrics/event.h"
#include "ui/models/palette.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

/// Threads: GUI.
/// Limits: limits::kEventRing rows.
class EventsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, Severe, Kind, Sink, Who, What, Change, ColumnCount };
  enum Role {
    MicrosRole = Qt::UserRole,  ///< qint64: wall time, to jump there in the charts
    SeverityRole,               ///< int of Severity
    NumberRole,                 ///< quint64
  };

  using QAbstractTableModel::QAbstractTableModel;

  /// Puts the events of one run of the node on top, oldest of them first in `events`; those already
  /// here (numbers up to lastNumber()) are left out. An event that is told again with another
  /// duration (a backpressure that ended) changes its row.
  void add(const std::vector<Event>& events, std::uint64_t runId);
  /// To ask the link for events after it; 0 once the node has another run.
  std::uint64_t lastNumber(std::uint64_t runId) const;
  void setTimeStyle(TimeStyle style);
  void setShade(Shade shade);
  const Event& eventAt(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString textOf(const Event& event, int column) const;

  std::deque<Event> m_events;  ///< newest first
  std::uint64_t m_runId = 0;
  std::uint64_t m_lastNumber = 0;
  TimeStyle m_timeStyle = TimeStyle::Local;
  Shade m_shade = Shade::Light;
};

}  // namespace penstock::ui
