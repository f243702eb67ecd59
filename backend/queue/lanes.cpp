// SPDX-License-Identifier: Apache-2.0
#include "queue/lanes.h"

#include "base/check.h"

namespace penstock {

bool Lanes::mayCommit(Ticket ticket) const { return static_cast<std::uint64_t>(ticket) == m_turn; }

std::vector<ShardStep> Lanes::stepsTo(Sequence next) const {
  CHECK(next >= m_settled);
  return {ShardStep{kAllShards, m_settled, next}};
}

void Lanes::settle(std::span<const ShardStep> steps) {
  for (const ShardStep& step : steps) {
    if (step.shard == kReviewCount) continue;
    CHECK(step.expected == m_settled);
    m_settled = step.next;
  }
}

void Lanes::release(Ticket ticket) {
  CHECK(mayCommit(ticket));
  ++m_turn;
}

}  // namespace penstock
