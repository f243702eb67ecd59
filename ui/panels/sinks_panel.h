// SPDX-License-Identifier: GPL-3.0-or-later
// The sinks of the node, a row each, with the last error in full below the one that is chosen.
#pragma once

#include <QWidget>

#include "ui/models/sinks_model.h"

class QTableView;
class QLabel;

namespace penstock::ui {

/// Threads: GUI.
class SinksPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SinksPanel(QWidget* parent = nullptr);

  /// `before`: about two seconds older, for rates; may be null.
  void showSample(const Snapshot& sample, const Snapshot* before);
  void setShade(Shade shade) { m_model->setShade(shade); }
  QTableView* view() const { return m_view; }

 signals:
  /// A row was double-clicked: the window is to look at this sink.
  void sinkChosen(const std::string& sink);

 private:
  SinksModel* m_model;
  QTableView* m_view;
  QLabel* m_empty;
};

}  // namespace penstock::ui
