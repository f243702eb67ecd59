// SPDX-License-Identifier: Apache-2.0
// Where the history puts its answers until the asker takes them: an asker never waits unless it
// wants to, and the history never calls back.
#pragma once

#include <cstdint>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "metrics/history_point.h"

namespace penstock {

struct HistoryAnswer {
  std::uint64_t ticket = 0;  ///< as the asker chose it
  Status status;
  std::vector<HistoryPoint> points;
};

/// One for each asker.
/// Threads: any.
class HistoryBox {
 public:
  void put(HistoryAnswer answer) EXCLUDES(m_mutex);
  /// What has arrived since the last call.
  std::vector<HistoryAnswer> take() EXCLUDES(m_mutex);
  /// Waits until there is one. Expects: one was asked for and not yet taken (each is answered).
  std::vector<HistoryAnswer> waitAndTake() EXCLUDES(m_mutex);

 private:
  Mutex m_mutex;
  CondVar m_arrived;
  std::vector<HistoryAnswer> m_answers GUARDED_BY(m_mutex);
};

}  // namespace penstock
