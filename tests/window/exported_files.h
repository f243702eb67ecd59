// SPDX-License-Identifier: Apache-2.0
// Opens what was exported, each with a reader that has nothing to do with its writer, and looks
// whether it holds what it should.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace penstock::test {

/// What is wrong with the file, for people; empty: nothing.
QString problemOfPng(const QString& path);
QString problemOfSvg(const QString& path);
QString problemOfPdf(const QString& path);
/// A range of samples: header, equally long rows, times that rise.
QString problemOfRangeCsv(const QString& path);

/// The records of a CSV file as RFC 4180 has them, the header first.
std::vector<QStringList> readCsv(const QString& path);

}  // namespace penstock::test
