// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at a stopped node: what waits in its journal, and its dead letters.
#include <cstdio>

#include "app/application/application.h"
#include "app/daemon/calls.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "journal/file/reader.h"
#include "model/codec.h"
#include "model/codec_json.h"

namespace penstock::app {
namespace {

Result<std::unique_ptr<Store>> openExisting(const EngineOptions& options) {
  const SinkOptions& sink = options.sinks.front();
  if (!posixFileSystem().exists(sink.database)) {
    return Status(StatusCode::NotFound,
                  sink.database + ": there is no database (is --data-dir right?)");
  }
  return openStore(sink);
}

Result<Sequence> settledIn(Store& store, const JournalId& journal) {
  const auto checkpoints = store.readCheckpoints(journal);
  if (!checkpoints) return checkpoints.status();
  return checkpoints->empty() ? kNoSequence : checkpoints->front().settled;
}

struct PeekFilter {
  std::string table;
  std::string text;
  std::uint64_t limit = 0;
};

bool fits(const PeekFilter& filter, const ChangeSetView& set, const Catalog& catalog,
          const std::string& json) {
  if (!filter.text.empty() && json.find(filter.text) == std::string::npos) return false;
  if (filter.table.empty()) return true;
  for (auto changes = set.changes(); auto change = changes.next();) {
    if (catalog.table(change->table).name == filter.table) return true;
  }
  return false;
}

ExitCode printQueue(const StoppedJournal& journal, Sequence settled, const PeekFilter& filter) {
  auto reader = journal.openReader(std::max(settled, journal.oldestKept));
  if (!reader) return fail(reader.status());
  std::uint64_t waiting = 0;
  std::uint64_t shown = 0;
  for (;;) {
    const Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (!record) return fail(record.status());
    if (!record->has_value()) break;
    if ((*record)->type != RecordType::ChangeSet) continue;
    ++waiting;
    if (shown >= filter.limit) continue;
    const Result<ChangeSetView> set = ChangeSetView::parse((*record)->payload);
    if (!set) return fail(set.status());
    const std::string json = toJson(*set, *(*record)->catalog);
    if (!fits(filter, *set, *(*record)->catalog, json)) continue;
    ++shown;
    std::printf("%llu\t%s\t%s\n", static_cast<unsigned long long>(toNumber((*record)->sequence)),
                formatUtc(WallTime{std::chrono::microseconds((*record)->wallMicros)}).c_str(),
                json.c_str());
  }
  std::printf("%s change sets wait\n", groupedNumber(waiting).c_str());
  return ExitCode::Good;
}

Status expectWord(const CallArguments& arguments, const char* call, const char* word,
                  const std::vector<std::string>& later) {
  const auto& what = arguments.positional();
  if (what.size() == 1 && what[0] == word) return Status::ok();
  for (const std::string& name : later) {
    if (!what.empty() && what[0] == name) {
      return {StatusCode::Unsupported, std::string(call) + " " + name +
                                           ": not available yet (there is " + call + " " + word +
                                           ")"};
    }
  }
  return {StatusCode::Invalid,
          std::string(call) + ": what of it? (write " + call + " " + word + ")"};
}

}  // namespace

ExitCode queueCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--config", "--data-dir", "--table", "--filter", "--limit"}, {});
  if (!arguments) return fail(arguments.status());
  if (const Status word = expectWord(*arguments, "queue", "peek", {"trace"}); !word.isOk()) {
    return fail(word);
  }
  const Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return fail(options.status());
  const Result<std::uint64_t> limit = arguments->number("--limit", 1, 20);
  if (!limit) return fail(limit.status());
  const Result<StoppedJournal> journal =
      openForReading(posixFileSystem(), options->dataDirectory + "/journal");
  if (!journal) return fail(journal.status());
  const Result<std::unique_ptr<Store>> store = openExisting(*options);
  if (!store) return fail(store.status());
  const Result<Sequence> settled = settledIn(**store, journal->id);
  if (!settled) return fail(settled.status());
  return printQueue(*journal, *settled,
                    {arguments->value("--table").value_or(""),
                     arguments->value("--filter").value_or(""), *limit});
}

ExitCode deadLettersCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--config", "--data-dir", "--filter", "--limit"}, {});
  if (!arguments) return fail(arguments.status());
  const Status word =
      expectWord(*arguments, "dead-letters", "list", {"retry", "discard", "export"});
  if (!word.isOk()) return fail(word);
  const Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return fail(options.status());
  const Result<std::uint64_t> limit = arguments->number("--limit", 1, 100);
  if (!limit) return fail(limit.status());
  const Result<std::unique_ptr<Store>> store = openExisting(*options);
  if (!store) return fail(store.status());
  const Result<std::vector<DeadLetter>> letters =
      (*store)->listDeadLetters({{}, false, static_cast<std::size_t>(*limit)});
  if (!letters) return fail(letters.status());
  const std::string filter = arguments->value("--filter").value_or("");
  for (const DeadLetter& letter : *letters) {
    const std::string line = std::to_string(toNumber(letter.sequence)) + "\t" +
                             formatUtc(WallTime{std::chrono::microseconds(letter.atMicros)}) +
                             "\t" + letter.code + "\t" + escapeForLog(letter.reason) + "\t" +
                             letter.changeSet;
    if (filter.empty() || line.find(filter) != std::string::npos) std::puts(line.c_str());
  }
  const Result<std::uint64_t> count = (*store)->countDeadLetters();
  if (!count) return fail(count.status());
  std::printf("%s dead letters\n", groupedNumber(*count).c_str());
  return ExitCode::Good;
}

}  // namespace penstock::app
