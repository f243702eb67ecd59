// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_table.h"

#include <QDateTime>
#include <cmath>

namespace penstock::ui {

ChartTable::ChartTable(const ChartSpec& spec, const SampleStore& store, TimeSpan span,
                       TimeStyle timeStyle, QObject* parent)
    : QAbstractTableModel(parent), m_spec(spec), m_timeStyle(timeStyle) {
  for (const SampleRow& row : store.rows()) {
    if (row.time >= span.from && row.time <= span.to) m_rows.push_back(row);
  }
}

int ChartTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ChartTable::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_spec.lines.size()) + 1;
}

QString ChartTable::copyText(const SampleRow& row, int column) const {
  if (column == 0) {
    return QDateTime::fromMSecsSinceEpoch(qint64(std::llround(row.time * 1e3)), Qt::UTC)
        .toString(Qt::ISODateWithMs);
  }
  const double value = row[m_spec.lines[static_cast<std::size_t>(column - 1)].series];
  return std::isnan(value) ? QString() : QString::number(value, 'g', 10);
}

QVariant ChartTable::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const SampleRow& row = m_rows[static_cast<std::size_t>(index.row())];
  if (role == Qt::TextAlignmentRole && index.column() > 0) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
  }
  if (role == CopyRole) return copyText(row, index.column());
  if (role != Qt::DisplayRole && role != ExactRole) return {};
  if (index.column() == 0) {
    if (role == ExactRole) return row.time;
    return formatMoment(static_cast<std::int64_t>(std::llround(row.time * 1e6)), m_timeStyle);
  }
  const auto line = static_cast<std::size_t>(index.column() - 1);
  const double value = row[m_spec.lines[line].series];
  if (role == ExactRole) return value;
  return formatQuantity(value, m_spec.unit);
}

QVariant ChartTable::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role != Qt::DisplayRole || section < 0 || section >= columnCount()) return {};
  if (orientation == Qt::Vertical) return section + 1;
  if (section == 0) return QStringLiteral("time");
  return m_spec.lines[static_cast<std::size_t>(section - 1)].name;
}

}  // namespace penstock::ui
