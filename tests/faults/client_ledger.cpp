// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/client_ledger.h"

#include <algorithm>
#include <array>

#include "tests/integration/daemon_process.h"
#include "tests/integration/history.h"

namespace penstock::test {
namespace {

constexpr int kRows = 5;
constexpr int kSums = 3;

bool isRefused(int number) { return number % 10 == 0; }

}  // namespace

const char* const ClientLedger::kSchema = R"(
CREATE TABLE IF NOT EXISTS versions(id INTEGER PRIMARY KEY, version INTEGER CHECK (version > 0),
                                    text TEXT);
CREATE TABLE IF NOT EXISTS versions_ever(n INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER);
CREATE TABLE IF NOT EXISTS sums(id INTEGER PRIMARY KEY, sum INTEGER);
CREATE TRIGGER IF NOT EXISTS inserted AFTER INSERT ON versions BEGIN
  INSERT INTO versions_ever(version) VALUES (NEW.version); END;
CREATE TRIGGER IF NOT EXISTS updated AFTER UPDATE ON versions BEGIN
  INSERT INTO versions_ever(version) VALUES (NEW.version); END;
)";

QByteArray ClientLedger::lineOf(int number, int bytes) {
  const int version = isRefused(number) ? -number : number;
  return QString(R"({"id":"%1","changes":[)"
                 R"({"table":"sums","op":"upsert","key":{"id":%2},"add":{"sum":%1}},)"
                 R"({"table":"versions","op":"upsert","key":{"id":%3},)"
                 R"("set":{"version":%4,"text":"%5"}}]})")
             .arg(number)
             .arg(number % kSums)
             .arg(number % kRows)
             .arg(version)
             .arg(QString(bytes, 'x'))
             .toUtf8() +
         '\n';
}

std::vector<int> ClientLedger::nextRound(int count) {
  while (static_cast<int>(m_waiting.size()) < count) m_waiting.insert(++m_made);
  return {m_waiting.begin(), m_waiting.end()};
}

ClientLedger::Found ClientLedger::readFrom(const QString& databaseFile) {
  const QString numbers = rowsOf(databaseFile,
                                 "SELECT group_concat(version, ' ') FROM "
                                 "(SELECT version FROM versions_ever ORDER BY n)")
                              .value(0);
  return {
      numbers.split(' ', Qt::SkipEmptyParts),
      rowsOf(databaseFile, "SELECT sum FROM sums ORDER BY id"),
      rowsOf(databaseFile, "SELECT json_extract(change_set, '$.id') FROM penstock_dead_letter")};
}

QString ClientLedger::compare(const Found& found) const {
  if (!allAcknowledged()) return QString("%1 is not acknowledged").arg(*m_waiting.begin());
  QStringList numbers;
  QStringList letters;
  std::array<qint64, kSums> sums{};
  for (int number = 1; number <= m_made; ++number) {
    (isRefused(number) ? letters : numbers) << QString::number(number);
    if (!isRefused(number)) sums[static_cast<std::size_t>(number % kSums)] += number;
  }
  QStringList expectedSums;
  for (const qint64 sum : sums) expectedSums << QString::number(sum);
  expectedSums.sort();
  letters.sort();
  if (const QString wrong = difference(found.numbers, numbers); !wrong.isEmpty()) {
    return "versions: " + wrong;
  }
  if (const QString wrong = difference(found.sums, expectedSums); !wrong.isEmpty()) {
    return "sums: " + wrong;
  }
  const QString wrong = difference(found.letters, letters);
  return wrong.isEmpty() ? wrong : "dead letters: " + wrong;
}

}  // namespace penstock::test
