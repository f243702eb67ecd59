// SPDX-License-Identifier: GPL-3.0-or-later
// The tables under the charts, each behind its tab: queue, data, sinks, shards, events, dead
// letters, workload. In a low window they fold to their tabs; a click on a tab opens them.
#pragma once

#include <QTabWidget>

#include "ui/panels/data_panel.h"
#include "ui/panels/dead_letters_panel.h"
#include "ui/panels/events_panel.h"
#include "ui/panels/queue_panel.h"
#include "ui/panels/shards/shards_panel.h"
#include "ui/panels/sinks_panel.h"
#include "ui/panels/workload_panel.h"

namespace penstock::ui {

/// Threads: GUI.
/// Expects: tick() several times a second.
class TableTabs : public QTabWidget {
  Q_OBJECT

 public:
  enum class Tab : std::uint8_t { Queue, Data, Sinks, Shards, Events, DeadLetters, Workload };

  TableTabs(BrowseDesk& browse, CommandDesk& commands, QWidget* parent = nullptr);

  void tick(SteadyTime now);
  void showSample(const Snapshot& sample, const Snapshot* before);
  void setConnected(bool connected);
  void setSink(const std::string& sink);
  void setShade(Shade shade);
  void setTimeStyle(TimeStyle style);
  /// Shows the tab, unfolded.
  void open(Tab tab);
  /// The filter of the tab in view gets the focus.
  void focusFilter();
  enum class Fold : std::uint8_t { Open, Folded };
  void setFold(Fold fold);
  Fold fold() const { return m_fold; }

  QueuePanel* queue() const { return m_queue; }
  DataPanel* data() const { return m_data; }
  SinksPanel* sinks() const { return m_sinks; }
  ShardsPanel* shards() const { return m_shards; }
  EventsPanel* events() const { return m_events; }
  DeadLettersPanel* deadLetters() const { return m_deadLetters; }
  WorkloadPanel* workload() const { return m_workload; }

 signals:
  void foldChanged();

 private:
  void showDeadLetterCount(std::uint64_t waiting);

  QueuePanel* m_queue;
  DataPanel* m_data;
  SinksPanel* m_sinks;
  ShardsPanel* m_shards;
  EventsPanel* m_events;
  DeadLettersPanel* m_deadLetters;
  WorkloadPanel* m_workload;
  Fold m_fold = Fold::Open;
};

}  // namespace penstock::ui
