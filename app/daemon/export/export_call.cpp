// SPDX-License-Identifier: GPL-3.0-or-later
// What users take away: a table as CSV, what waits as lines that replay takes, an archive as one
// file. A file is there whole or not at all.
#include <QSaveFile>
#include <algorithm>
#include <cstdio>

#include "app/application/sink_stores.h"
#include "app/daemon/calls.h"
#include "base/log.h"
#include "base/number_text.h"
#include "metrics/csv.h"
#include "store/qtsql/table_browser.h"

namespace penstock::app {
namespace {

constexpr std::size_t kRowsPerCall = 1'000;

Status add(QSaveFile& file, const std::string& text) {
  const auto size = static_cast<qint64>(text.size());
  if (file.write(text.data(), size) == size) return Status::ok();
  return {StatusCode::IoError, file.fileName().toStdString() + ": " +
                                   file.errorString().toStdString() + " (has it room?)"};
}

std::string asCsv(const std::vector<TableCell>& row) {
  std::vector<CsvCell> cells;
  for (const TableCell& cell : row) {
    const bool isNull = cell.kind == TableCell::Kind::Null;
    cells.push_back(isNull ? CsvCell::none() : CsvCell{cell.text, CsvCell::Kind::Text});
  }
  return csvRow(cells);
}

Result<std::uint64_t> writeTable(const CallArguments& arguments, const std::string& table,
                                 QSaveFile& file) {
  const Result<EngineOptions> options = optionsFrom(arguments);
  if (!options) return options.status();
  const SinkOptions& primary = options->sinks.front();
  const auto store = openExistingStore(primary);  // says what is wrong with the place
  if (!store) return store.status();
  const Result<BrowseTarget> target = browseTarget(primary);
  if (!target) return target.status();
  std::uint64_t count = 0;
  Status written;
  const auto take = [&](const TableRows& rows) {
    std::string text;
    if (count == 0) {
      std::vector<CsvCell> header;
      for (const std::string& column : rows.columns) header.push_back({column});
      text = csvRow(header);
    }
    for (const std::vector<TableCell>& row : rows.rows) text += asCsv(row);
    count += rows.rows.size();
    written = add(file, text);
    return written.isOk() ? TableBrowser::Continue::Yes : TableBrowser::Continue::No;
  };
  const Status read = TableBrowser(*target).exportTable(table, kRowsPerCall, take);
  RETURN_IF_ERROR(written);
  if (!read.isOk()) return read.withContext("table " + table);
  return count;
}

/// Everything, into a file of its own that takes the place of the old one at the end.
ExitCode exportTo(const CallArguments& arguments, const std::string& what,
                  const std::string& path) {
  QSaveFile file(QString::fromStdString(path));
  if (!file.open(QIODevice::WriteOnly)) {
    return fail({StatusCode::IoError, path + ": " + file.errorString().toStdString() +
                                          " (does the folder exist, and may you write there?)"});
  }
  const bool isQueue = what == "queue";
  const Result<std::uint64_t> count =
      isQueue ? writeQueue(arguments, [&](const std::string& line) { return add(file, line); })
              : writeTable(arguments, what, file);
  if (!count) return fail(count.status());
  if (!file.commit()) {
    return fail({StatusCode::IoError, path + ": " + file.errorString().toStdString()});
  }
  std::printf(
      "%s %s in %s\n", groupedNumber(*count).c_str(),
      isQueue ? (*count == 1 ? "change set" : "change sets") : (*count == 1 ? "row" : "rows"),
      escapeForLog(path).c_str());
  return ExitCode::Good;
}

}  // namespace

ExitCode exportCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--to", "--archive", "--data-dir", "--config"}, {});
  if (!arguments) return fail(arguments.status());
  const auto to = arguments->value("--to");
  const std::vector<std::string>& what = arguments->positional();
  if (what.size() != 1 || !to || to->empty()) {
    return fail({StatusCode::Invalid, "export: write export TABLE|queue|archive --to FILE"});
  }
  if (what.front() == "archive") return exportArchive(*arguments, *to);
  if (arguments->has("--archive")) {
    return fail({StatusCode::Invalid, "export: --archive is for export archive"});
  }
  return exportTo(*arguments, what.front(), *to);
}

}  // namespace penstock::app
