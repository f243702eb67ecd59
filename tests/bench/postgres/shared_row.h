// SPDX-License-Identifier: Apache-2.0
// 700 groups that update rows of their own, and with every tenth change set one row that all of
// them share: what keeping that row in order costs several lanes. Beside ourselves without it.
#pragma once

#include "tests/bench/case.h"
#include "tests/bench/row_load.h"

namespace penstock::bench {

class SharedRow final : public Case {
 public:
  SharedRow();

  std::vector<Line> lines() const override;
  std::string peerName() const override { return "itself without the shared row"; }
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;

 private:
  enum class Sharing : std::uint8_t { None, Tenth };
  Result<Measured> measure(const std::string& directory, Sharing sharing) const;
  Row update(std::uint64_t index) const;

  const RowLoad m_load;
  std::vector<std::string> m_groups;
};

}  // namespace penstock::bench
