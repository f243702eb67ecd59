// SPDX-License-Identifier: GPL-3.0-or-later
// What happened, newest first: commands with who gave them, backpressure, errors, restarts, to be
// filtered by how grave they are and by any text.
#pragma once

#include <QWidget>
#include <vector>

#include "ui/models/events_model.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace penstock::ui {

class EventFilter;

/// Threads: GUI.
class EventsPanel : public QWidget {
  Q_OBJECT

 public:
  explicit EventsPanel(QWidget* parent = nullptr);

  EventsModel& model() { return *m_model; }
  QTableView* view() const { return m_view; }
  QLineEdit* filter() const { return m_text; }
  QComboBox* severity() const { return m_severity; }
  /// Renews the sentence that stands where there are no rows.
  void showEmptyText();

 signals:
  /// An event was double-clicked: the charts are to show this moment.
  void momentChosen(qint64 wallMicros);

 private:
  void makeChoices();
  void makeView();

  EventsModel* m_model;
  EventFilter* m_filter;
  QComboBox* m_severity;
  QLineEdit* m_text;
  QTableView* m_view;
  QLabel* m_empty;
};

}  // namespace penstock::ui
