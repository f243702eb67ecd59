// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/redraw_pacer.h"

#include <algorithm>

#include "ui/models/quantity.h"

namespace penstock::ui {

namespace {

using std::chrono::milliseconds;

constexpr int kShareOfInterval = 5;  // a fifth

milliseconds slower(milliseconds interval) {
  return interval < RedrawPacer::kSlowInterval ? RedrawPacer::kSlowInterval
                                               : RedrawPacer::kSlowestInterval;
}

milliseconds faster(milliseconds interval) {
  return interval > RedrawPacer::kSlowInterval ? RedrawPacer::kSlowInterval
                                               : RedrawPacer::kUsualInterval;
}

}  // namespace

bool RedrawPacer::mayDraw(SteadyTime now) const {
  return now - m_lastDrawn >= m_interval - m_interval / 10;
}

bool RedrawPacer::isTooMuch(std::chrono::microseconds took, milliseconds interval) const {
  return took * kShareOfInterval > interval;
}

void RedrawPacer::drawn(SteadyTime now, std::chrono::microseconds took) {
  m_lastDrawn = now;
  m_lastTook = took;
  if (isTooMuch(took, m_interval)) {
    m_interval = slower(m_interval);
    m_slowedBy = took;
    m_cheapSince = now;
    return;
  }
  // Faster only when the faster pace would bear it, or it would come back at once.
  if (m_interval == kUsualInterval || isTooMuch(took, faster(m_interval))) {
    m_cheapSince = now;
    return;
  }
  if (now - m_cheapSince < kRecoverAfter) return;
  m_interval = faster(m_interval);
  m_cheapSince = now;
}

QString RedrawPacer::note() const {
  if (m_interval == kUsualInterval) return {};
  const auto perSecond = static_cast<int>(std::chrono::seconds(1) / m_interval);
  const double took = std::chrono::duration<double>(m_slowedBy).count();
  return QStringLiteral("Charts slowed to %1/s: drawing took %2")
      .arg(perSecond)
      .arg(formatQuantity(took, Unit::Seconds));
}

}  // namespace penstock::ui
