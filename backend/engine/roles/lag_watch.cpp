// SPDX-License-Identifier: Apache-2.0
#include "engine/roles/lag_watch.h"

#include <utility>

namespace penstock {

bool LagWatch::isOver(const Lag& lag) const {
  const bool hasTooMuch = m_limit.bytes != 0 && lag.bytes > m_limit.bytes;
  const bool isTooOld = m_limit.age.count() != 0 && lag.age > m_limit.age;
  return hasTooMuch || isTooOld;
}

bool LagWatch::look(const Lag& lag) {
  if (!isOver(lag)) {
    m_before.reset();
    return false;
  }
  const std::optional<Lag> before = std::exchange(m_before, lag);
  return before && lag.bytes >= before->bytes && lag.age >= before->age;
}

}  // namespace penstock
