// SPDX-License-Identifier: Apache-2.0
// Rows a second from submit to persisted in PostgreSQL, with a synced journal before it, beside
// libpq alone with the same batches and the same durability.
#pragma once

#include "tests/bench/case.h"
#include "tests/bench/postgres/bench_database.h"
#include "tests/bench/postgres/libpq_peer.h"
#include "tests/bench/row_load.h"

namespace penstock::bench {

class PersistPostgres final : public Case {
 public:
  explicit PersistPostgres(RowLoad::Kind kind) : m_kind(kind), m_load(kind) {}

  std::vector<Line> lines() const override;
  std::string peerName() const override;
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;
  Status tunePeer(const std::string& directory) override;

 private:
  struct PeerSettings {
    LibpqSettings libpq;
    int connections = 1;  ///< each with its part of the load; upserts keep their order: one
  };
  static PeerSettings bestFor(RowLoad::Kind kind);
  static std::string nameOf(const PeerSettings& settings, RowLoad::Kind kind);
  Result<Measured> measurePeer(const PeerSettings& settings) const;
  Status writeAll(const PeerSettings& settings, const std::string& connection) const;

  const RowLoad::Kind m_kind;
  const RowLoad m_load;
};

/// The same inserts by 2, 4 and 8 workers, beside one.
class PostgresWorkers final : public Case {
 public:
  PostgresWorkers() : m_load(RowLoad::Kind::Insert) {}

  std::vector<Line> lines() const override;
  std::string peerName() const override { return "itself with 1 worker"; }
  Result<Measured> measureOurs(const std::string& directory) override;
  Result<Measured> measurePeer(const std::string& directory) override;

 private:
  const RowLoad m_load;
};

}  // namespace penstock::bench
