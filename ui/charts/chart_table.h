// SPDX-License-Identifier: GPL-3.0-or-later
// The values of one chart as a table, for those who cannot see the lines and for copying: time and
// a column per line, oldest first, at a moment of the user's choosing (it stands still).
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "ui/charts/chart_spec.h"
#include "ui/models/sample_store.h"

namespace penstock::ui {

/// Threads: GUI.
class ChartTable : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Role {
    ExactRole = Qt::UserRole,  ///< double: the value; of the first column seconds since 1970 UTC
    CopyRole,                  ///< QString: as a spreadsheet takes it: ISO 8601 UTC, plain numbers
  };

  /// Takes the rows of `span` out of the store.
  ChartTable(const ChartSpec& spec, const SampleStore& store, TimeSpan span, TimeStyle timeStyle,
             QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString copyText(const SampleRow& row, int column) const;

  ChartSpec m_spec;
  TimeStyle m_timeStyle;
  std::vector<SampleRow> m_rows;
};

}  // namespace penstock::ui
