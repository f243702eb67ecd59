// SPDX-License-Identifier: Apache-2.0
// Stands between clients of a database and its server, and loses connections at a COMMIT.
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
    Client,   ///< at once, by a reset: the server commits when it can, and knows of no loss
  };
  /// At the next `COMMIT`, of whatever connection.
  void loseAtCommit(Lose what) { m_lose = what; }
  /// That has happened, or was never asked for.
  bool hasLost() const { return m_lose == Lose::Nothing; }
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
  static bool loseClient(Pair& pair);
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
