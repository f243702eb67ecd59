// SPDX-License-Identifier: Apache-2.0
// Whether the ten samples a second stay whole and in time while the game workload takes all cores,
// beside the same engine idle. Of a window nothing is said here.
#pragma once

#include <chrono>

#include "tests/bench/case.h"

namespace penstock::bench {

class LiveTick final : public Case {
 public:
  /// `stretch`: of one run, under load and idle each.
  explicit LiveTick(std::chrono::seconds stretch) : m_stretch(stretch) {}

  std::vector<Line> lines() const override {
    return {{"live_tick_late_p99", "us", Better::Lower, 0}};
  }
  std::string peerName() const override { return "the same engine idle"; }
  /// Errors: Conflict when a tick was lost, or the workload's check found a difference.
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;

 private:
  const std::chrono::seconds m_stretch;
};

}  // namespace penstock::bench
