// SPDX-License-Identifier: Apache-2.0
// How many change sets of 128 bytes a second are acknowledged as synced, two producers pipelining,
// beside RocksDB with synced write batches.
#pragma once

#include "tests/bench/case.h"

namespace penstock::bench {

class JournalThroughput final : public Case {
 public:
  std::vector<Line> lines() const override {
    return {{"journal_throughput", "sets/s", Better::Higher, 3}};
  }
  std::string peerName() const override;
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;
  Status tunePeer(const std::string& directory) override;
};

}  // namespace penstock::bench
