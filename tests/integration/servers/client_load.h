// SPDX-License-Identifier: Apache-2.0
// Producers that submit to a node while a test does something to its databases.
#pragma once

#include <vector>

#include "base/mutex.h"
#include "base/worker.h"
#include "tests/integration/servers/load_ledger.h"

namespace penstock::test {

/// Threads: one. Borrows both; ends before the node does.
class ClientLoad {
 public:
  /// All producers of the ledger, at this rate together.
  ClientLoad(SubmitPort& port, LoadLedger& ledger, double setsPerSecond = 1500);
  /// Ends; what was not told until now is not told any more.
  ~ClientLoad();
  ClientLoad(const ClientLoad&) = delete;
  ClientLoad& operator=(const ClientLoad&) = delete;

  /// Returns when nobody submits any more.
  void end();

 private:
  void produce(int producer, Client& client, SteadyTime::duration every);
  bool waitUntil(SteadyTime next);

  LoadLedger& m_ledger;
  Mutex m_mutex;
  CondVar m_changed;
  bool m_ends GUARDED_BY(m_mutex) = false;
  std::vector<std::unique_ptr<Client>> m_clients;
  std::vector<Worker> m_workers;
};

}  // namespace penstock::test
