// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/servers/client_load.h"

#include <string>

namespace penstock::test {

ClientLoad::ClientLoad(SubmitPort& port, LoadLedger& ledger, double setsPerSecond)
    : m_ledger(ledger) {
  const auto every = std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::duration<double>(LoadLedger::kProducers / setsPerSecond));
  for (int i = 0; i < LoadLedger::kProducers; ++i) {
    m_clients.push_back(port.openClient("producer " + std::to_string(i), &ledger));
    m_workers.emplace_back("producer", ThreadPriority::Background,
                           [this, i, every] { produce(i, *m_clients[i], every); });
  }
}

ClientLoad::~ClientLoad() { end(); }

void ClientLoad::end() {
  {
    MutexLock lock(m_mutex);
    m_ends = true;
  }
  m_changed.notifyAll();
  m_workers.clear();
}

void ClientLoad::produce(int producer, Client& client, SteadyTime::duration every) {
  for (SteadyTime next = systemClock().steadyNow(); waitUntil(next); next += every) {
    const LoadLedger::Number number = m_ledger.take(producer);
    SubmitOptions options;
    options.token = AckToken{static_cast<std::uint64_t>(number)};
    options.notifyAt = AckLevel::Persisted;
    m_ledger.onAccepted(number, client.submit(LoadLedger::changeSetOf(number), options));
  }
}

// False: it ends.
bool ClientLoad::waitUntil(SteadyTime next) {
  MutexLock lock(m_mutex);
  while (!m_ends && m_changed.waitUntil(m_mutex, next)) {
  }
  return !m_ends;
}

}  // namespace penstock::test
