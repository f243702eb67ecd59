// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/servers/load_ledger.h"

#include <algorithm>
#include <string>

#include "tests/integration/history.h"

namespace penstock::test {
namespace {

constexpr std::int64_t kRefusedEvery = 50;
constexpr std::int64_t kSharedEvery = 8;
/// Of sums that several producers add to.
constexpr std::int64_t kShared = 100;

int producerOf(LoadLedger::Number number) {
  return static_cast<int>(number % LoadLedger::kProducers);
}
std::int64_t versionOf(LoadLedger::Number number) { return number / LoadLedger::kProducers; }
bool isRefused(LoadLedger::Number number) { return versionOf(number) % kRefusedEvery == 0; }
bool isShared(LoadLedger::Number number) { return versionOf(number) % kSharedEvery == 0; }
std::int64_t sharedOf(LoadLedger::Number number) { return kShared + versionOf(number) % 3; }

NamedValue id(std::int64_t value) { return {"id", Value::integer(value)}; }

Change added(std::int64_t sum, std::int64_t amount) {
  return {"sums", Operation::Upsert, {id(sum)}, {}, {{"sum", Value::integer(amount)}}};
}

QStringList sorted(QStringList rows) {
  rows.sort();
  return rows;
}

/// Each row only ever went on.
QString findInversion(const LoadLedger::Reader& read) {
  const QStringList found = read(
      "SELECT a.id, a.version, b.version FROM versions_ever a JOIN versions_ever b"
      " ON b.id=a.id AND b.n=(SELECT min(n) FROM versions_ever c WHERE c.id=a.id AND c.n>a.n)"
      " WHERE b.version<=a.version");
  return found.isEmpty() ? QString() : "a row went back: " + found.front();
}

}  // namespace

const char* const LoadLedger::kPostgresSchema = R"(
CREATE TABLE log(id bigint PRIMARY KEY, producer integer NOT NULL, note text);
CREATE TABLE versions(id bigint PRIMARY KEY, version bigint CHECK (version > 0));
CREATE TABLE versions_ever(n bigserial PRIMARY KEY, id bigint, version bigint);
CREATE INDEX versions_ever_id ON versions_ever(id, n);
CREATE TABLE sums(id bigint PRIMARY KEY, sum bigint);
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO versions_ever(id, version) VALUES (NEW.id, NEW.version); RETURN NEW; END';
CREATE TRIGGER remember AFTER INSERT OR UPDATE ON versions
  FOR EACH ROW EXECUTE FUNCTION remember();
)";
const char* const LoadLedger::kMariaDbSchema = R"(
CREATE TABLE log(id bigint PRIMARY KEY, producer integer NOT NULL, note text);
CREATE TABLE versions(id bigint PRIMARY KEY, version bigint CHECK (version > 0));
CREATE TABLE versions_ever(n bigint AUTO_INCREMENT PRIMARY KEY, id bigint, version bigint,
                           INDEX versions_ever_id(id, n));
CREATE TABLE sums(id bigint PRIMARY KEY, sum bigint);
CREATE TRIGGER inserted AFTER INSERT ON versions FOR EACH ROW
  INSERT INTO versions_ever(id, version) VALUES (NEW.id, NEW.version);
CREATE TRIGGER updated AFTER UPDATE ON versions FOR EACH ROW
  INSERT INTO versions_ever(id, version) VALUES (NEW.id, NEW.version);
)";
const char* const LoadLedger::kSqliteSchema = R"(
CREATE TABLE IF NOT EXISTS log(id INTEGER PRIMARY KEY, producer INTEGER NOT NULL, note TEXT);
CREATE TABLE IF NOT EXISTS versions(id INTEGER PRIMARY KEY, version INTEGER CHECK (version > 0));
CREATE TABLE IF NOT EXISTS versions_ever(n INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER,
                                         version INTEGER);
CREATE INDEX IF NOT EXISTS versions_ever_id ON versions_ever(id, n);
CREATE TABLE IF NOT EXISTS sums(id INTEGER PRIMARY KEY, sum INTEGER);
CREATE TRIGGER IF NOT EXISTS inserted AFTER INSERT ON versions BEGIN
  INSERT INTO versions_ever(id, version) VALUES (NEW.id, NEW.version); END;
CREATE TRIGGER IF NOT EXISTS updated AFTER UPDATE ON versions BEGIN
  INSERT INTO versions_ever(id, version) VALUES (NEW.id, NEW.version); END;
)";

LoadLedger::Number LoadLedger::take(int producer) {
  MutexLock lock(m_mutex);
  const Number number = ++m_versions[producer] * kProducers + producer;
  m_entries.emplace(number, Entry{});
  ++m_unsettled;
  return number;
}

