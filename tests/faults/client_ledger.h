// SPDX-License-Identifier: Apache-2.0
// What a client knows, kept apart from the node: the change sets that it made, which of them it was
// told to be safe, and so what must be in the database. Each change set writes its number into a
// table whose trigger keeps all that were ever there, and adds it to a sum; every tenth is refused
// by the database.
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QString>
#include <QStringList>
#include <set>
#include <vector>

namespace penstock::test {

class ClientLedger {
 public:
  /// Tables of the change sets; may run again.
  static const char* const kSchema;
  /// A line of JSON with an id, of `bytes` or a little more.
  static QByteArray lineOf(int number, int bytes);

  /// What was not told to be safe, in order, then new ones: `count` numbers in all, at least.
  std::vector<int> nextRound(int count);
  void acknowledge(int number) { m_waiting.erase(number); }
  int made() const { return m_made; }
  bool allAcknowledged() const { return m_waiting.empty(); }

  /// What a database holds.
  struct Found {
    QStringList numbers;  ///< that were ever written, in order
    QStringList sums;
    QStringList letters;  ///< ids of dead letters, sorted
  };
  static Found readFrom(const QString& databaseFile);
  /// Once all are acknowledged. Empty, or the first thing that is wrong.
  QString compare(const Found& found) const;

 private:
  int m_made = 0;
  std::set<int> m_waiting;
};

}  // namespace penstock::test
