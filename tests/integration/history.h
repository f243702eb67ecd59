// SPDX-License-Identifier: Apache-2.0
// The history of a repository as change sets, and the rows that it ends in, from tests/data.
#pragma once

#include <QString>
#include <QStringList>

#include "tests/integration/daemon_process.h"

namespace penstock::test {

QString historyFile(const char* name);

/// Lines of expected.csv, sorted.
QStringList expectedRows();

/// Rows of both tables in a node's database, as expectedRows() has them.
QStringList historyRowsIn(const QString& dataDirectory);

/// The same of any database.
QStringList historyRowsIn(const ServerPlace& place);

/// Names the first difference, as comparing five thousand rows prints none of them; empty: none.
QString difference(const QStringList& actual, const QStringList& expected);

}  // namespace penstock::test
