// SPDX-License-Identifier: Apache-2.0
// One connection that may write: opened, set up and asked for what it can, with the statements that
// it has prepared.
#pragma once

#include <QSqlQuery>
#include <QVariant>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/qtsql/scoped_database.h"
#include "store/qtsql/write/result_codes.h"
#include "store/qtsql/write/write_dialect.h"

namespace penstock::qtsql {

struct SessionOptions {
  BrowseTarget target;
  std::chrono::seconds connectTimeout{};
  std::chrono::seconds answerTimeout{};  ///< of the network; longer than any lock is waited for
  std::chrono::seconds lockTimeout{};
  std::size_t statementsMax = 0;
};

/// Threads: made, used and destroyed on one thread.
class Session {
 public:
  /// Errors: Unavailable (away, no rights, no such database), Unsupported (driver).
  static Result<std::unique_ptr<Session>> open(const SessionOptions& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const WriteDialect& dialect() const { return m_dialect; }
  bool isMariaDb() const { return m_settings.isMariaDb; }
  /// Of one statement with its parameters, in bytes.
  std::size_t packetMax() const { return m_packetMax; }

  /// A statement of ours without parameters.
  Failure execute(const QString& sql);
  /// Hands every row to `take`.
  Failure forEachRow(const QString& sql, const std::vector<QVariant>& values,
                     const std::function<void(const QSqlQuery&)>& take);
  /// Statements of a script, as the database takes them apart; stops at the first that fails and
  /// counts those that were done.
  Failure runScript(const QString& script, std::size_t& done);

  /// What prepare() is to make when it does not have it: one text for each key.
  using MakeText = std::function<QString()>;
  Failure prepare(const QByteArray& key, const MakeText& text, QSqlQuery*& statement);
  /// Binds and runs. Refused when it is more than the server takes at once. Rows can then be read
  /// from the statement, until it runs again or another one is prepared.
  Failure run(QSqlQuery& statement, const std::vector<QVariant>& values);
  /// Forgets all prepared statements.
  void forget();
  std::size_t statementCount() const { return m_statements.size(); }

 private:
  struct Kept {
    QByteArray key;
    std::unique_ptr<QSqlQuery> query;
  };
  Session(const SessionOptions& options, WriteDialect dialect);
  Failure setUp(const SessionOptions& options);

  ScopedDatabase m_database;  ///< before all queries
  WriteDialect m_dialect;
  SessionSettings m_settings;
  std::size_t m_packetMax = 0;
  std::size_t m_statementsMax;
  std::list<Kept> m_statements;  ///< the last used first
  std::unordered_map<std::string, std::list<Kept>::iterator> m_byKey;
};

}  // namespace penstock::qtsql
