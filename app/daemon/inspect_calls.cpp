// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at a stopped node: what waits in its journal, and what became of a change set.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/application/application.h"
#include "app/application/sink_stores.h"
#include "app/daemon/calls.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "engine/browse/trace.h"
#include "engine/operate/letter_desk.h"
#include "journal/file/reader.h"
#include "model/codec.h"
#include "model/codec_json.h"

namespace penstock::app {
namespace {

/// What a store has settled, with one lane or several.
struct Settled {
  Sequence all{};
  std::vector<Checkpoint> shards;

  bool holds(Sequence sequence, const ChangeSetView& set) const {
    if (sequence <= all) return true;
    const Shard shard = shardOf(set.groupHash());
    return std::ranges::any_of(shards, [&](const Checkpoint& each) {
      return each.shard == shard && sequence <= each.settled;
    });
  }
};

Result<Settled> settledIn(Store& store, const JournalId& journal) {
  auto checkpoints = store.readCheckpoints(journal);
  if (!checkpoints) return checkpoints.status();
  Settled settled;
  for (const Checkpoint& each : *checkpoints) {
    if (each.shard == kAllShards) settled.all = each.settled;
  }
  settled.shards = std::move(*checkpoints);
  return settled;
}

/// Calls `take` with each change set that waits, until it fails.
using TakeWaiting = std::function<Status(const JournalRecord&, const ChangeSetView&)>;
Status eachWaiting(const StoppedJournal& journal, const Settled& settled, const TakeWaiting& take) {
  auto reader = journal.openReader(std::max(settled.all, journal.oldestKept));
  if (!reader) return reader.status();
  for (;;) {
    const Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (!record) return record.status();
    if (!record->has_value()) return Status::ok();
    if ((*record)->type != RecordType::ChangeSet) continue;
    const Result<ChangeSetView> set = ChangeSetView::parse((*record)->payload);
    if (!set) return set.status();
    if (settled.holds((*record)->sequence, *set)) continue;
    RETURN_IF_ERROR(take(**record, *set));
  }
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

ExitCode printQueue(const StoppedJournal& journal, const Settled& settled,
                    const PeekFilter& filter) {
  std::uint64_t waiting = 0;
  std::uint64_t shown = 0;
  const auto print = [&](const JournalRecord& record, const ChangeSetView& set) {
    ++waiting;
    if (shown >= filter.limit) return Status::ok();
    const std::string json = toJson(set, *record.catalog);
    if (!fits(filter, set, *record.catalog, json)) return Status::ok();
    ++shown;
    std::printf("%llu\t%s\t%s\n", static_cast<unsigned long long>(toNumber(record.sequence)),
                formatUtc(WallTime{std::chrono::microseconds(record.wallMicros)}).c_str(),
                json.c_str());
    return Status::ok();
  };
  if (const Status read = eachWaiting(journal, settled, print); !read.isOk()) return fail(read);
  std::printf("%s change sets wait\n", groupedNumber(waiting).c_str());
  return ExitCode::Good;
}

struct StoppedNode {
  EngineOptions options;
  StoppedJournal journal;
};

Result<StoppedNode> openNode(const CallArguments& arguments) {
  Result<EngineOptions> options = optionsFrom(arguments);
  if (!options) return options.status();
  Result<StoppedJournal> journal =
      openForReading(posixFileSystem(), options->dataDirectory + "/journal");
  if (!journal) return journal.status();
  return StoppedNode{std::move(*options), std::move(*journal)};
}

ExitCode peek(const CallArguments& arguments) {
  const Result<std::uint64_t> limit = arguments.number("--limit", 1, 20);
  if (!limit) return fail(limit.status());
  const Result<StoppedNode> node = openNode(arguments);
  if (!node) return fail(node.status());
  const Result<std::unique_ptr<Store>> store = openExistingStore(node->options.sinks.front());
  if (!store) return fail(store.status());
  const Result<Settled> settled = settledIn(**store, node->journal.id);
  if (!settled) return fail(settled.status());
  return printQueue(
      node->journal, *settled,
      {arguments.value("--table").value_or(""), arguments.value("--filter").value_or(""), *limit});
}

Result<TraceQuery> traceQueryFrom(const CallArguments& arguments) {
  const auto id = arguments.value("--id");
  const auto row = arguments.value("--row");
  const Result<std::uint64_t> sequence = arguments.number("--sequence", 1, 0);
  if (!sequence) return sequence.status();
  const int given = (id ? 1 : 0) + (row ? 1 : 0) + (*sequence > 0 ? 1 : 0);
  if (given != 1 || (id && id->empty())) {
    return Status(StatusCode::Invalid,
                  "queue trace: which change set? (write one of --id ID, --sequence N and --row "
                  "TABLE/KEY)");
  }
  if (row) return rowQuery(*row);
  TraceQuery query;
  query.id = id.value_or("");
  if (*sequence > 0) query.sequence = Sequence{*sequence};
  return query;
}

/// Goes over damage, and tells of it. Returns whether there was any.
Result<bool> traceJournal(const StoppedJournal& journal, Tracer& tracer) {
  bool isDamaged = false;
  auto reader = journal.openReader(journal.oldestKept);
  if (!reader) return reader.status();
  for (;;) {
    const Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (!record && record.status().code() != StatusCode::Corrupt) return record.status();
    if (!record) {
      isDamaged = true;
      (void)fail(record.status());
      RETURN_IF_ERROR((*reader)->passDamage());
      continue;
    }
    if (!record->has_value()) return isDamaged;
    RETURN_IF_ERROR(tracer.take(**record));
  }
}

/// A sink of the configuration, as far as it can be asked.
struct AskedSink {
  std::string name;
  std::unique_ptr<Store> store;  ///< null: see status
  Status status;
  Sequence settled{};
};

std::vector<AskedSink> askSinks(const EngineOptions& options, const JournalId& journal) {
  std::vector<AskedSink> sinks;
  for (const SinkOptions& each : options.sinks) {
    AskedSink sink;
    sink.name = each.name;
    Result<std::unique_ptr<Store>> store = openExistingStore(each);
    const Result<Settled> settled =
        store ? settledIn(**store, journal) : Result<Settled>(store.status());
    if (settled) {
      sink.settled = settled->all;
      sink.store = std::move(*store);
    } else {
      sink.status = settled.status();
    }
    sinks.push_back(std::move(sink));
  }
  return sinks;
}

/// Letters outlive the journal: those that are meant by what they hold themselves.
Status traceLetters(const std::vector<AskedSink>& sinks, const TraceQuery& query, Tracer& tracer) {
  constexpr std::size_t kPageLetters = 500;
  for (const AskedSink& sink : sinks) {
    if (sink.store == nullptr) continue;
    LetterQuery page{{}, true, kPageLetters};
    for (bool isEnd = false; !isEnd;) {
      const auto letters = sink.store->listDeadLetters(page);
      if (!letters) return letters.status().withContext("sink " + sink.name);
      for (const DeadLetter& letter : *letters) {
        if (isMeant(query, letter)) tracer.takeLetter(letter);
      }
      isEnd = letters->size() < kPageLetters;
      if (!isEnd) page.beyond = LetterKey{letters->back().sequence, letters->back().journal};
    }
  }
  return Status::ok();
}

SinkView viewOf(const AskedSink& sink, Sequence sequence, const std::string& journal) {
  SinkView view{sink.name, sink.status, sink.settled, {}};
  if (sink.store == nullptr) return view;
  Result<std::optional<DeadLetter>> letter = findLetter(*sink.store, {sequence, journal});
  if (letter) view.letter = std::move(*letter);
  if (!letter) view.status = letter.status();
  return view;
}

std::string timeText(std::int64_t micros) {
  return formatUtc(WallTime{std::chrono::microseconds(micros)});
}

/// `"name":"text",`
void appendMember(std::string& to, std::string_view name, std::string_view text) {
  appendJsonString(to, name);
  to += ':';
  appendJsonString(to, text);
  to += ',';
}
void appendMember(std::string& to, std::string_view name, std::uint64_t number) {
  appendJsonString(to, name);
  to += ':' + std::to_string(number) + ',';
}

/// Ends a list or an object whose members all end in a comma.
void closeWith(std::string& json, char bracket) {
  if (json.back() == ',') json.pop_back();
  json += bracket;
}

void appendSink(std::string& to, const SinkView& view, const SinkTrace& trace) {
  to += '{';
  appendMember(to, "sink", view.sink);
  appendMember(to, "state", sinkFateName(trace.fate));
  appendMember(to, "settled", toNumber(view.settled));
  if (!view.status.isOk()) appendMember(to, "error", view.status.message());
  if (view.letter) {
    appendMember(to, "kind", view.letter->kind);
    appendMember(to, "reason", view.letter->reason);
    appendMember(to, "code", view.letter->code);
    appendMember(to, "attempts", std::uint64_t{view.letter->attempts});
    appendMember(to, "at", timeText(view.letter->atMicros));
  }
  to += "\"decisions\":[";
  for (const TracedOrder& order : trace.orders) {
    to += '{';
    appendMember(to, "action", order.action == LetterAction::Retry ? "retry" : "discard");
    appendMember(to, "sequence", toNumber(order.sequence));
    appendMember(to, "who", order.who);
    appendMember(to, "at", timeText(order.atMicros));
    closeWith(to, '}');
    to += ',';
  }
  closeWith(to, ']');
  closeWith(to, '}');
  to += ',';
}

using SinkTraces = std::vector<std::pair<SinkView, SinkTrace>>;

void appendSet(std::string& to, const TracedChangeSet& set, const SinkTraces& sinks) {
  to += '{';
  appendMember(to, "sequence", toNumber(set.sequence));
  if (set.journaledMicros != 0) appendMember(to, "journaled_at", timeText(set.journaledMicros));
  to += "\"change_set\":" + set.changeSet + ",\"sinks\":[";
  for (const auto& [view, trace] : sinks) appendSink(to, view, trace);
  closeWith(to, ']');
  closeWith(to, '}');
  to += ',';
}

void printSet(const TracedChangeSet& set, const SinkTraces& sinks) {
  const std::string when = set.journaledMicros != 0 ? "journaled " + timeText(set.journaledMicros)
                                                    : "no longer in the journal";
  std::string names;
  if (!set.id.empty()) names += ", id " + set.id;
  if (!set.group.empty()) names += ", group " + set.group;
  const std::string& what = set.summary.empty() ? set.changeSet : set.summary;
  std::printf("sequence %llu: %s%s\n  %s\n",
              static_cast<unsigned long long>(toNumber(set.sequence)), when.c_str(),
              escapeForLog(names).c_str(), escapeForLog(what).c_str());
  for (const auto& [view, trace] : sinks) {
    std::printf("  sink %s: %s\n", view.sink.c_str(), escapeForLog(trace.text).c_str());
  }
}

enum class TraceForm : std::uint8_t { People, Json };

/// Returns whether every sink could be asked.
bool printTraces(const Tracer& tracer, const std::vector<AskedSink>& sinks,
                 const std::string& journal, TraceForm form) {
  bool isWhole = true;
  std::string json = "{\"found\":[";
  const std::vector<TracedChangeSet> found = tracer.found();
  for (const TracedChangeSet& set : found) {
    SinkTraces traces;
    for (const AskedSink& sink : sinks) {
      const SinkView view = viewOf(sink, set.sequence, journal);
      isWhole = isWhole && view.status.isOk();
      traces.emplace_back(view, judge(set, view));
    }
    form == TraceForm::Json ? appendSet(json, set, traces) : printSet(set, traces);
  }
  if (form == TraceForm::People && tracer.matches() > found.size()) {
    std::printf("the newest %s of %s are shown (--limit N shows more)\n",
                groupedNumber(std::uint64_t{found.size()}).c_str(),
                groupedNumber(tracer.matches()).c_str());
  }
  if (form == TraceForm::People) return isWhole;
  closeWith(json, ']');
  json += ',';
  appendMember(json, "matches", tracer.matches());
  json += "\"journal\":{";
  appendMember(json, "first", toNumber(tracer.first()));
  appendMember(json, "last", toNumber(tracer.last()));
  if (tracer.firstMicros() != 0) appendMember(json, "first_at", timeText(tracer.firstMicros()));
  closeWith(json, '}');
  std::printf("%s}\n", json.c_str());
  return isWhole;
}

ExitCode trace(const CallArguments& arguments) {
  const Result<TraceQuery> query = traceQueryFrom(arguments);
  if (!query) return fail(query.status());
  const Result<std::uint64_t> limit = arguments.number("--limit", 1, 100);
  if (!limit) return fail(limit.status());
  const Result<StoppedNode> node = openNode(arguments);
  if (!node) return fail(node.status());
  const JournalId& id = node->journal.id;
  Tracer tracer(*query, id, *limit);
  const Result<bool> damaged = traceJournal(node->journal, tracer);
  if (!damaged) return fail(damaged.status());
  const std::vector<AskedSink> sinks = askSinks(node->options, id);
  if (tracer.matches() == 0) {
    if (const Status read = traceLetters(sinks, *query, tracer); !read.isOk()) return fail(read);
  }
  const TraceForm form = arguments.has("--json") ? TraceForm::Json : TraceForm::People;
  const bool isWhole = printTraces(tracer, sinks, toText(id), form);
  if (tracer.matches() == 0) {
    std::string why = query->describe() + ": ";
    const std::string nothing =
        tracer.knowsTable() ? "no such change set" : "there is no such table";
    why += tracer.otherRecord().empty() ? nothing : "is " + tracer.otherRecord();
    return fail({StatusCode::NotFound,
                 why + "; " + tracer.reachText() + " (older ones were persisted and are gone)"});
  }
  if (!isWhole)
    return fail({StatusCode::Unavailable, "queue trace: not every sink could be asked"});
  return *damaged ? ExitCode::Differences : ExitCode::Good;
}

/// Options of the one verb are wrong with the other.
Status refuseOptions(const CallArguments& arguments, const std::string& verb,
                     const std::vector<std::string>& foreign) {
  for (const std::string& option : foreign) {
    if (!arguments.has(option)) continue;
    return Status(StatusCode::Invalid, option + " is not for it (see penstockd --help)")
        .withContext("queue " + verb);
  }
  return Status::ok();
}

}  // namespace

Result<std::uint64_t> writeQueue(const CallArguments& arguments, const TakeLine& take) {
  const Result<StoppedNode> node = openNode(arguments);
  if (!node) return node.status();
  const Result<std::unique_ptr<Store>> store = openExistingStore(node->options.sinks.front());
  if (!store) return store.status();
  const Result<Settled> settled = settledIn(**store, node->journal.id);
  if (!settled) return settled.status();
  std::uint64_t count = 0;
  RETURN_IF_ERROR(eachWaiting(node->journal, *settled,
                              [&](const JournalRecord& record, const ChangeSetView& set) {
                                ++count;
                                return take(toJson(set, *record.catalog) + "\n");
                              }));
  return count;
}

ExitCode queueCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(
      words,
      {"--config", "--data-dir", "--table", "--filter", "--limit", "--id", "--sequence", "--row"},
      {"--json"});
  if (!arguments) return fail(arguments.status());
  const Result<std::string> verb = verbOf(*arguments, "queue", {"peek", "trace"}, {});
  if (!verb) return fail(verb.status());
  const bool isTrace = *verb == "trace";
  const std::vector<std::string> ofPeek{"--table", "--filter"};
  const std::vector<std::string> ofTrace{"--id", "--sequence", "--row", "--json"};
  const Status fitting = refuseOptions(*arguments, *verb, isTrace ? ofPeek : ofTrace);
  if (!fitting.isOk()) return fail(fitting);
  return isTrace ? trace(*arguments) : peek(*arguments);
}

}  // namespace penstock::app
