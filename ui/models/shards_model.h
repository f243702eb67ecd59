// SPDX-License-Identifier: GPL-3.0-or-later
// The shards of a sink, a row each: how far it is settled, what waits in it and what for. Rows live
// as long as their shard is told; all that changed by a page is told to views at once.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <cstdint>
#include <vector>

#include "engine/engine_link.h"

namespace penstock::ui {

/// Threads: GUI.
class ShardsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Shard, Checkpoint, Waiting, InFlight, Oldest, WaitsFor, ColumnCount };
  enum Role {
    RawRole = Qt::UserRole,  ///< QString: as the engine told it
    SortRole,                ///< a number, but for WaitsFor
  };

  using QAbstractTableModel::QAbstractTableModel;

  /// Expects: a page of BrowseSubject::Shards that did not fail, in the order of shards.
  void show(const BrowsePage& page);
  void clear();

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    std::uint32_t shard = 0;  ///< 0: all
    std::uint64_t checkpoint = 0;
    std::uint64_t waiting = 0;
    std::uint64_t inFlight = 0;
    std::int64_t oldestMs = -1;  ///< below 0: nothing waits
    QString waitsFor;
    bool operator==(const Row&) const = default;
  };
  static Row rowOf(const std::vector<PageCell>& cells);
  static QString textOf(const Row& row, int column);
  static QVariant sortValueOf(const Row& row, int column);
  static QString rawText(const Row& row, int column);
  void removeVanished(const std::vector<Row>& wanted);
  void insertNew(const std::vector<Row>& wanted);
  void update(const std::vector<Row>& wanted);

  std::vector<Row> m_rows;  // by shard
};

}  // namespace penstock::ui
