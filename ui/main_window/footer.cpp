// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/footer.h"

#include <QHBoxLayout>
#include <algorithm>

#include "ui/models/quantity.h"

namespace penstock::ui {

namespace {

constexpr std::size_t kFramesMax = 50;
constexpr std::size_t kLateMax = 600;
constexpr int kHeight = 22;

template <typename Values>
double quantileOf(const Values& values, double quantile) {
  if (values.empty()) return 0;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted[std::size_t(quantile * double(sorted.size() - 1))];
}

template <typename Values>
void keep(Values& values, double value, std::size_t max) {
  values.push_back(value);
  if (values.size() > max) values.pop_front();
}

}  // namespace

Footer::Footer(const QString& version, QWidget* parent)
    : QWidget(parent),
      m_cost(new QLabel(this)),
      m_samples(new QLabel(this)),
      m_history(new QLabel(this)) {
  setFixedHeight(kHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 0, 8, 0);
  row->setSpacing(16);
  auto* versionLabel = new QLabel(QStringLiteral("v") + version, this);
  m_cost->setToolTip(
      QStringLiteral("The work of this window per turn, and how late the node took "
                     "its samples: large numbers mean a busy machine"));
  m_samples->setToolTip(QStringLiteral("Samples of the node that this window took in, and missed"));
  m_history->setToolTip(QStringLiteral("What the charts can show without asking the node again"));
  row->addWidget(m_cost);
  row->addWidget(m_samples);
  row->addWidget(m_history);
  row->addStretch(1);
  row->addWidget(versionLabel);
}

void Footer::addFrame(std::chrono::microseconds took) {
  keep(m_frames, double(took.count()) / 1'000, kFramesMax);
}

void Footer::addSample(const Snapshot& sample) {
  keep(m_late, double(sample.tickLateMicros) / 1'000, kLateMax);
}

void Footer::renew(const SampleStore& store, SteadyTime now, const QString& note) {
  // What was there before this window is history, no rate of its own.
  if (!m_taken.empty() && m_taken.front().second == 0) m_taken.clear();
  m_taken.emplace_back(now, store.samplesTaken());
  while (m_taken.size() > 2 && now - m_taken.front().first > std::chrono::seconds(5)) {
    m_taken.pop_front();
  }
  const double seconds = std::chrono::duration<double>(now - m_taken.front().first).count();
  const double taken = double(store.samplesTaken() - m_taken.front().second);
  const QString rate = seconds > 0 ? QString::number(taken / seconds, 'f', 0) : QStringLiteral("–");
  QString cost = QStringLiteral("window %1 ms/frame, tick late p99 %2 ms")
                     .arg(quantileOf(m_frames, 0.9), 0, 'f', 0)
                     .arg(quantileOf(m_late, 0.99), 0, 'f', 1);
  if (!note.isEmpty()) cost += QStringLiteral(" · ") + note;
  m_cost->setText(cost);
  m_samples->setText(
      QStringLiteral("samples %1/s, lost %2").arg(rate, formatCount(store.samplesLost())));
  const auto& rows = store.rows();
  const double kept = rows.empty() ? 0 : rows.back().time - rows.front().time;
  m_history->setText(QStringLiteral("history %1").arg(formatDuration(kept)));
}

QString Footer::text() const {
  return m_cost->text() + ' ' + m_samples->text() + ' ' + m_history->text();
}

}  // namespace penstock::ui
