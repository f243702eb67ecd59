// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/lossy_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

#include "base/check.h"

namespace penstock::test {

namespace {

constexpr int kTickMs = 10;
// As text: in a COM_QUERY of MariaDB's protocol, at the end of a query of PostgreSQL's.
constexpr std::string_view kCommit = "COMMIT";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int newSocket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

}  // namespace

LossyProxy::LossyProxy(int serverPort) : m_serverPort(serverPort), m_listening(newSocket()) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  CHECK(bind(m_listening, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(listen(m_listening, 8) == 0);
  CHECK(getsockname(m_listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  m_port = ntohs(address.sin_port);
  m_worker = Worker("lossy proxy", ThreadPriority::Normal, [this] { loop(); });
}

LossyProxy::~LossyProxy() {
  m_ends = true;
  m_worker.join();
  for (Pair& pair : m_pairs) closeBoth(pair);
  ::close(m_listening);
}

void LossyProxy::loop() {
  while (!m_ends) {
    std::vector<pollfd> waiting{{m_listening, POLLIN, 0}};
    for (const Pair& pair : m_pairs) {
      waiting.push_back({pair.client, POLLIN, 0});
      waiting.push_back({pair.server, POLLIN, 0});
    }
    ::poll(waiting.data(), waiting.size(), kTickMs);
    for (std::size_t i = 0; i < m_pairs.size(); ++i) {
      Pair& pair = m_pairs[i];
      const bool fromClient = waiting[1 + 2 * i].revents != 0;
      const bool fromServer = waiting[2 + 2 * i].revents != 0;
      const bool isLost = pair.client < 0 && pair.server >= 0 && m_closesLost;
      if ((fromClient && !forward(pair, true)) || (fromServer && !forward(pair, false)) || isLost) {
        closeBoth(pair);
      }
    }
    if (waiting[0].revents != 0) connectOne();
  }
}

void LossyProxy::connectOne() {
  Pair pair{::accept(m_listening, nullptr, nullptr), newSocket()};
  const sockaddr_in address = loopback(m_serverPort);
  // A server that is away is noticed by the client when it is answered nothing.
  if (connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return closeBoth(pair);
  }
  m_pairs.push_back(pair);
}

bool LossyProxy::forward(Pair& pair, bool fromClient) {
  char buffer[65536];
  const ssize_t count = ::read(fromClient ? pair.client : pair.server, buffer, sizeof buffer);
  if (count <= 0 || pair.dropsAnswer) return false;
  const std::string_view bytes(buffer, static_cast<std::size_t>(count));
  const bool isCommit = fromClient && bytes.find(kCommit) != std::string_view::npos;
  const Lose lose = isCommit ? m_lose.exchange(Lose::Nothing) : Lose::Nothing;
  if (lose == Lose::Request) return loseClient(pair);
  if (!fromClient && pair.client < 0) return true;  // nobody is there to hear it
  if (::write(fromClient ? pair.server : pair.client, buffer, bytes.size()) != count) return false;
  pair.dropsAnswer = lose == Lose::Answer;
  return lose != Lose::Client || loseClient(pair);
}

// The server does not notice.
bool LossyProxy::loseClient(Pair& pair) {
  const linger reset{1, 0};
  setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::close(pair.client);
  pair.client = -1;
  return true;
}

void LossyProxy::closeBoth(Pair& pair) {
  for (int* socket : {&pair.client, &pair.server}) {
    if (*socket >= 0) ::close(*socket);
    *socket = -1;
  }
}

}  // namespace penstock::test
