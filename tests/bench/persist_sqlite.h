// SPDX-License-Identifier: Apache-2.0
// Rows a second from submit to persisted in SQLite, with a synced journal before it, beside the
// sqlite3 library alone with the same batches and the same durability.
#pragma once

#include "tests/bench/case.h"
#include "tests/bench/row_load.h"

namespace penstock::bench {

class PersistSqlite final : public Case {
 public:
  explicit PersistSqlite(RowLoad::Kind kind) : m_kind(kind), m_load(kind) {}

  std::vector<Line> lines() const override;
  std::string peerName() const override;
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;
  Status tunePeer(const std::string& directory) override;

 private:
  Status makeTable(const std::string& database) const;

  const RowLoad::Kind m_kind;
  const RowLoad m_load;
};

}  // namespace penstock::bench
