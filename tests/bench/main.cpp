// SPDX-License-Identifier: Apache-2.0
// penstock_bench: measures cases beside their peers; see README.md.
#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tests/bench/case.h"
#include "tests/bench/report.h"
#include "tests/bench/runner.h"

namespace penstock::bench {
namespace {

constexpr const char* kUsage =
    "penstock_bench [--list] [--tune] [--json FILE] [--pairs N] [--seconds S] [--directory DIR]"
    " [CASE...]\n"
    "  --tune       tries the peers' settings instead, and prints what each gives\n"
    "  --pairs      runs of ours and the peer, alternating, after a warm-up (5)\n"
    "  --seconds    that cases observe under load, over all pairs (120)\n"
    "  --directory  for scratch files, on the disk that is to be measured (.)\n";

enum class Mode { Run, List, Tune, Usage };

struct Arguments {
  Mode mode = Mode::Run;
  std::string jsonFile;
  std::string directory = ".";
  int pairs = 5;
  int seconds = 120;
  QStringList cases;
};

Arguments parse(QStringList words) {
  Arguments arguments;
  words.removeFirst();
  while (!words.isEmpty()) {
    const QString word = words.takeFirst();
    if (word == "--list") {
      arguments.mode = Mode::List;
    } else if (word == "--tune") {
      arguments.mode = Mode::Tune;
    } else if (!word.startsWith("--")) {
      arguments.cases += word;
    } else if (words.isEmpty()) {
      arguments.mode = Mode::Usage;
    } else if (word == "--json") {
      arguments.jsonFile = words.takeFirst().toStdString();
    } else if (word == "--directory") {
      arguments.directory = words.takeFirst().toStdString();
    } else if (word == "--pairs") {
      arguments.pairs = words.takeFirst().toInt();
    } else if (word == "--seconds") {
      arguments.seconds = words.takeFirst().toInt();
    } else {
      arguments.mode = Mode::Usage;
    }
  }
  if (arguments.pairs < 1 || arguments.seconds < arguments.pairs) arguments.mode = Mode::Usage;
  return arguments;
}

/// Its own name and, of a case with several lines, the first one's.
QString nameOf(const Case& subject) { return QString::fromStdString(subject.lines().front().name); }

/// The cases that were named, all when none was. Errors: Invalid names one that there is not.
Status choose(std::vector<std::unique_ptr<Case>>& cases, QStringList wanted) {
  if (wanted.isEmpty()) return {};
  std::erase_if(cases, [&](const auto& subject) { return !wanted.contains(nameOf(*subject)); });
  for (const auto& subject : cases) wanted.removeAll(nameOf(*subject));
  if (wanted.isEmpty()) return {};
  return {StatusCode::Invalid, "no case \"" + wanted.front().toStdString() + "\" (see --list)"};
}

void list(const std::vector<std::unique_ptr<Case>>& cases) {
  for (const auto& subject : cases) {
    for (const Line& line : subject->lines()) {
      std::printf("%-22s %-9s beside %s\n", line.name.c_str(), line.unit.c_str(),
                  subject->peerName().c_str());
    }
  }
}

/// Returns how many cases failed.
int runAll(const Runner& runner, const std::vector<std::unique_ptr<Case>>& cases,
           std::vector<LineResult>& results) {
  int failed = 0;
  std::printf("%s", tableHead().c_str());
  for (const auto& subject : cases) {
    const Result<std::vector<LineResult>> measured = runner.run(*subject);
    if (!measured) {
      ++failed;
      std::printf("%-22s FAILED: %s\n", qPrintable(nameOf(*subject)),
                  measured.status().message().c_str());
      continue;
    }
    for (const LineResult& result : *measured) {
      std::printf("%s", tableRow(result).c_str());
      results.push_back(result);
    }
    std::fflush(stdout);
  }
  return failed;
}

int tuneAll(const Runner& runner, const std::vector<std::unique_ptr<Case>>& cases) {
  int failed = 0;
  for (const auto& subject : cases) {
    const Status status = runner.tune(*subject);
    if (status.isOk()) continue;
    ++failed;
    std::printf("%s FAILED: %s\n", qPrintable(nameOf(*subject)), status.message().c_str());
  }
  return failed;
}

int run(const Arguments& arguments) {
  CaseSettings settings;
  settings.stretch = std::chrono::seconds(arguments.seconds / arguments.pairs);
  std::vector<std::unique_ptr<Case>> cases = makeCases(settings);
  if (const Status status = choose(cases, arguments.cases); !status) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 2;
  }
  const Runner runner({arguments.directory, arguments.pairs});
  if (arguments.mode == Mode::List) {
    list(cases);
    return 0;
  }
  if (arguments.mode == Mode::Tune) return tuneAll(runner, cases) == 0 ? 0 : 1;
  std::vector<LineResult> results;
  const int failed = runAll(runner, cases, results);
  if (!arguments.jsonFile.empty()) {
    std::ofstream file(arguments.jsonFile);
    file << toJson(results);
    if (!file.flush()) {
      std::fprintf(stderr, "%s cannot be written\n", arguments.jsonFile.c_str());
      return 2;
    }
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace penstock::bench

int main(int argc, char** argv) {
  const QCoreApplication application(argc, argv);
  const auto arguments = penstock::bench::parse(QCoreApplication::arguments());
  if (arguments.mode == penstock::bench::Mode::Usage) {
    std::fprintf(stderr, "%s", penstock::bench::kUsage);
    return 2;
  }
  return penstock::bench::run(arguments);
}
