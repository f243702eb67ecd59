// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/pgbouncer.h"

#include <libpq-fe.h>
#include <signal.h>

#include <QFile>

#include "base/check.h"

namespace penstock::test {

namespace {

constexpr const char* kConfig = R"([databases]
* = host=127.0.0.1 port=%1 user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %2
unix_socket_dir =
auth_type = any
pool_mode = %3
default_pool_size = 20
server_login_retry = 1
)";

}  // namespace

PgBouncer::PgBouncer(const PostgresServer& server, Mode mode)
    : TestServer({"pgbouncer", "postgres", "KILL"}), m_serverPort(server.port()), m_mode(mode) {
  startOnFreePort();
}

PgBouncer::~PgBouncer() { end(SIGKILL); }

bool PgBouncer::tryStart() {
  const QString path = QString::fromStdString(folder() + "/pgbouncer.ini");
  const QString mode = m_mode == Mode::Session ? "session" : "transaction";
  QFile file(path);
  CHECK(file.open(QIODevice::WriteOnly));
  file.write(QString(kConfig).arg(m_serverPort).arg(port()).arg(mode).toUtf8());
  file.close();
  if (!launch({"/usr/sbin/pgbouncer", path})) return false;
  const std::string target =
      std::string("host=") + kHost + " port=" + std::to_string(port()) + " dbname=postgres";
  while (PQping(target.c_str()) != PQPING_OK) {
    if (hasEnded(20)) return false;
  }
  return true;
}

}  // namespace penstock::test
