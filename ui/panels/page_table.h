// SPDX-License-Identifier: GPL-3.0-or-later
// A table that is read page by page from the engine: one bar with filter, paging and refresh above
// the rows, a sentence where there are none. Asks again by itself while it is seen, and stands
// still under the pointer.
#pragma once

#include <QWidget>
#include <chrono>
#include <optional>

#include "base/clock.h"
#include "ui/models/page_model.h"
#include "ui/panels/browse_desk.h"

class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;
class QToolButton;

namespace penstock::ui {

class ElidedLabel;

/// What is said about the pages of a subject, and how often they are asked for.
struct PageTableOptions {
  BrowseSubject subject = BrowseSubject::Queue;
  QString name;        ///< for assistive technology, and the object name
  QString filterHint;  ///< placeholder of the filter
  QString emptyText;   ///< what an empty table waits for
  QString exportTip;   ///< of the button *Export …*; empty: there is none
  std::optional<std::chrono::milliseconds> refreshEvery;  ///< none: on demand
};
PageTableOptions pageTableOptions(BrowseSubject subject);

/// Threads: GUI.
/// Expects: tick() several times a second; the desk outlives it.
class PageTable : public QWidget {
  Q_OBJECT

 public:
  PageTable(BrowseDesk& desk, BrowseSubject subject, QWidget* parent = nullptr);

  void setSink(const std::string& sink);
  void setTable(const std::string& table);
  void setOrder(BrowseOrder order);
  void setEmptyText(const QString& text);
  /// Off: nothing is asked, the bar is disabled, rows stay and are dimmed.
  void setConnected(bool connected);
  /// The next tick asks for the page anew.
  void refresh();
  /// Asks when it is time to; nothing while hidden.
  void tick(SteadyTime now);

  PageModel& model() { return *m_model; }
  QTableView* view() const { return m_view; }
  QLineEdit* filter() const { return m_filter; }
  QPushButton* exportButton() const { return m_export; }
  /// Left of the filter, for what a panel adds.
  void addToBar(QWidget* widget);
  QString emptyText() const;

 signals:
  /// A page has come and is shown.
  void shown();
  /// All rows of this request are wanted as a CSV file.
  void exportWanted(const penstock::BrowseRequest& request);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void makeBar();
  void makeExport();
  void makeView();
  void ask(SteadyTime now);
  void take(const BrowsePage& page);
  void turn(int pages);
  void onFilter(const QString& text);
  void showPosition();
  void showEmptyText();
  void keepColumnWidths();
  bool isHeldByPointer() const;

  BrowseDesk& m_desk;
  const PageTableOptions m_options;
  PageModel* m_model;
  BrowseRequest m_request;
  QHBoxLayout* m_bar = nullptr;
  QHBoxLayout* m_barStart = nullptr;
  QLineEdit* m_filter = nullptr;
  QToolButton* m_previous = nullptr;
  QToolButton* m_next = nullptr;
  QToolButton* m_refresh = nullptr;
  QPushButton* m_export = nullptr;
  ElidedLabel* m_position = nullptr;
  QTableView* m_view = nullptr;
  QLabel* m_empty = nullptr;
  QString m_emptyText;
  std::optional<SteadyTime> m_askedAt;
  std::optional<SteadyTime> m_changedAt;
  bool m_wanted = true;
  bool m_waiting = false;
  bool m_everShown = false;
  bool m_isAnswered = false;  // for the table of the request
  bool m_connected = true;
  int m_sizedColumns = 0;
  bool m_widthsAreChosen = false;
};

}  // namespace penstock::ui
