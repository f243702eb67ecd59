// SPDX-License-Identifier: Apache-2.0
// The judge of what the engine did: applies the change sets of a stopped node's journal to another
// SQLite database, one by one in journal order, a transaction each, with plain SQL.
#pragma once

#include <QSqlDatabase>
#include <QString>
#include <QStringList>

#include "base/status.h"
#include "model/catalog.h"
#include "model/codec.h"

namespace penstock::test {

struct OneByOneResult {
  QString failure;  ///< why the journal could not be read; empty when it could
  int changeSets = 0;
  QStringList refused;  ///< sequences, in order, of those that the database refused
};

/// `databaseFile` is made, with the tables of `schema`, and left with the rows.
OneByOneResult applyOneByOne(const QString& journalDirectory, const QString& databaseFile,
                             const QString& schema);

}  // namespace penstock::test
