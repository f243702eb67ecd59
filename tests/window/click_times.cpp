// SPDX-License-Identifier: Apache-2.0
#include "tests/window/click_times.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QPointer>
#include <QRandomGenerator>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <optional>

namespace penstock::test {

namespace {

using std::chrono::milliseconds;

// What is promised holds for a release build on a machine of its own: PENSTOCK_STRICT_TIMES=1
// asserts that. Elsewhere, beside other work or under sanitizers, the bounds only find what hangs,
// as no test may depend on how fast a machine is.
int slowness() { return qEnvironmentVariableIsSet("PENSTOCK_STRICT_TIMES") ? 1 : 10; }
milliseconds feedbackMax() { return milliseconds(100) * slowness(); }
milliseconds effectMax() { return milliseconds(1'000) * slowness(); }
constexpr milliseconds kPatience{20'000};

// Sees every paint of the application while it lives, those within the handler of a click too.
class PaintWatch : public QObject {
 public:
  PaintWatch(const QElapsedTimer& clock, std::function<bool(const QWidget&)> answers)
      : m_clock(clock), m_answers(std::move(answers)) {
    QCoreApplication::instance()->installEventFilter(this);
  }
  /// When the first answer was painted, by the clock.
  const std::optional<milliseconds>& seenAt() const { return m_seenAt; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    const auto* widget = event->type() == QEvent::Paint ? qobject_cast<QWidget*>(watched) : nullptr;
    if (widget != nullptr && !m_seenAt && m_answers(*widget)) {
      m_seenAt = milliseconds(m_clock.elapsed());
    }
    return false;
  }

 private:
  const QElapsedTimer& m_clock;
  const std::function<bool(const QWidget&)> m_answers;
  std::optional<milliseconds> m_seenAt;
};

milliseconds medianOf(std::vector<milliseconds> times) {
  if (times.empty() || times.front() < milliseconds(0)) return milliseconds(-1);
  std::ranges::sort(times);
  return times[times.size() / 2];
}

}  // namespace

bool until(milliseconds limit, const std::function<bool()>& holds) {
  QElapsedTimer clock;
  clock.start();
  QTimer wake;  // so that waiting for events ends in time
  wake.start(limit / 10 + milliseconds(1));
  while (!holds()) {
    if (clock.elapsed() > limit.count()) return false;
    QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
  }
  return true;
}

ClickTime timeClick(const ClickRequest& request) {
  if (!until(kPatience, [&] { return request.button->isEnabled(); })) return {};
  const milliseconds due(QRandomGenerator::global()->bounded(5, 150));
  QElapsedTimer clock;
  clock.start();
  bool isClicked = false;
  ClickTime time;
  // The time counts from when it was due: a window that is busy then is late, and that counts.
  const auto sinceDue = [&] { return milliseconds(clock.elapsed()) - due; };
  QTimer press;
  press.setSingleShot(true);
  press.setTimerType(Qt::PreciseTimer);
  PaintWatch watch(clock,
                   [&](const QWidget& painted) { return isClicked && request.answers(painted); });
  QObject::connect(&press, &QTimer::timeout, request.button, [&, button = request.button] {
    isClicked = true;
    QTest::mouseClick(button, Qt::LeftButton);
  });
  press.start(due);
  (void)until(kPatience, [&] {
    if (!isClicked) return false;
    if (watch.seenAt()) time.feedback = *watch.seenAt() - due;
    if (time.effect < milliseconds(0) && request.isInEffect()) time.effect = sinceDue();
    return time.feedback >= milliseconds(0) && time.effect >= milliseconds(0);
  });
  return time;
}

milliseconds ClickTimes::medianFeedback() const {
  std::vector<milliseconds> times;
  for (const ClickTime& time : m_times) times.push_back(time.feedback);
  return medianOf(std::move(times));
}

milliseconds ClickTimes::medianEffect() const {
  std::vector<milliseconds> times;
  for (const ClickTime& time : m_times) times.push_back(time.effect);
  return medianOf(std::move(times));
}

QString ClickTimes::complaint() const {
  const bool allCame = std::ranges::all_of(m_times, [](const ClickTime& time) {
    return time.feedback >= milliseconds(0) && time.effect >= milliseconds(0);
  });
  if (m_times.empty() || !allCame)
    return summary() + QStringLiteral(": not every click was answered");
  if (medianFeedback() > feedbackMax()) return summary() + QStringLiteral(": feedback is late");
  if (medianEffect() > effectMax()) return summary() + QStringLiteral(": the effect is late");
  return {};
}

QString ClickTimes::summary() const {
  milliseconds worstFeedback{-1};
  milliseconds worstEffect{-1};
  for (const ClickTime& time : m_times) {
    worstFeedback = std::max(worstFeedback, time.feedback);
    worstEffect = std::max(worstEffect, time.effect);
  }
  return QStringLiteral("%1: feedback %2 ms (worst %3), effect %4 ms (worst %5), %6 clicks")
      .arg(m_name)
      .arg(medianFeedback().count())
      .arg(worstFeedback.count())
      .arg(medianEffect().count())
      .arg(worstEffect.count())
      .arg(m_times.size());
}

}  // namespace penstock::test
