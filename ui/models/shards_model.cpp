// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/shards_model.h"

#include <algorithm>

#include "ui/models/display_text.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

namespace {

std::uint64_t numberOf(const PageCell& cell) {
  return QString::fromStdString(cell.text).toULongLong();
}

}  // namespace

ShardsModel::Row ShardsModel::rowOf(const std::vector<PageCell>& cells) {
  Row row;
  if (cells.size() < ColumnCount) return row;
  row.shard = std::uint32_t(numberOf(cells[Shard]));  // `all` is no number
  row.checkpoint = numberOf(cells[Checkpoint]);
  row.waiting = numberOf(cells[Waiting]);
  row.inFlight = numberOf(cells[InFlight]);
  const bool isKnown = cells[Oldest].kind == PageCell::Kind::Number;
  row.oldestMs = isKnown ? std::int64_t(numberOf(cells[Oldest])) : -1;
  row.waitsFor = displayText(cells[WaitsFor].text);
  return row;
}

void ShardsModel::show(const BrowsePage& page) {
  std::vector<Row> wanted;
  wanted.reserve(page.rows.size());
  for (const auto& cells : page.rows) wanted.push_back(rowOf(cells));
  std::ranges::sort(wanted, {}, &Row::shard);
  const auto same = std::ranges::unique(wanted, {}, &Row::shard);
  wanted.erase(same.begin(), same.end());
  removeVanished(wanted);
  insertNew(wanted);
  update(wanted);
}

void ShardsModel::removeVanished(const std::vector<Row>& wanted) {
  for (int at = rowCount() - 1; at >= 0; --at) {
    const std::uint32_t shard = m_rows[std::size_t(at)].shard;
    if (std::ranges::binary_search(wanted, shard, {}, &Row::shard)) continue;
    beginRemoveRows({}, at, at);
    m_rows.erase(m_rows.begin() + at);
    endRemoveRows();
  }
}

// Expects: every row here is among the wanted ones.
void ShardsModel::insertNew(const std::vector<Row>& wanted) {
  for (int at = 0; at < int(wanted.size()); ++at) {
    const auto isHere = [&] {
      return at < rowCount() && m_rows[std::size_t(at)].shard == wanted[std::size_t(at)].shard;
    };
    if (isHere()) continue;
    beginInsertRows({}, at, at);
    m_rows.insert(m_rows.begin() + at, wanted[std::size_t(at)]);
    endInsertRows();
  }
}

void ShardsModel::update(const std::vector<Row>& wanted) {
  int first = -1;
  int last = -1;
  for (int at = 0; at < rowCount(); ++at) {
    if (m_rows[std::size_t(at)] == wanted[std::size_t(at)]) continue;
    if (first < 0) first = at;
    last = at;
  }
  if (first < 0) return;
  m_rows = wanted;
  emit dataChanged(index(first, Checkpoint), index(last, ColumnCount - 1));
}

void ShardsModel::clear() {
  if (m_rows.empty()) return;
  beginRemoveRows({}, 0, rowCount() - 1);
  m_rows.clear();
  endRemoveRows();
}

QString ShardsModel::textOf(const Row& row, int column) {
  switch (column) {
    case Shard:
      return row.shard == 0 ? QStringLiteral("all") : QString::number(row.shard);
    case Checkpoint:
      return row.checkpoint == 0 ? QStringLiteral("–") : QString::number(row.checkpoint);
    case Waiting:
      return formatCount(row.waiting);
    case InFlight:
      return formatCount(row.inFlight);
    case Oldest:
      return row.oldestMs < 0 ? QStringLiteral("–")
                              : formatQuantity(double(row.oldestMs) / 1'000, Unit::Seconds);
    case WaitsFor:
      return row.waitsFor;
    default:
      return {};
  }
}

QVariant ShardsModel::sortValueOf(const Row& row, int column) {
  switch (column) {
    case Shard:
      return row.shard;
    case Checkpoint:
      return qulonglong(row.checkpoint);
    case Waiting:
      return qulonglong(row.waiting);
    case InFlight:
      return qulonglong(row.inFlight);
    case Oldest:
      return qlonglong(row.oldestMs);
    default:
      return row.waitsFor;
  }
}

// What a spreadsheet reckons with.
QString ShardsModel::rawText(const Row& row, int column) {
  if (column == Shard || column == WaitsFor) return textOf(row, column);
  if (column == Oldest && row.oldestMs < 0) return {};
  return sortValueOf(row, column).toString();
}

int ShardsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(m_rows.size());
}

int ShardsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant ShardsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = m_rows[std::size_t(index.row())];
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return textOf(row, column);
    case Qt::ToolTipRole:
      return column == WaitsFor ? toolTipText(row.waitsFor.toStdString()) : QString();
    case Qt::TextAlignmentRole: {
      const bool isText = column == Shard || column == WaitsFor;
      return QVariant::fromValue(
          Qt::Alignment(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight)));
    }
    case RawRole:
      return rawText(row, column);
    case SortRole:
      return sortValueOf(row, column);
    default:
      return {};
  }
}

QVariant ShardsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  static const QStringList kTitles{"Shard",     "Checkpoint", "Waiting",
                                   "In flight", "Oldest age", "Waits for"};
  static const QStringList kTips{
      "One of the 64 parts of the work, by hash of the group; “all” is what everything has passed",
      "The last change set that this part has settled",
      "Change sets in memory that no commit has taken yet",
      "Change sets that a commit has taken",
      "Since when the oldest of both was journaled",
      "Why what waits is not being committed"};
  if (orientation != Qt::Horizontal || section < 0 || section >= kTitles.size()) return {};
  if (role == Qt::DisplayRole) return kTitles[section];
  return role == Qt::ToolTipRole ? QVariant(kTips[section]) : QVariant();
}

}  // namespace penstock::ui
