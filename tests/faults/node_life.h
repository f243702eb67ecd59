// SPDX-License-Identifier: Apache-2.0
// One life of a real node that tells acknowledgements (telling_node.cpp): fed in rounds, each when
// all of the round before is acknowledged, until it is killed, or ended in order.
#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>
#include <chrono>
#include <utility>
#include <vector>

#include "tests/faults/client_ledger.h"
#include "tests/faults/kill_point.h"

namespace penstock::test {

/// How a life ended.
struct LifeEnd {
  enum class Kind { Stopped, Killed, Wrong } kind = Kind::Wrong;
  QString story;  ///< when wrong, what happened instead
};

/// Threads: one. Owns: the process; the ledger outlives it.
class NodeLife {
 public:
  /// `directory` has a penstock.toml and gets the data; `options` are further ones of the program.
  NodeLife(ClientLedger& ledger, const QString& directory, const QStringList& options = {})
      : m_ledger(ledger),
        m_arguments(QStringList{"--config", directory + "/penstock.toml", "--data-dir",
                                directory + "/data"} +
                    options) {}

  /// Until it stops in order, with all that it was fed acknowledged.
  LifeEnd live(int rounds);
  /// Until the `number`th call of the point; wrong when that has not come so long after the last
  /// round.
  LifeEnd dieAt(const KillPoint& point, int number,
                std::chrono::milliseconds patience = std::chrono::seconds(15));

 private:
  void start(const QProcessEnvironment& environment);
  bool feedRound();
  void takeAnswers();
  LifeEnd wrong(const QString& what);

  ClientLedger& m_ledger;
  const QStringList m_arguments;
  QProcess m_process;
  std::vector<int> m_sent;
  QByteArray m_partOfALine;
  QString m_refusal;
};

}  // namespace penstock::test
