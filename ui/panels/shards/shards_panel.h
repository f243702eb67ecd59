// SPDX-License-Identifier: GPL-3.0-or-later
// The shards of the sink in view, a row each, and above them its pool: who commits, prepares, is
// idle, and what waits for what. For a sink with one lane a sentence says why there are none.
#pragma once

#include <QWidget>
#include <chrono>
#include <optional>

#include "base/clock.h"
#include "ui/models/shards_model.h"
#include "ui/panels/browse_desk.h"

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace penstock::ui {

class ElidedLabel;

/// Threads: GUI.
/// Expects: tick() several times a second; the desk outlives it.
class ShardsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ShardsPanel(BrowseDesk& desk, QWidget* parent = nullptr);

  /// Of which sink; empty: the primary.
  void setSink(const std::string& sink);
  void setConnected(bool connected);
  void showSample(const Snapshot& sample);
  /// Asks twice a second while it is seen, and sorts once a second unless the pointer is on it.
  void tick(SteadyTime now);

  ShardsModel& model() { return *m_model; }
  QTableView* view() const { return m_view; }
  QPushButton* exportButton() const { return m_export; }
  QString poolText() const;
  QString emptyText() const;

 signals:
  /// All rows are wanted as a CSV file.
  void exportWanted(const penstock::BrowseRequest& request);

 private:
  void makeBar();
  void makeView();
  void take(const BrowsePage& page);
  void showEmptyText();
  void sortWhenDue(SteadyTime now);

  BrowseDesk& m_desk;
  ShardsModel* m_model;
  QSortFilterProxyModel* m_sorted;
  QTableView* m_view;
  QLabel* m_empty;
  ElidedLabel* m_pool;
  ElidedLabel* m_note;
  QPushButton* m_export;
  BrowseRequest m_request;
  QString m_whyNone;
  std::optional<SteadyTime> m_askedAt;
  std::optional<SteadyTime> m_sortedAt;
  bool m_waiting = false;
  bool m_connected = true;
};

}  // namespace penstock::ui
