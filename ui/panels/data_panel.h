// SPDX-License-Identifier: GPL-3.0-or-later
// What the database holds now: its tables, and the rows of one of them, read-only, page by page.
#pragma once

#include <QStringList>
#include <QWidget>

#include "ui/panels/page_table.h"

class QListWidget;

namespace penstock::ui {

/// Threads: GUI.
/// Expects: tick() several times a second.
class DataPanel : public QWidget {
  Q_OBJECT

 public:
  explicit DataPanel(BrowseDesk& desk, QWidget* parent = nullptr);

  void setSink(const std::string& sink);
  void setConnected(bool connected);
  void tick(SteadyTime now);
  PageTable* pages() const { return m_pages; }
  QListWidget* tables() const { return m_tables; }

 signals:
  void tablesKnown(const QStringList& tables);

 private:
  void askForTables(SteadyTime now);
  void takeTables(const BrowsePage& page);
  void choose(const QString& table);

  BrowseDesk& m_desk;
  QListWidget* m_tables;
  PageTable* m_pages;
  QObject* m_tablesContext;
  std::string m_sink;
  QStringList m_known;
  std::optional<SteadyTime> m_askedAt;
  bool m_connected = true;
};

}  // namespace penstock::ui
