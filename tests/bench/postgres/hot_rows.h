// SPDX-License-Identifier: Apache-2.0
// A million updates over a thousand rows, in order for each row: what folding is worth. Beside
// libpq, which keeps only the last update of each row in a batch.
#pragma once

#include "tests/bench/case.h"
#include "tests/bench/postgres/libpq_peer.h"
#include "tests/bench/row_load.h"

namespace penstock::bench {

class HotRows final : public Case {
 public:
  HotRows() : m_load(RowLoad::Kind::Insert) {}

  std::vector<Line> lines() const override;
  std::string peerName() const override;
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;
  Status tunePeer(const std::string& directory) override;

 private:
  Row update(std::uint64_t index) const;
  Result<Measured> measurePeer(const LibpqSettings& settings) const;

  const RowLoad m_load;
};

}  // namespace penstock::bench
