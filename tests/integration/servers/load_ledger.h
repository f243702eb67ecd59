// SPDX-License-Identifier: Apache-2.0
// What several clients know, kept apart from the node: the change sets that they made, what they
// were told of them, and so what has to be in a database in the end. Each change set is a row of
// its own, the next version of its producer's row, and increments; every fiftieth is refused.
#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <functional>
#include <map>

#include "base/mutex.h"
#include "engine/submit.h"

namespace penstock::test {

/// Threads: any, unless said otherwise.
class LoadLedger final : public AckReceiver {
 public:
  static constexpr int kProducers = 6;
  /// Tables of the change sets, and a trigger that keeps all versions that were ever there.
  static const char* const kPostgresSchema;
  static const char* const kMariaDbSchema;
  static const char* const kSqliteSchema;

  /// Counts up, from 1. Its producer is number % kProducers.
  using Number = std::int64_t;
  /// The next of that producer, who submits it now.
  Number take(int producer);
  static ChangeSet changeSetOf(Number number);
  /// The number that producer 0 takes when it has taken so many more.
  Number numberAhead(std::int64_t more) const;
  /// What submit() said.
  void onAccepted(Number number, const Ack& ack);
  /// It was persisted, or has become a dead letter.
  void onAck(AckToken token, const Ack& ack) override;

  std::size_t made() const;
  bool isAllPersisted() const;
  /// Of that producer's row, as it was last told to be in the primary; 0: never.
  std::int64_t versionPersisted(int producer) const;

  /// Answers SQL with CSV lines, sorted, as rowsOf() does.
  using Reader = std::function<QStringList(const QString& sql)>;
  /// Empty, or the first thing that is wrong. Once nobody submits any more.
  QString compare(const Reader& read) const;

 private:
  struct Entry {
    Sequence sequence{};
    bool isPersisted = false;
    Status refusal;
  };
  QString compareRows(const Reader& read) const REQUIRES(m_mutex);
  QString compareLetters(const Reader& read) const REQUIRES(m_mutex);

  mutable Mutex m_mutex;
  std::map<int, std::int64_t> m_versions GUARDED_BY(m_mutex);   // of each producer: taken
  std::map<int, std::int64_t> m_persisted GUARDED_BY(m_mutex);  // likewise: told
  std::map<Number, Entry> m_entries GUARDED_BY(m_mutex);
  std::size_t m_unsettled GUARDED_BY(m_mutex) = 0;
};

}  // namespace penstock::test
