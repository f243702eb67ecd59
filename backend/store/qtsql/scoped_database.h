// SPDX-License-Identifier: Apache-2.0
// A connection of Qt SQL for the length of a scope: it lives and dies on one thread, under a name
// of its own, and can only read unless asked for more.
#pragma once

#include <QSqlDatabase>
#include <QString>
#include <string>

#include "base/status.h"

namespace penstock {

/// Where to read. Texts are UTF-8; what a driver does not need stays empty.
struct BrowseTarget {
  std::string driver = "QSQLITE";
  std::string database;  ///< a file's path, or a name
  std::string host;
  int port = 0;  ///< 0: the driver's own
  std::string user;
  std::string password;
  std::string options;  ///< further options, as the driver takes them
};

/// Threads: made, used and destroyed on one thread. Nothing of it may outlive it.
class ScopedDatabase {
 public:
  enum class Access { ReadOnly, ReadWrite };
  explicit ScopedDatabase(const BrowseTarget& target, Access access = Access::ReadOnly);
  ~ScopedDatabase();
  ScopedDatabase(const ScopedDatabase&) = delete;
  ScopedDatabase& operator=(const ScopedDatabase&) = delete;

  /// Ok when it can be read from. Errors: Unsupported (no such driver), Unavailable.
  const Status& status() const { return m_status; }
  /// A handle for the moment; never kept. Expects: status() is ok.
  QSqlDatabase handle() const { return QSqlDatabase::database(m_name, false); }

 private:
  static Status open(QSqlDatabase database, const BrowseTarget& target, Access access);

  QString m_name;
  Status m_status;
};

}  // namespace penstock