LoadLedger::Number LoadLedger::numberAhead(std::int64_t more) const {
  MutexLock lock(m_mutex);
  return (m_versions.at(0) + more) * kProducers;
}

// Every other producer's sets are one group; those of the rest are in order by their rows alone.
ChangeSet LoadLedger::changeSetOf(Number number) {
  const int producer = producerOf(number);
  const std::int64_t version = isRefused(number) ? -versionOf(number) : versionOf(number);
  ChangeSet set;
  set.id = std::to_string(number);
  if (producer % 2 == 0) set.group = "producer:" + std::to_string(producer);
  set.changes.push_back(
      {"log",
       Operation::Insert,
       {id(number)},
       {{"producer", Value::integer(producer)}, {"note", Value::text(std::string(100, 'x'))}},
       {}});
  set.changes.push_back(
      {"versions", Operation::Upsert, {id(producer)}, {{"version", Value::integer(version)}}, {}});
  set.changes.push_back(added(producer, number));
  if (isShared(number)) set.changes.push_back(added(sharedOf(number), number));
  return set;
}

void LoadLedger::onAccepted(Number number, const Ack& ack) {
  MutexLock lock(m_mutex);
  m_entries[number].sequence = ack.sequence;
  if (!ack.status.isOk()) m_entries[number].refusal = ack.status;
}

void LoadLedger::onAck(AckToken token, const Ack& ack) {
  const auto number = static_cast<Number>(token);
  MutexLock lock(m_mutex);
  Entry& entry = m_entries[number];
  entry.isPersisted = true;
  if (!ack.status.isOk() && !ack.deadLetter) entry.refusal = ack.status;
  --m_unsettled;
  if (ack.deadLetter) return;
  std::int64_t& persisted = m_persisted[producerOf(number)];
  persisted = std::max(persisted, versionOf(number));
}

std::size_t LoadLedger::made() const {
  MutexLock lock(m_mutex);
  return m_entries.size();
}

bool LoadLedger::isAllPersisted() const {
  MutexLock lock(m_mutex);
  return m_unsettled == 0;
}

std::int64_t LoadLedger::versionPersisted(int producer) const {
  MutexLock lock(m_mutex);
  const auto found = m_persisted.find(producer);
  return found == m_persisted.end() ? 0 : found->second;
}

QString LoadLedger::compare(const Reader& read) const {
  MutexLock lock(m_mutex);
  for (const auto& [number, entry] : m_entries) {
    if (entry.refusal.isOk()) continue;
    return QString("%1 was refused: %2").arg(number).arg(entry.refusal.message().c_str());
  }
  if (const QString wrong = compareLetters(read); !wrong.isEmpty()) return wrong;
  if (const QString wrong = compareRows(read); !wrong.isEmpty()) return wrong;
  return findInversion(read);
}

QString LoadLedger::compareLetters(const Reader& read) const {
  QStringList letters;
  for (const auto& [number, entry] : m_entries) {
    if (isRefused(number)) {
      letters << QString("%1,refused").arg(static_cast<qint64>(toNumber(entry.sequence)));
    }
  }
  const QStringList found = read("SELECT sequence, kind FROM penstock_dead_letter");
  const QString wrong = difference(found, sorted(letters));
  return wrong.isEmpty() ? wrong : "dead letters: " + wrong;
}

QString LoadLedger::compareRows(const Reader& read) const {
  QStringList log;
  std::map<std::int64_t, std::int64_t> versions;
  std::map<std::int64_t, std::int64_t> sums;
  for (const auto& [number, entry] : m_entries) {
    if (isRefused(number)) continue;
    log << QString::number(number);
    versions[producerOf(number)] = std::max(versions[producerOf(number)], versionOf(number));
    sums[producerOf(number)] += number;
    if (isShared(number)) sums[sharedOf(number)] += number;
  }
  const auto lines = [](const std::map<std::int64_t, std::int64_t>& rows) {
    QStringList all;
    for (const auto& [key, value] : rows) all << QString("%1,%2").arg(key).arg(value);
    return sorted(all);
  };
  if (const QString wrong = difference(read("SELECT id FROM log"), sorted(log)); !wrong.isEmpty()) {
    return "log: " + wrong;
  }
  if (const QString wrong = difference(read("SELECT id, version FROM versions"), lines(versions));
      !wrong.isEmpty()) {
    return "versions: " + wrong;
  }
  const QString wrong = difference(read("SELECT id, sum FROM sums"), lines(sums));
  return wrong.isEmpty() ? wrong : "sums: " + wrong;
}

}  // namespace penstock::test
