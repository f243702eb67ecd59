// SPDX-License-Identifier: GPL-3.0-or-later
// The dead letters of a stopped node: listed, exported, retried, discarded.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "app/application/application.h"
#include "app/application/sink_stores.h"
#include "app/daemon/calls.h"
#include "app/daemon/node_command.h"
#include "base/log.h"
#include "base/number_text.h"
#include "engine/operate/letter_desk.h"
#include "metrics/csv.h"

namespace penstock::app {
namespace {

constexpr std::size_t kPageLetters = 500;

struct Selection {
  std::optional<Sequence> sequence;  ///< none: all that match
  std::string filter;

  bool holds(const DeadLetter& letter) const {
    return (!sequence || letter.sequence == *sequence) && matchesLetter(letter, filter);
  }
};

/// Letters that are meant, until `take` returns false.
Status eachLetter(Store& store, const Selection& selection, bool oldestFirst,
                  const std::function<bool(const DeadLetter&)>& take) {
  LetterQuery query{{}, oldestFirst, kPageLetters};
  for (;;) {
    const Result<std::vector<DeadLetter>> page = store.listDeadLetters(query);
    if (!page) return page.status();
    for (const DeadLetter& letter : *page) {
      if (selection.holds(letter) && !take(letter)) return Status::ok();
    }
    if (page->size() < kPageLetters) return Status::ok();
    query.beyond = LetterKey{page->back().sequence, page->back().journal};
  }
}

std::string timeOf(const DeadLetter& letter) {
  return formatUtc(WallTime{std::chrono::microseconds(letter.atMicros)});
}

ExitCode list(Store& store, const Selection& selection, std::uint64_t limit) {
  const Status listed = eachLetter(store, selection, false, [&](const DeadLetter& letter) {
    if (limit-- == 0) return false;
    std::printf("%llu\t%s\t%s\t%s\t%s\n",
                static_cast<unsigned long long>(toNumber(letter.sequence)), timeOf(letter).c_str(),
                letter.code.c_str(), escapeForLog(letter.reason).c_str(), letter.changeSet.c_str());
    return true;
  });
  if (!listed.isOk()) return fail(listed);
  const Result<std::uint64_t> count = store.countDeadLetters();
  if (!count) return fail(count.status());
  std::printf("%s dead letters\n", groupedNumber(*count).c_str());
  return ExitCode::Good;
}

std::string asCsv(const DeadLetter& letter) {
  const std::vector<CsvCell> cells{{std::to_string(toNumber(letter.sequence))},
                                   CsvCell::ofTime(letter.atMicros),
                                   {letter.kind},
                                   {letter.code},
                                   {letter.reason},
                                   {std::to_string(letter.attempts)},
                                   {letter.journal},
                                   {letter.changeSet}};
  return csvRow(cells);
}

/// CSV when the name says so, else NDJSON that `replay` takes.
ExitCode exportTo(Store& store, const Selection& selection, const std::string& path) {
  const bool csv = path.ends_with(".csv");
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (csv) {
    const std::vector<CsvCell> header{{"sequence"}, {"at"},       {"kind"},    {"code"},
                                      {"reason"},   {"attempts"}, {"journal"}, {"change_set"}};
    file << csvRow(header);
  }
  std::uint64_t count = 0;
  const Status read = eachLetter(store, selection, true, [&](const DeadLetter& letter) {
    ++count;
    file << (csv ? asCsv(letter) : letter.changeSet + "\n");
    return file.good();
  });
  if (!read.isOk()) return fail(read);
  file.close();
  if (!file) {
    return fail({StatusCode::IoError,
                 path + ": could not be written (does the folder exist, and has it room?)"});
  }
  std::printf("%s dead letters in %s\n", groupedNumber(count).c_str(), path.c_str());
  return ExitCode::Good;
}

ExitCode decide(EngineOptions options, const Command& command, std::uint64_t meant) {
  const Result<CarriedOut> done = carryOut(std::move(options), command);
  if (!done) return fail(done.status());
  std::printf("%s\n", escapeForLog(done->answer.text).c_str());
  return done->answer.count >= meant ? ExitCode::Good : ExitCode::Differences;
}

/// Letters live in one sink's store: the primary's, unless another one is named.
Result<SinkOptions> sinkFrom(const CallArguments& arguments, const EngineOptions& options) {
  const auto name = arguments.value("--sink");
  if (!name) return options.sinks.front();
  const auto found = std::ranges::find(options.sinks, *name, &SinkOptions::name);
  if (found != options.sinks.end()) return *found;
  return Status(StatusCode::NotFound, "dead-letters: there is no sink '" + *name +
                                          "' (name one of "
                                          "the configuration)");
}

/// `retry` and `discard` want to be told what is meant.
Status requireSelection(const CallArguments& arguments, const std::string& verb) {
  const bool named = arguments.value("--sequence").has_value();
  if (named != arguments.has("--all")) return Status::ok();
  return {StatusCode::Invalid,
          "dead-letters " + verb + ": which? (--sequence N, or --all, with --filter TEXT or not)"};
}

}  // namespace

ExitCode deadLettersCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(
      words, {"--config", "--data-dir", "--filter", "--limit", "--sequence", "--sink", "--to"},
      {"--all", "--dry-run"});
  if (!arguments) return fail(arguments.status());
  const Result<std::string> verb =
      verbOf(*arguments, "dead-letters", {"list", "retry", "discard", "export"}, {});
  if (!verb) return fail(verb.status());
  const Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return fail(options.status());
  const Result<std::uint64_t> limit = arguments->number("--limit", 1, 100);
  if (!limit) return fail(limit.status());
  const Result<std::uint64_t> sequence = arguments->number("--sequence", 1, 0);
  if (!sequence) return fail(sequence.status());
  Selection selection;
  selection.filter = arguments->value("--filter").value_or("");
  if (*sequence > 0) selection.sequence = Sequence{*sequence};
  const Result<SinkOptions> sink = sinkFrom(*arguments, *options);
  if (!sink) return fail(sink.status());
  const Result<std::unique_ptr<Store>> store = openExistingStore(*sink);
  if (!store) return fail(store.status());
  if (*verb == "list") return list(**store, selection, *limit);
  if (*verb == "export") {
    const auto path = arguments->value("--to");
    if (path) return exportTo(**store, selection, *path);
    return fail({StatusCode::Invalid,
                 "dead-letters export: where to? (--to FILE.csv, or --to "
                 "FILE.ndjson for replay)"});
  }
  if (const Status said = requireSelection(*arguments, *verb); !said.isOk()) return fail(said);
  Command command;
  command.kind = *verb == "retry" ? CommandKind::RetryLetters : CommandKind::DiscardLetters;
  command.who = "penstockd";
  command.id = CommandId{1};
  command.sink = sink->name;
  command.letterFilter = selection.filter;
  command.allLetters = arguments->has("--all");
  std::uint64_t meant = 0;
  const bool isRetry = command.kind == CommandKind::RetryLetters;
  const Status counted = eachLetter(**store, selection, true, [&](const DeadLetter& letter) {
    const bool follows = isRetry && command.allLetters && letter.kind == kLetterHeld;
    meant += follows ? 0 : 1;  // behind those that are retried
    if (!command.allLetters) command.letters.push_back({letter.sequence, letter.journal});
    return true;
  });
  if (!counted.isOk()) return fail(counted);
  if (meant == 0) {
    return fail(
        {StatusCode::NotFound, "no such dead letter (dead-letters list tells which there are)"});
  }
  if (arguments->has("--dry-run")) {
    std::printf("would %s %s dead letters\n", verb->c_str(), groupedNumber(meant).c_str());
    return ExitCode::Good;
  }
  return decide(*options, command, meant);
}

}  // namespace penstock::app
