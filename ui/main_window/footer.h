// SPDX-License-Identifier: GPL-3.0-or-later
// What the watching itself costs and misses: milliseconds per frame, how late the node's samples
// were, samples per second and lost, history kept, version.
#pragma once

#include <QLabel>
#include <array>
#include <chrono>
#include <deque>
#include <utility>

#include "base/clock.h"

#include "ui/models/sample_store.h"

namespace penstock::ui {

/// Threads: GUI.
class Footer : public QWidget {
  Q_OBJECT

 public:
  explicit Footer(const QString& version, QWidget* parent = nullptr);

  /// One turn of the window's work took so long.
  void addFrame(std::chrono::microseconds took);
  void addSample(const Snapshot& sample);
  /// Renews the text. `note`: what slows the charts; empty mostly.
  void renew(const SampleStore& store, SteadyTime now, const QString& note);
  QString text() const;

 private:
  QLabel* m_cost;
  QLabel* m_samples;
  QLabel* m_history;
  std::deque<double> m_frames;  ///< milliseconds
  std::deque<double> m_late;    ///< milliseconds
  std::deque<std::pair<SteadyTime, std::uint64_t>> m_taken;
};

}  // namespace penstock::ui
