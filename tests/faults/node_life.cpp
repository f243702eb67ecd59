// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/node_life.h"

#include "tests/integration/daemon_process.h"

namespace penstock::test {
namespace {

constexpr int kRoundSets = 10;
constexpr int kRoundsMax = 40;
/// A segment of 4 MiB is full after less than half of the rounds.
constexpr int kSetBytes = 24'000;
constexpr int kPatienceMs = 60'000;

}  // namespace

void NodeLife::start(const QProcessEnvironment& environment) {
  m_process.setProcessEnvironment(environment);
  m_process.start(PENSTOCK_TELLING_NODE, m_arguments);
}

/// False: it is dead, or does not answer.
bool NodeLife::feedRound() {
  for (const int number : m_ledger.nextRound(kRoundSets)) {
    m_sent.push_back(number);
    m_process.write(ClientLedger::lineOf(number, kSetBytes));
  }
  while (!m_ledger.allAcknowledged()) {
    if (!m_refusal.isEmpty() || !m_process.waitForReadyRead(kPatienceMs)) return false;
    takeAnswers();
  }
  return true;
}

void NodeLife::takeAnswers() {
  QByteArrayList lines = (m_partOfALine + m_process.readAllStandardOutput()).split('\n');
  m_partOfALine = lines.takeLast();
  for (const QByteArray& line : lines) {
    const qsizetype blank = line.indexOf(' ');
    if (blank >= 0) m_refusal = line;
    if (blank < 0) m_ledger.acknowledge(m_sent.at(line.toUInt() - 1));
  }
}

LifeEnd NodeLife::wrong(const QString& what) {
  m_process.kill();
  m_process.waitForFinished(kPatienceMs);
  return {LifeEnd::Kind::Wrong, what + " " + m_refusal + " " + m_process.readAllStandardError()};
}

LifeEnd NodeLife::live(int rounds) {
  start(QProcessEnvironment::systemEnvironment());
  for (int i = 0; i < rounds; ++i) {
    if (!feedRound()) return wrong("it did not acknowledge everything:");
  }
  m_process.closeWriteChannel();
  const bool ended = m_process.waitForFinished(kPatienceMs);
  const bool good = m_process.exitStatus() == QProcess::NormalExit && m_process.exitCode() == 0;
  if (!ended || !good) return wrong("it did not stop in order:");
  return {LifeEnd::Kind::Stopped, {}};
}

LifeEnd NodeLife::dieAt(const KillPoint& point, int number, std::chrono::milliseconds patience) {
  start(environmentOf(point, number));
  for (int i = 0; i < kRoundsMax && feedRound(); ++i) continue;
  m_process.waitForFinished(static_cast<int>(patience.count()));
  takeAnswers();
  if (!wasKilled(m_process) || !m_refusal.isEmpty()) {
    return wrong(QString("never killed at '%1', %2:").arg(point.name).arg(number));
  }
  return {LifeEnd::Kind::Killed, {}};
}

}  // namespace penstock::test
