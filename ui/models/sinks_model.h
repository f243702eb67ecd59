// SPDX-License-Identifier: GPL-3.0-or-later
// The sinks of a node, a row each: role, state, lag, rate, pool, last error and what to
// do about it. Rows live as long as
// their sink; a tick tells views only of cells whose text changed.
#pragma once

#include <QAbstractTableModel>
#include <array>
#include <string>
#include <vector>

#include "metrics/snapshot.h"
#include "ui/models/palette.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

Tone toneOf(SinkState state);

/// Threads: GUI.
class SinksModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column {
    Name,
    Role,
    State,
    Depth,
    Bytes,
    Oldest,
    Rate,
    Reason,
    LastError,
    Advice,
    Pool,
    Batch,
    Target,
    ColumnCount
  };

  using QAbstractTableModel::QAbstractTableModel;

  /// `before`: about two seconds older and of the same run, for rates; may be null.
  void show(const Snapshot& sample, const Snapshot* before);
  void clear();
  void setShade(Shade shade);
  /// In which zone the moment of the last error is told, from the next sample on.
  void setTimeStyle(TimeStyle style) { m_timeStyle = style; }
  std::string sinkAt(int row) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    std::string name;
    Tone tone = Tone::Neutral;
    std::array<QString, ColumnCount> texts;
  };
  Row rowOf(const SinkSnapshot& sink, const Snapshot& sample, const Snapshot* before) const;
  void update(int at, Row row);

  std::vector<Row> m_rows;
  Shade m_shade = Shade::Light;
  TimeStyle m_timeStyle = TimeStyle::Local;
};

}  // namespace penstock::ui
