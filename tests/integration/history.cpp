// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/history.h"

#include "tests/integration/daemon_process.h"

namespace penstock::test {

QString historyFile(const char* name) { return QString(PENSTOCK_HISTORY_DIR) + "/" + name; }

QStringList expectedRows() {
  const QString expected = QString::fromUtf8(readFile(historyFile("expected.csv")));
  QStringList rows = expected.split("\r\n", Qt::SkipEmptyParts);
  rows.sort();
  return rows;
}

QStringList historyRowsIn(const QString& dataDirectory) {
  const QString database = dataDirectory + "/database.sqlite";
  QStringList rows = rowsOf(database, "SELECT 'commits', * FROM commits");
  rows += rowsOf(database, "SELECT 'files', * FROM files");
  rows.sort();
  return rows;
}

QString difference(const QStringList& actual, const QStringList& expected) {
  for (qsizetype i = 0; i < std::max(actual.size(), expected.size()); ++i) {
    const QString a = actual.value(i, "(no row)");
    const QString e = expected.value(i, "(no row)");
    if (a != e) return QString("row %1: is %2, expected %3").arg(i).arg(a, e);
  }
  return {};
}

}  // namespace penstock::test
