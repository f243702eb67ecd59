// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <string>

#include "app/daemon/calls.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "store/archive/verify.h"

namespace penstock::app {
namespace {

ExitCode verify(const std::string& directory) {
  const Result<ArchiveReport> report = verifyArchive(posixFileSystem(), directory);
  if (!report) return fail(report.status());
  std::printf("archive %s: %s change sets in %s files, %s\n", escapeForLog(directory).c_str(),
              groupedNumber(report->changeSets).c_str(), groupedNumber(report->files).c_str(),
              byteText(report->bytes).c_str());
  if (report->tornTail) {
    std::printf(
        "ends in a torn commit (%s, offset %llu: %s): the next start cuts it off and has "
        "it sent again\n",
        escapeForLog(report->tornTail->file).c_str(),
        static_cast<unsigned long long>(report->tornTail->offset),
        escapeForLog(report->tornTail->what).c_str());
  }
  for (const ArchiveDamage& damage : report->damages) {
    std::printf("damaged: %s\n", escapeForLog(describe(damage)).c_str());
  }
  if (!report->damages.empty()) return ExitCode::Differences;
  std::puts("clean");
  return ExitCode::Good;
}

}  // namespace

ExitCode archiveCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(words, {}, {});
  if (!arguments) return fail(arguments.status());
  const std::vector<std::string>& what = arguments->positional();
  if (what.size() != 2 || what.front() != "verify") {
    return fail({StatusCode::Invalid, "archive: write archive verify DIR"});
  }
  return verify(what[1]);
}

}  // namespace penstock::app
