// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/session.h"

#include <utility>

namespace penstock::qtsql {

namespace {

// Beside the values there are types and lengths.
constexpr std::size_t kBytesPerParameter = 16;
// Values of statements that are kept are let go when they are more.
constexpr std::size_t kValuesKeptBytes = 64 * 1024;

std::size_t bytesOf(const QVariant& value) {
  switch (value.typeId()) {
    case QMetaType::QString:  // at most three bytes for each of two
      return kBytesPerParameter + static_cast<std::size_t>(value.toString().size()) * 3;
    case QMetaType::QByteArray:
      return kBytesPerParameter + static_cast<std::size_t>(value.toByteArray().size());
    default:
      return kBytesPerParameter;
  }
}

std::size_t exactBytesOf(const QVariant& value) {
  return value.typeId() == QMetaType::QString
             ? kBytesPerParameter + static_cast<std::size_t>(value.toString().toUtf8().size())
             : bytesOf(value);
}

template <typename Measure>
std::size_t sum(const std::vector<QVariant>& values, Measure measure) {
  std::size_t bytes = 0;
  for (const QVariant& value : values) bytes += measure(value);
  return bytes;
}

SessionOptions withDialect(SessionOptions options, const WriteDialect& dialect) {
  options.target.options = dialect
                               .connectOptions(QString::fromStdString(options.target.options),
                                               options.connectTimeout, options.answerTimeout)
                               .toStdString();
  return options;
}

}  // namespace

Session::Session(const SessionOptions& options, WriteDialect dialect)
    : m_database(options.target, ScopedDatabase::Access::ReadWrite),
      m_dialect(dialect),
      m_statementsMax(options.statementsMax) {}

Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options) {
  const auto dialect = WriteDialect::ofDriver(options.target.driver);
  if (!dialect) return dialect.status();
  std::unique_ptr<Session> session(new Session(withDialect(options, *dialect), *dialect));
  RETURN_IF_ERROR(session->m_database.status());
  if (const Failure failure = session->setUp(options)) {
    const Status status = toStatus(*failure);
    return status.code() == StatusCode::Invalid
               ? Status(
                     StatusCode::Unsupported,
                     "the server does not take the settings that commits need: " + status.message())
               : status;
  }
  return session;
}

// Statements of a connection that is closed just go; of one that was lost the driver would complain
// about each.
Session::~Session() {
  if (m_database.status().isOk()) m_database.handle().close();
}

Failure Session::setUp(const SessionOptions& options) {
  m_settings.lockTimeout = options.lockTimeout;
  if (Failure failure =
          forEachRow("SELECT VERSION(), @@log_bin, @@binlog_format, @@max_allowed_packet", {},
                     [&](const QSqlQuery& row) {
                       m_settings.isMariaDb = row.value(0).toString().contains("MariaDB");
                       m_settings.needsRepeatableRead =
                           row.value(1).toInt() != 0 && row.value(2).toString() == "STATEMENT";
                       m_packetMax = row.value(3).toULongLong();
                     })) {
    return failure;
  }
  for (const QString& statement : m_dialect.sessionStatements(m_settings)) {
    if (Failure failure = execute(statement)) return failure;
  }
  return {};
}

Failure Session::execute(const QString& sql) {
  QSqlQuery query(m_database.handle());
  return query.exec(sql) ? Failure{} : failureOf(query.lastError());
}

Failure Session::forEachRow(const QString& sql, const std::vector<QVariant>& values,
                            const std::function<void(const QSqlQuery&)>& take) {
  QSqlQuery query(m_database.handle());
  query.setForwardOnly(true);
  if (values.empty()) {
    if (!query.exec(sql)) return failureOf(query.lastError());
  } else {
    if (!query.prepare(sql)) return failureOf(query.lastError());
    if (Failure failure = run(query, values)) return failure;
  }
  while (query.next()) take(query);
  return query.lastError().isValid() ? failureOf(query.lastError()) : Failure{};
}

Failure Session::runScript(const QString& script, std::size_t& done) {
  done = 0;
  if (script.trimmed().isEmpty()) return {};
  QSqlQuery query(m_database.handle());
  if (!query.exec(script)) return failureOf(query.lastError());
  do {
    ++done;
  } while (query.nextResult());
  return query.lastError().isValid() ? failureOf(query.lastError()) : Failure{};
}

Failure Session::prepare(const QByteArray& key, const MakeText& text, QSqlQuery*& statement) {
  const std::string name = key.toStdString();
  if (const auto known = m_byKey.find(name); known != m_byKey.end()) {
    m_statements.splice(m_statements.begin(), m_statements, known->second);
    statement = m_statements.front().query.get();
    return {};
  }
  auto query = std::make_unique<QSqlQuery>(m_database.handle());
  query->setForwardOnly(true);
  if (!query->prepare(text())) return failureOf(query->lastError());
  while (!m_statements.empty() && m_statements.size() >= m_statementsMax) {
    m_byKey.erase(m_statements.back().key.toStdString());
    m_statements.pop_back();
  }
  m_statements.push_front({key, std::move(query)});
  m_byKey.emplace(name, m_statements.begin());
  statement = m_statements.front().query.get();
  return {};
}

Failure Session::run(QSqlQuery& statement, const std::vector<QVariant>& values) {
  const std::size_t bytes = sum(values, bytesOf);
  if (m_packetMax > 0 && bytes >= m_packetMax && sum(values, exactBytesOf) >= m_packetMax) {
    return CommitResult{CommitOutcome::Refused, std::string(kTooLarge),
                        "it is more than the server takes at once (max_allowed_packet is " +
                            std::to_string(m_packetMax) + ")",
                        0};
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    statement.bindValue(static_cast<int>(i), values[i]);
  }
  const bool isDone = statement.exec();
  if (bytes > kValuesKeptBytes) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      statement.bindValue(static_cast<int>(i), QVariant());
    }
  }
  return isDone ? Failure{} : failureOf(statement.lastError());
}

void Session::forget() {
  m_byKey.clear();
  m_statements.clear();
}

}  // namespace penstock::qtsql
