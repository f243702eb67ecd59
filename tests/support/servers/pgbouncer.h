// SPDX-License-Identifier: Apache-2.0
// A real pgbouncer of a test's own, in front of a PostgreSQL server.
#pragma once

#include "tests/support/servers/postgres_server.h"
#include "tests/support/servers/test_server.h"

namespace penstock::test {

/// All databases of the server are there under their own names, for everybody.
class PgBouncer final : public TestServer {
 public:
  enum class Mode : std::uint8_t { Session, Transaction };
  PgBouncer(const PostgresServer& server, Mode mode);
  ~PgBouncer() override;

 private:
  bool tryStart() override;

  const int m_serverPort;
  const Mode m_mode;
};

}  // namespace penstock::test
