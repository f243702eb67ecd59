// SPDX-License-Identifier: Apache-2.0
#include "metrics/history/history_box.h"

#include <utility>

namespace penstock {

void HistoryBox::put(HistoryAnswer answer) {
  const MutexLock lock(m_mutex);
  m_answers.push_back(std::move(answer));
  m_arrived.notifyAll();
}

std::vector<HistoryAnswer> HistoryBox::take() {
  const MutexLock lock(m_mutex);
  return std::exchange(m_answers, {});
}

std::vector<HistoryAnswer> HistoryBox::waitAndTake() {
  const MutexLock lock(m_mutex);
  while (m_answers.empty()) m_arrived.wait(m_mutex);
  return std::exchange(m_answers, {});
}

}  // namespace penstock
