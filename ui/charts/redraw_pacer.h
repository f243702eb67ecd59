// SPDX-License-Identifier: GPL-3.0-or-later
// Decides how often the charts may draw, from how long they took: numbers and buttons come first.
// Above a fifth of the interval drawing slows down to every 500 ms, then every second; ten seconds
// of cheap drawing take it back a step. Pure: time is handed in.
#pragma once

#include <QString>
#include <chrono>

#include "base/clock.h"

namespace penstock::ui {

class RedrawPacer {
 public:
  static constexpr std::chrono::milliseconds kUsualInterval{200};
  static constexpr std::chrono::milliseconds kSlowInterval{500};
  static constexpr std::chrono::milliseconds kSlowestInterval{1000};
  static constexpr std::chrono::seconds kRecoverAfter{10};

  /// Whether the interval since the last drawing is over (a tenth early counts: timers are coarse).
  bool mayDraw(SteadyTime now) const;
  /// Tells that a drawing ended at `now` and took so long.
  void drawn(SteadyTime now, std::chrono::microseconds took);

  std::chrono::milliseconds interval() const { return m_interval; }
  /// What the last drawing took.
  std::chrono::microseconds lastTook() const { return m_lastTook; }
  /// `Charts slowed to 1/s: drawing took 250 ms`, the one that slowed them; empty at the usual
  /// pace.
  QString note() const;

 private:
  bool isTooMuch(std::chrono::microseconds took, std::chrono::milliseconds interval) const;

  std::chrono::milliseconds m_interval = kUsualInterval;
  SteadyTime m_lastDrawn{};
  SteadyTime m_cheapSince{};
  std::chrono::microseconds m_lastTook{0};
  std::chrono::microseconds m_slowedBy{0};
};

}  // namespace penstock::ui
