// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/history.h"

namespace penstock::test {

QString historyFile(const char* name) { return QString(PENSTOCK_HISTORY_DIR) + "/" + name; }

QStringList expectedRows() {
  const QString expected = QString::fromUtf8(readFile(historyFile("expected.csv")));
  QStringList rows = expected.split("\r\n", Qt::SkipEmptyParts);
  rows.sort();
  return rows;
}

QStringList historyRowsIn(const QString& dataDirectory) {
  return historyRowsIn(ServerPlace{"QSQLITE", 0, {}, dataDirectory + "/database.sqlite"});
}

QStringList historyRowsIn(const ServerPlace& place) {
  QStringList rows = rowsOf(place, "SELECT 'commits', commits.* FROM commits");
  rows += rowsOf(place, "SELECT 'files', files.* FROM files");
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
