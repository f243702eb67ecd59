// SPDX-License-Identifier: GPL-3.0-or-later
// What waits: the change sets that are journaled and not yet in the database, newest or oldest
// first, by table or by any text they hold. And the trace of those of a row, an id or a sequence,
// wherever they are by now.
#pragma once

#include <QStringList>
#include <QWidget>

#include "ui/panels/page_table.h"

class QComboBox;
class QStackedWidget;

namespace penstock::ui {

/// Threads: GUI.
class QueuePanel : public QWidget {
  Q_OBJECT

 public:
  explicit QueuePanel(BrowseDesk& desk, QWidget* parent = nullptr);

  /// The choice of tables to filter by; a chosen one stays.
  void setTables(const QStringList& tables);
  void setSink(const std::string& sink);
  void setConnected(bool connected);
  void setTimeStyle(TimeStyle style);
  void tick(SteadyTime now);
  PageTable* pages() const { return m_pages; }
  PageTable* tracePages() const { return m_trace; }

 public slots:
  /// Shows what became of the change set with this sequence or id.
  void traceOne(const QString& sequenceOrId);
  void showQueue();

 private:
  void makeTrace();
  void showTrace();

  QStackedWidget* m_stack;
  PageTable* m_pages;
  PageTable* m_trace;
  QComboBox* m_traced;  ///< a table, or that an id or sequence is meant
  QComboBox* m_order;
  QComboBox* m_table;
};

}  // namespace penstock::ui
