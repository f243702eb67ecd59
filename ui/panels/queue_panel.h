// SPDX-License-Identifier: GPL-3.0-or-later
// What waits: the change sets that are journaled and not yet in the database, newest or oldest
// first, by table or by any text they hold.
#pragma once

#include <QStringList>
#include <QWidget>

#include "ui/panels/page_table.h"

class QComboBox;

namespace penstock::ui {

/// Threads: GUI.
class QueuePanel : public QWidget {
  Q_OBJECT

 public:
  explicit QueuePanel(BrowseDesk& desk, QWidget* parent = nullptr);

  /// The choice of tables to filter by; a chosen one stays.
  void setTables(const QStringList& tables);
  PageTable* pages() const { return m_pages; }

 private:
  PageTable* m_pages;
  QComboBox* m_order;
  QComboBox* m_table;
};

}  // namespace penstock::ui
