// SPDX-License-Identifier: Apache-2.0
// Whether the ten samples a second stay whole and in time while the game workload takes all cores
// with the desktop window open, beside the same window idle. Both are the real program, in real
// windows, judged by the samples that it exports itself.
#pragma once

#include <chrono>

#include "tests/bench/case.h"

namespace penstock::bench {

/// Expects: `penstock` beside this program, and a display (run.sh starts a virtual one).
class LiveTick final : public Case {
 public:
  /// `stretch`: of one run, under load and idle each.
  explicit LiveTick(std::chrono::seconds stretch) : m_stretch(stretch) {}

  std::vector<Line> lines() const override { return {{"live_tick", "us p99", Better::Lower, 0}}; }
  std::string peerName() const override { return "the same window idle"; }
  /// Errors: Conflict when a tick was lost, or the load left a quarter of the cores free;
  /// Unavailable without the program or a display.
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;

 private:
  const std::chrono::seconds m_stretch;
};

}  // namespace penstock::bench
