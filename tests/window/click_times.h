// SPDX-License-Identifier: Apache-2.0
// How long a click takes to be answered, as somebody at the screen would see it: from the moment
// the button went down, whatever the window was busy with, to the first painted answer, and to the
// effect.
#pragma once

#include <QAbstractButton>
#include <QString>
#include <chrono>
#include <functional>
#include <vector>

namespace penstock::test {

/// Runs the event loop until `holds` or until `limit` is over. Returns whether it holds.
bool until(std::chrono::milliseconds limit, const std::function<bool()>& holds);

struct ClickTime {
  std::chrono::milliseconds feedback{-1};  ///< below 0: none within the patience
  std::chrono::milliseconds effect{-1};    ///< likewise
};

struct ClickRequest {
  QAbstractButton* button = nullptr;
  /// Whether what this widget paints now answers the click.
  std::function<bool(const QWidget& painted)> answers;
  std::function<bool()> isInEffect;
};

/// Clicks once the button can be clicked, at a moment that has nothing to do with the window's own
/// timers.
ClickTime timeClick(const ClickRequest& request);

/// The times of one kind of click, told at the end as `pause: feedback 9 ms, effect 120 ms (5)`.
class ClickTimes {
 public:
  explicit ClickTimes(QString name) : m_name(std::move(name)) {}

  void add(const ClickTime& time) { m_times.push_back(time); }
  std::chrono::milliseconds medianFeedback() const;
  std::chrono::milliseconds medianEffect() const;
  /// Why these times are not good enough; empty: they are.
  QString complaint() const;
  QString summary() const;

 private:
  QString m_name;
  std::vector<ClickTime> m_times;
};

}  // namespace penstock::test
