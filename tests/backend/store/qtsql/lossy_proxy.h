// SPDX-License-Identifier: Apache-2.0
// Stands between a client of MariaDB and its server, and loses the connection at the next COMMIT.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/worker.h"

namespace penstock::test {

/// Threads: any; it forwards on one of its own.
class LossyProxy {
 public:
  explicit LossyProxy(int serverPort);
  ~LossyProxy();
  LossyProxy(const LossyProxy&) = delete;
  LossyProxy& operator=(const LossyProxy&) = delete;

  int port() const { return m_port; }
  enum class Lose : std::uint8_t {
    Nothing,
    Request,  ///< the server never hears of it, and keeps the transaction until closeLost()
    Answer,   ///< the server has committed
  };
  void loseAtCommit(Lose what) { m_lose = what; }
  /// What the client lost is closed at the server too.
  void closeLost() { m_closesLost = true; }

 private:
  struct Pair {
    int client = -1;
    int server = -1;
    bool dropsAnswer = false;
  };
  void loop();
  void connectOne();
  bool forward(Pair& pair, bool fromClient);
  static void closeBoth(Pair& pair);

  const int m_serverPort;
  int m_listening = -1;
  int m_port = 0;
  std::atomic<Lose> m_lose = Lose::Nothing;
  std::atomic<bool> m_closesLost = false;
  std::atomic<bool> m_ends = false;
  std::vector<Pair> m_pairs;  ///< of the thread
  Worker m_worker;            ///< last: it uses all others
};

}  // namespace penstock::test
