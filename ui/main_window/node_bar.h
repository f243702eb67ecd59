// SPDX-License-Identifier: GPL-3.0-or-later
// Which node and which sink is looked at, over which span, live or frozen; the exports, and the
// lock that makes the window watch only.
#pragma once

#include <QMenu>
#include <QWidget>
#include <chrono>
#include <string>
#include <vector>

#include "metrics/snapshot.h"

class QComboBox;
class QToolButton;

namespace penstock::ui {

/// Threads: GUI.
class NodeBar : public QWidget {
  Q_OBJECT

 public:
  explicit NodeBar(QWidget* parent = nullptr);

  void showNode(const QString& name);
  /// The list changes only when the sinks are others.
  void showSinks(const std::vector<SinkSnapshot>& sinks);
  void chooseSink(const std::string& sink);
  void showSpan(std::chrono::milliseconds span);
  void showFrozen(bool frozen);
  enum class Lock : std::uint8_t { Open, Locked, LockedForGood };
  void showLock(Lock lock);
  QMenu* exportMenu() const { return m_exportMenu; }

 signals:
  void sinkChosen(const std::string& sink);
  void spanChosen(std::chrono::milliseconds span);
  void liveWanted();
  void freezeToggled();
  void lockToggled();

 private:
  void makeLists();
  void makeSpans();
  QToolButton* makeButton(const QString& text, const QString& tooltip);

  QComboBox* m_node = nullptr;
  QComboBox* m_sink = nullptr;
  std::string m_chosenSink;
  QToolButton* m_live = nullptr;
  std::vector<QToolButton*> m_spans;
  QToolButton* m_freeze = nullptr;
  QToolButton* m_lock = nullptr;
  QMenu* m_exportMenu;
};

}  // namespace penstock::ui
