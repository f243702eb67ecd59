// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/write_dialect.h"

namespace penstock::qtsql {

namespace {

// The protocol counts them in 16 bits.
constexpr std::size_t kMariaDbParametersMax = 65'535;

// NO_AUTO_VALUE_ON_ZERO: a zero that is written is a zero. No ANSI_QUOTES: scripts of users may
// hold texts in double quotes.
constexpr const char* kMode =
    "STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,"
    "NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO";

}  // namespace

Result<WriteDialect> WriteDialect::ofDriver(std::string_view driver) {
  if (driver == "QMYSQL" || driver == "QMARIADB") return WriteDialect(kMariaDbParametersMax);
  const std::string name(driver);
  if (driver == "QSQLITE" || driver == "QPSQL") {
    return Status(StatusCode::Unsupported,
                  "a sink on the Qt SQL driver '" + name + "' is not available (driver = \"" +
                      (driver == "QSQLITE" ? "sqlite" : "postgres") + "\" writes to it directly)");
  }
  return Status(StatusCode::Unsupported,
                "a sink on the Qt SQL driver '" + name +
                    "' is not available yet: its dialect is not known here (QMYSQL and QMARIADB "
                    "are, for MariaDB and MySQL)");
}

QString WriteDialect::quoted(std::string_view name) const {
  QString quoted = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
  quoted.replace('`', "``");
  return '`' + quoted + '`';
}

QString WriteDialect::forUpdate() const { return QStringLiteral(" FOR UPDATE"); }

QString WriteDialect::connectOptions(const QString& users, std::chrono::seconds connectTimeout,
                                     std::chrono::seconds answerTimeout) const {
  return QStringLiteral(
             "MYSQL_OPT_CONNECT_TIMEOUT=%1;MYSQL_OPT_READ_TIMEOUT=%2;MYSQL_OPT_WRITE_TIMEOUT=%2;"
             "%3;CLIENT_FOUND_ROWS=1;MYSQL_OPT_RECONNECT=0")
      .arg(connectTimeout.count())
      .arg(answerTimeout.count())
      .arg(users);
}

QStringList WriteDialect::sessionStatements(const SessionSettings& settings) const {
  QStringList statements{
      QStringLiteral("SET NAMES utf8mb4"),
      QStringLiteral(
          "SET SESSION sql_mode='%1', time_zone='+00:00', autocommit=0,"
          " foreign_key_checks=1, unique_checks=1, sql_safe_updates=0, sql_big_selects=1,"
          " innodb_lock_wait_timeout=%2, lock_wait_timeout=%2")
          .arg(kMode)
          .arg(settings.lockTimeout.count()),
      QStringLiteral("SET SESSION TRANSACTION ISOLATION LEVEL ") +
          (settings.needsRepeatableRead ? "REPEATABLE READ" : "READ COMMITTED"),
      QStringLiteral("SET SESSION TRANSACTION READ WRITE")};
  if (settings.isMariaDb) {
    // Long lists of keys stay lists.
    statements.append(QStringLiteral(
        "SET SESSION check_constraint_checks=1, in_predicate_conversion_threshold=0"));
  }
  return statements;
}

QString WriteDialect::keyParameter(const ColumnForm& form) const {
  // A decimal and a text would be compared as doubles.
  return form.kind == ColumnForm::Kind::Decimal
             ? QStringLiteral("CAST(? AS DECIMAL(65,%1))").arg(form.limit)
             : QStringLiteral("?");
}

QString WriteDialect::addParameter(const QString& sum, const ColumnForm& form) const {
  return QStringLiteral("COALESCE(%1,0)+%2").arg(sum, keyParameter(form));
}

QString WriteDialect::defaultOf(const QString& column) const {
  return QStringLiteral("DEFAULT(%1)").arg(column);
}

QString WriteDialect::onKeyThere() const { return QStringLiteral(" ON DUPLICATE KEY UPDATE "); }

QString WriteDialect::insertedValue(const QString& column) const {
  return QStringLiteral("VALUES(%1)").arg(column);
}

}  // namespace penstock::qtsql
