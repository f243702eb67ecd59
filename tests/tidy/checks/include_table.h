// SPDX-License-Identifier: Apache-2.0
//
// Which folder may include what: the architecture as a table. A folder without a row of its own
// follows its parent's row. To allow something new here is a decision about the architecture.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace penstock::tidy {

struct IncludeRow {
  QString folder;
  // Folders or files of ours beside the folder itself, as written in an #include; with `!` in
  // front: not that part of what the others allow. `*`: all.
  QStringList ours;
  // Libraries by the names of libraryOf(). `*`: all but those that have one place alone.
  QStringList libraries;
};

const std::vector<IncludeRow>& includeTable();

// The row of the nearest folder above a file; null if none has one.
const IncludeRow* rowOf(const QString& path);

// Which library an #include <header> belongs to: `std`, `system`, the name of a library, a Qt
// module such as `QtCore`; empty if it is not known. qtHeaders: the folder that holds the Qt
// modules' folders, where a class name is looked up.
QString libraryOf(const QString& header, const QString& qtHeaders);

}  // namespace penstock::tidy
