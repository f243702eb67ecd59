// SPDX-License-Identifier: Apache-2.0
// How the SQL of a family of databases is written: names, locks, conflicts, parameters, the
// settings of a session. Pure text, from identifiers of the catalog alone; values are bound.
#pragma once

#include <QString>
#include <QStringList>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "base/status.h"
#include "store/qtsql/write/column_form.h"

namespace penstock::qtsql {

/// What a session is told and asked at its start.
struct SessionSettings {
  std::chrono::seconds lockTimeout{};
  bool isMariaDb = true;  ///< of the server, not of the driver
  /// A binary log of statements takes no rows of transactions that read what was committed
  /// meanwhile.
  bool needsRepeatableRead = false;
};

/// Threads: a value.
class WriteDialect {
 public:
  /// Of a Qt driver: QMYSQL and QMARIADB have one. Errors: Unsupported, with what to use instead.
  static Result<WriteDialect> ofDriver(std::string_view driver);

  /// Quotes double inside; a NUL byte is no part of any name.
  QString quoted(std::string_view name) const;
  /// ` FOR UPDATE`.
  QString forUpdate() const;
  /// Parameters of one statement.
  std::size_t parametersMax() const { return m_parametersMax; }

  /// Of the driver, put around those of the user: none of ours can be overruled that commits depend
  /// on. Affected rows are those that were found, and a lost connection stays lost.
  QString connectOptions(const QString& users, std::chrono::seconds connectTimeout,
                         std::chrono::seconds answerTimeout) const;
  /// Strict, in UTC, in utf8mb4, without autocommit, with all constraints checked.
  QStringList sessionStatements(const SessionSettings& settings) const;

  /// A parameter that is compared with a key column of that form.
  QString keyParameter(const ColumnForm& form) const;
  /// A parameter that is added to `sum`, a number or NULL, which counts as zero.
  QString addParameter(const QString& sum, const ColumnForm& form) const;
  /// `column` in an insert that counts its default.
  QString defaultOf(const QString& column) const;
  /// Follows an insert of rows whose keys are known to be there; then assignments.
  QString onKeyThere() const;
  /// What would have been inserted into `column`, after onKeyThere().
  QString insertedValue(const QString& column) const;

 private:
  explicit WriteDialect(std::size_t parametersMax) : m_parametersMax(parametersMax) {}
  std::size_t m_parametersMax;
};

}  // namespace penstock::qtsql
