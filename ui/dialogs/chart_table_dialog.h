// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart shows as a table, beside the charts and without holding them up: for those who
// cannot see the lines, and for taking values along. It stands still until it is renewed.
#pragma once

#include <QDialog>

#include "ui/charts/chart_set.h"

class QLabel;
class QPushButton;
class QTableView;

namespace penstock::ui {

/// Threads: GUI.
/// Owns: its copy of the values; the charts outlive it.
class ChartTableDialog : public QDialog {
  Q_OBJECT

 public:
  ChartTableDialog(const ChartSet& charts, int chart, QWidget* parent = nullptr);

  QTableView* view() const { return m_view; }
  QPushButton* renewButton() const { return m_renew; }
  QPushButton* copyButton() const { return m_copy; }

 private:
  void makeButtons();
  /// Takes what is in view of the charts now.
  void renew();
  void copyAll();

  const ChartSet& m_charts;
  const int m_chart;
  QLabel* m_heading;
  QTableView* m_view;
  QPushButton* m_renew;
  QPushButton* m_copy;
};

}  // namespace penstock::ui
