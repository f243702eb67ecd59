// SPDX-License-Identifier: GPL-3.0-or-later
// A page of the queue, of a table or of the dead letters as an item model. A refresh changes,
// inserts, moves and removes rows by their key and never resets, so that selection, scroll position
// and an open menu survive it.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <string>
#include <vector>

#include "engine/engine_link.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

/// Threads: GUI.
class PageModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Role {
    KeyRole = Qt::UserRole,  ///< QString: what names the row across refreshes
    RawRole,                 ///< QString: the whole text of the cell, as it came
    IsNullRole,              ///< bool
    SortRole,                ///< a number for cells of kind Number, else the text
  };

  using QAbstractTableModel::QAbstractTableModel;

  /// Shows this page. Other columns or another subject than before reset the model; anything else
  /// is applied as differences. A page that failed leaves the rows alone: see failure().
  void show(const BrowsePage& page);
  void clear();
  /// In which zone the moments of dead letters are told.
  void setTimeStyle(TimeStyle style);

  std::int64_t total() const { return m_total; }  ///< below 0: not known
  std::uint64_t offset() const { return m_offset; }
  const QString& note() const { return m_note; }
  /// Why the last page could not be had; empty when it could.
  const QString& failure() const { return m_failure; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    std::string key;
    std::vector<PageCell> cells;
  };
  // How the engine's own columns are told to people; those of a database stay as they are.
  enum class Meaning : std::uint8_t { Plain, Milliseconds, Moment };
  Meaning meaningOf(std::size_t column) const;
  QString cellText(const PageCell& cell, std::size_t column) const;
  std::vector<Row> rowsOf(const BrowsePage& page) const;
  std::string keyOf(const std::vector<PageCell>& cells) const;
  void removeVanished(const std::vector<Row>& wanted);
  void arrange(std::vector<Row> wanted);
  void insertRun(int at, std::vector<Row>& wanted, int count);
  void moveHere(int from, int to);
  void updateRow(int at, Row& wanted);

  BrowseSubject m_subject = BrowseSubject::Queue;
  std::vector<std::string> m_columns;
  std::vector<Row> m_rows;
  std::int64_t m_total = -1;
  std::uint64_t m_offset = 0;
  QString m_note;
  QString m_failure;
  TimeStyle m_timeStyle = TimeStyle::Local;
};

}  // namespace penstock::ui
