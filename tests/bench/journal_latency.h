// SPDX-License-Identifier: Apache-2.0
// How long one producer waits for a change set to be synced, one at a time, beside a bare loop of
// one block written and synced on a prepared file.
#pragma once

#include "tests/bench/case.h"

namespace penstock::bench {

class JournalLatency final : public Case {
 public:
  std::vector<Line> lines() const override {
    return {{"journal_latency", "us", Better::Lower, 0.8},
            {"journal_latency_p99", "us", Better::Lower, 0.5}};
  }
  std::string peerName() const override { return "loop of 4 KiB pwrite and fdatasync"; }
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;
};

}  // namespace penstock::bench
