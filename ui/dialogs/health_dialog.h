// SPDX-License-Identifier: GPL-3.0-or-later
// *Configuration health*: the settings of node and databases beside advice, the worst first. Asked
// when it is opened and on Refresh; the databases are asked by the node, never by the window.
#pragma once

#include <QDialog>

#include "base/clock.h"
#include "ui/models/palette.h"
#include "ui/panels/page_table.h"

class QLabel;
class QTextBrowser;

namespace penstock::ui {

class LevelMarks;

/// Threads: GUI.
/// Expects: tick() several times a second; the desk outlives it.
class HealthDialog : public QDialog {
  Q_OBJECT

 public:
  explicit HealthDialog(BrowseDesk& desk, QWidget* parent = nullptr);

  void tick(SteadyTime now) { m_pages->tick(now); }
  void setConnected(bool connected) { m_pages->setConnected(connected); }
  void setShade(Shade shade);
  PageTable* pages() const { return m_pages; }
  /// `2 critical, 1 warning, 12 good`.
  QString summary() const;
  /// The row that is chosen, in full.
  QString detail() const;

 private:
  void showSummary();
  void showDetail();

  PageTable* m_pages;
  LevelMarks* m_marks;
  QLabel* m_summary;
  QTextBrowser* m_detail;
};

}  // namespace penstock::ui
