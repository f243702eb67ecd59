// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/scoped_database.h"

#include <QSqlError>
#include <QSqlQuery>
#include <atomic>

#include "base/mutex.h"

namespace penstock {

namespace {

QString uniqueName() {
  static std::atomic<quint64> next{0};
  return QStringLiteral("penstock-%1").arg(next.fetch_add(1));
}

QString textOf(const std::string& text) { return QString::fromStdString(text); }

// The drivers of MariaDB and MySQL count themselves without a lock when they are made and ended.
Mutex& driverMutex() {
  static Mutex mutex;
  return mutex;
}

QString optionsOf(const BrowseTarget& target, ScopedDatabase::Access access) {
  QString options = textOf(target.options);
  if (target.driver == "QSQLITE" && access == ScopedDatabase::Access::ReadOnly) {
    options += options.isEmpty() ? "" : ";";
    options += "QSQLITE_OPEN_READONLY;QSQLITE_BUSY_TIMEOUT=2000";
  }
  return options;
}

// Rights decide on a server; this keeps a slip of ours from writing.
QString readOnlyStatement(const std::string& driver) {
  if (driver == "QPSQL") {
    return QStringLiteral("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
  }
  if (driver == "QMYSQL" || driver == "QMARIADB") {
    return QStringLiteral("SET SESSION TRANSACTION READ ONLY");
  }
  return {};
}

Status unavailable(const QSqlError& error) {
  return {StatusCode::Unavailable, error.text().toStdString()};
}

}  // namespace

ScopedDatabase::ScopedDatabase(const BrowseTarget& target, Access access) : m_name(uniqueName()) {
  const QString driver = textOf(target.driver);
  if (!QSqlDatabase::isDriverAvailable(driver)) {
    m_status = {StatusCode::Unsupported, "Qt SQL has no driver '" + target.driver + "' here"};
    return;
  }
  {
    const MutexLock lock(driverMutex());
    QSqlDatabase::addDatabase(driver, m_name);
  }
  m_status = open(handle(), target, access);
}

ScopedDatabase::~ScopedDatabase() {
  if (QSqlDatabase::contains(m_name)) {
    handle().close();
    const MutexLock lock(driverMutex());
    QSqlDatabase::removeDatabase(m_name);
  }
}

Status ScopedDatabase::open(QSqlDatabase database, const BrowseTarget& target, Access access) {
  database.setDatabaseName(textOf(target.database));
  database.setHostName(textOf(target.host));
  database.setUserName(textOf(target.user));
  database.setPassword(textOf(target.password));
  database.setConnectOptions(optionsOf(target, access));
  database.setNumericalPrecisionPolicy(QSql::HighPrecision);
  if (target.port != 0) {
    database.setPort(target.port);
  }
  if (!database.open()) {
    return unavailable(database.lastError());
  }
  if (access == Access::ReadWrite) {
    return Status::ok();
  }
  if (const QString statement = readOnlyStatement(target.driver); !statement.isEmpty()) {
    QSqlQuery query(database);
    if (!query.exec(statement)) {
      return unavailable(query.lastError());
    }
  }
  return Status::ok();
}

}  // namespace penstock
