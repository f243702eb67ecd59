// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at a stopped node: what waits in its journal.
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

}  // namespace

ExitCode queueCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--config", "--data-dir", "--table", "--filter", "--limit"}, {});
  if (!arguments) return fail(arguments.status());
  const Result<std::string> verb = verbOf(*arguments, "queue", {"peek"}, {"trace"});
  if (!verb) return fail(verb.status());
  const Result<EngineOptions> options = optionsFrom(*arguments);
  if (!options) return fail(options.status());
  const Result<std::uint64_t> limit = arguments->number("--limit", 1, 20);
  if (!limit) return fail(limit.status());
  const Result<StoppedJournal> journal =
      openForReading(posixFileSystem(), options->dataDirectory + "/journal");
  if (!journal) return fail(journal.status());
  const Result<std::unique_ptr<Store>> store = openExistingStore(options->sinks.front());
  if (!store) return fail(store.status());
  const Result<Sequence> settled = settledIn(**store, journal->id);
  if (!settled) return fail(settled.status());
  return printQueue(*journal, *settled,
                    {arguments->value("--table").value_or(""),
                     arguments->value("--filter").value_or(""), *limit});
}

}  // namespace penstock::app
