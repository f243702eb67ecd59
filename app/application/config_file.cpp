// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/config_file.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "app/application/toml_values.h"
#include "base/file_system.h"
#include "base/log.h"
#include "model/catalog.h"
#include "model/limits.h"

namespace penstock::app {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kHourMs = 3'600'000;

std::int64_t bytes(std::uint64_t size) { return static_cast<std::int64_t>(size); }

std::vector<KeyRule> nodeRules(EngineOptions& options) {
  const auto environment = [&options](const char* word) {
    return Choice{word, [&options, word] { options.node.environment = word; }};
  };
  return {{"name", readText(options.node.name)},
          {"environment",
           readChoice({environment("local"), environment("stage"), environment("prod")})}};
}

std::vector<KeyRule> engineRules(EngineOptions& options) {
  return {
      {"data_dir", readText(options.dataDirectory)},
      {"memory_budget", readSize({bytes(limits::kMemoryBudgetMin), bytes(1024 * limits::kGiB)},
                                 [&](std::uint64_t size) { options.memoryBudgetBytes = size; })},
      {"drain_timeout",
       readDuration({0, 24 * kHourMs}, [&](milliseconds time) { options.drainTimeout = time; })},
      {"known_ids", readNumber({1, bytes(limits::kKnownIdsMax)}, [&](std::int64_t count) {
         options.knownIds = static_cast<std::size_t>(count);
       })}};
}

std::vector<KeyRule> journalRules(JournalOptions& journal) {
  return {
      {"kind", readChoice({{"file", [] {}}, {"jetstream", nullptr}})},
      {"sync", readChoice({{"always", [&] { journal.sync = JournalSync::Always; }},
                           {"interval", [&] { journal.sync = JournalSync::Interval; }}})},
      {"sync_interval",
       readDuration({limits::kSyncIntervalMin.count(), limits::kSyncIntervalMax.count()},
                    [&](milliseconds time) { journal.syncInterval = time; })},
      {"segment_size", readSize({bytes(limits::kSegmentBytesMin), bytes(limits::kSegmentBytesMax)},
                                [&](std::uint64_t size) { journal.segmentBytes = size; })},
      {"disk_budget",
       readSize({bytes(4 * limits::kSegmentBytesMin), bytes(1 << 20) * bytes(1 << 30)},
                [&](std::uint64_t size) { journal.diskBudgetBytes = size; })},
      {"free_space_floor",
       readSize({0, bytes(1 << 20) * bytes(1 << 30)},
                [&](std::uint64_t size) { journal.freeSpaceFloorBytes = size; })},
      {"retain", readDuration({0, 24 * 365 * kHourMs}, [&](milliseconds time) {
         journal.retain = std::chrono::duration_cast<std::chrono::seconds>(time);
       })}};
}

std::vector<KeyRule> flushRules(FlushOptions& flush) {
  return {
      {"workers",
       readNumber({limits::kWorkersMin, limits::kWorkersMax},
                  [&](std::int64_t n) { flush.workers = static_cast<std::uint32_t>(n); })},
      {"batch_rows",
       readNumber({bytes(limits::kBatchRowsMin), bytes(limits::kBatchRowsMax)},
                  [&](std::int64_t n) { flush.batchRows = static_cast<std::uint32_t>(n); })},
      {"batch_bytes", readSize({bytes(limits::kChangeSetBytesMax), bytes(limits::kBatchBytesMax)},
                               [&](std::uint64_t size) { flush.batchBytes = size; })},
      {"linger", readDuration({0, limits::kLingerMax.count()},
                              [&](milliseconds time) { flush.linger = time; })},
      {"target_commit",
       readDuration({1, 60'000}, [&](milliseconds time) { flush.targetCommit = time; })}};
}

std::vector<KeyRule> retryRules(RetryOptions& retry) {
  return {{"initial", readDuration({1, kHourMs}, [&](milliseconds time) { retry.initial = time; })},
          {"max", readDuration({1, kHourMs}, [&](milliseconds time) { retry.max = time; })}};
}

/// A size of the journal, or an age.
KeyReader readLag(LagLimit& into) {
  return [&into](const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    Status wrong(StatusCode::Invalid,
                 "must be a size such as \"4 GiB\", or a time such as \"1 h\"");
    if (!text) return wrong;
    const auto bytes = parseSize(*text);
    const auto age = parseDuration(*text);
    if (!bytes && !age) return wrong;
    into = bytes ? LagLimit{*bytes, {}} : LagLimit{0, *age};
    if (into.isSet()) return Status::ok();
    return Status(StatusCode::Invalid, "must not be 0 (leave it out for no limit)");
  };
}

std::vector<KeyRule> sinkRules(SinkOptions& sink) {
  const auto role = [&sink](const char* word) {
    return Choice{word, [&sink, word] { sink.role = word; }};
  };
  const auto driver = [&sink](const char* word) {
    return Choice{word, [&sink, word] { sink.driver = word; }};
  };
  std::vector<KeyRule> rules{
      {"name", readText(sink.name)},
      {"role", readChoice({role("primary"), role("standby"), role("mirror"), role("archive")})},
      {"driver", readChoice({driver("sqlite"),
                             driver("postgres"),
                             driver("archive"),
                             driver("mysql"),
                             driver("mariadb"),
                             {"odbc", nullptr},
                             {"oracle", nullptr}})},
      {"database", readText(sink.database)},
      {"host", readText(sink.host)},
      {"port",
       readNumber({1, 65'535}, [&](std::int64_t n) { sink.port = static_cast<std::uint16_t>(n); })},
      {"user", readText(sink.user)},
      {"password_file", readText(sink.passwordFile)},
      {"options", readText(sink.options)},
      {"directory", readText(sink.directory)},
      {"schema_file", readText(sink.schemaFile)},
      {"workers", readNumber({limits::kWorkersMin, limits::kWorkersMax}, [&](std::int64_t n) {
         sink.flush.workers = static_cast<std::uint32_t>(n);
       })}};
  rules.push_back({"max_lag", readLag(sink.maxLag)});
  rules.push_back({"event_table", readText(sink.eventTable)});
  return rules;
}

template <typename Enum>
KeyReader readEnum(Enum& into, std::vector<std::pair<const char*, Enum>> words) {
  std::vector<Choice> choices;
  choices.reserve(words.size());
  for (const auto& [word, value] : words) {
    choices.push_back({word, [&into, value = value] { into = value; }});
  }
  return readChoice(std::move(choices));
}

std::vector<KeyRule> tableRules(TablePolicy& table) {
  return {
      {"name", readText(table.name)},
      {"sinks", readTexts(table.sinks)},
      {"schema", notAvailableYet("")},
      {"overload", readEnum(table.overload, {{"wait", OverloadPolicy::Wait},
                                             {"reject", OverloadPolicy::Reject},
                                             {"shed", OverloadPolicy::Shed}})},
      {"missing", readEnum(table.missing,
                           {{"error", MissingPolicy::Error}, {"ignore", MissingPolicy::Ignore}})},
      {"conflict", readEnum(table.conflict, {{"error", ConflictPolicy::Error},
                                             {"ignore", ConflictPolicy::Ignore},
                                             {"upsert", ConflictPolicy::Upsert}})},
      {"coalesce", readSwitch([&](bool on) { table.coalesce = on; })},
      {"order", readEnum(table.order, {{"row", TableOrder::Row}, {"table", TableOrder::Table}})},
      {"after_dead_letter",
       readEnum(table.afterDeadLetter,
                {{"continue", AfterDeadLetter::Continue}, {"hold", AfterDeadLetter::Hold}})},
      {"cached", notAvailableYet("false")},
      {"ttl", notAvailableYet("")},
      {"rate_per_client", readReal([&](double rate) { table.ratePerClient = rate; })}};
}

std::vector<KeyRule> remoteRules() {
  std::vector<KeyRule> rules{{"listen", notAvailableYet("''")}};
  for (const char* name : {"auth", "tls_certificate", "tls_key", "token_file", "allowed_origins",
                           "max_message", "max_clients"}) {
    rules.push_back({name, notAvailableYet("")});
  }
  return rules;
}

std::vector<KeyRule> metricsRules(EngineOptions& options) {
  return {{"prometheus", notAvailableYet("false")},
          {"history", readDuration({kHourMs, 365 * 24 * kHourMs}, [&](milliseconds time) {
             options.history = std::chrono::duration_cast<std::chrono::hours>(time);
           })}};
}

using RulesOf = std::function<std::vector<KeyRule>()>;

/// `[section]`; absent is fine.
Status readSection(const toml::table& file, const std::string& name, const RulesOf& rules) {
  const toml::node* node = file.get(name);
  if (node == nullptr) return Status::ok();
  const std::string title = "[" + name + "]";
  if (!node->is_table()) return invalidAt(*node, title, "must be a table");
  return readKeys(*node->as_table(), title, rules());
}

/// `[[name]]`, each read into a new element made by `add`.
Status readSections(const toml::table& file, const std::string& name,
                    const std::function<std::vector<KeyRule>()>& addAndRules) {
  const toml::node* node = file.get(name);
  if (node == nullptr) return Status::ok();
  const std::string title = "[[" + name + "]]";
  if (!node->is_array_of_tables())
    return invalidAt(*node, title, "must be written [[" + name + "]]");
  for (const toml::node& each : *node->as_array()) {
    RETURN_IF_ERROR(readKeys(*each.as_table(), title, addAndRules()));
  }
  return Status::ok();
}

Status checkTable(const toml::node& place, const TablePolicy& table, const EngineOptions& options) {
  if (table.name.empty())
    return invalidAt(place, "[[table]]", "name is missing (add name = \"…\")");
  const auto isNamedSo = [&](const TablePolicy& each) { return each.name == table.name; };
  if (std::ranges::count_if(options.tables, isNamedSo) > 1) {
    return invalidAt(place, "[[table]]", "'" + table.name + "' is named twice (join the two)");
  }
  for (const std::string& sink : table.sinks) {
    if (std::ranges::find(options.sinks, sink, &SinkOptions::name) == options.sinks.end()) {
      return invalidAt(place, "[[table]] sinks",
                       "there is no sink '" + sink + "' (name one of [[sink]])");
    }
  }
  return Status::ok();
}

/// After the sinks, which tables may name.
Status readTables(const toml::table& file, EngineOptions& options) {
  RETURN_IF_ERROR(
      readSections(file, "table", [&] { return tableRules(options.tables.emplace_back()); }));
  // The last of two of one name is the one to blame.
  for (std::size_t i = options.tables.size(); i-- > 0;) {
    const toml::node& place = *file.get("table")->as_array()->get(i);
    RETURN_IF_ERROR(checkTable(place, options.tables[i], options));
  }
  return Status::ok();
}

/// Its name is part of statements, so it is a plain one.
Status checkEventTable(const toml::node& place, const std::string& title, const SinkOptions& sink) {
  if (sink.driver == "archive") {
    return invalidAt(place, title,
                     "an archive is one file of events as it is (leave event_table out)");
  }
  const std::string& name = sink.eventTable;
  const auto isPlain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool isDigitFirst = name.front() >= '0' && name.front() <= '9';
  const bool isOurs = name == "penstock_checkpoint" || name == "penstock_dead_letter";
  if (name.size() <= limits::kEventTableNameMax && std::ranges::all_of(name, isPlain) &&
      !isDigitFirst && !isOurs) {
    return Status::ok();
  }
  return invalidAt(place, title + " event_table",
                   isOurs ? "'" + name + "' is a table of another kind (choose another name)"
                          : "'" + name + "' is no plain name (letters, digits and _, at most " +
                                std::to_string(limits::kEventTableNameMax) + ")");
}

/// `earlier`: the sinks before it.
Status checkSink(const toml::node& place, const SinkOptions& sink,
                 std::span<const SinkOptions> earlier) {
  const std::string title = "[[sink]] " + sink.name;
  const auto isSameName = [&](const SinkOptions& each) { return each.name == sink.name; };
  if (std::ranges::any_of(earlier, isSameName)) {
    return invalidAt(place, title, "two sinks have this name (give each its own: name = \"…\")");
  }
  const bool isArchive = sink.driver == "archive";
  if (isArchive != (sink.role == "archive")) {
    return invalidAt(place, title,
                     isArchive ? "an archive can have no other role (write role = \"archive\")"
                               : "the role archive wants files (write driver = \"archive\")");
  }
  const auto isSamePlace = [&](const SinkOptions& each) {
    return !(sink.database + sink.directory).empty() && each.driver == sink.driver &&
           each.host == sink.host && each.port == sink.port && each.database == sink.database &&
           each.directory == sink.directory;
  };
  if (std::ranges::any_of(earlier, isSamePlace)) {
    return invalidAt(place, title,
                     "another sink writes to this database (each needs one of its own)");
  }
  const auto isPrimary = [](const SinkOptions& each) { return each.role == "primary"; };
  if (isPrimary(sink) && std::ranges::any_of(earlier, isPrimary)) {
    return invalidAt(place, title,
                     "there is another primary (write role = \"standby\" or \"mirror\")");
  }
  if (!sink.eventTable.empty()) {
    RETURN_IF_ERROR(checkEventTable(place, title, sink));
  }
  const bool mayBeDetached = sink.role == "mirror" || sink.role == "standby";
  if (sink.maxLag.isSet() && !mayBeDetached) {
    return invalidAt(place, title,
                     "max_lag is for a mirror or standby: " +
                         (isArchive ? std::string("an archive keeps everything")
                                    : std::string("the primary is never detached")) +
                         " (leave it out)");
  }
  if (sink.driver == "sqlite") {
    const bool isServer = !sink.host.empty() || sink.port != 0 || !sink.user.empty() ||
                          !sink.passwordFile.empty() || !sink.options.empty();
    if (!isServer) return Status::ok();
    return invalidAt(place, title,
                     "sqlite is a file: host, port, user, password_file and options belong to a "
                     "server (leave them out, or name the driver)");
  }
  if (isArchive || !sink.database.empty()) return Status::ok();
  return invalidAt(place, title, "database is missing (add database = \"…\")");
}

/// The primary comes first.
Status readSinks(const toml::table& file, EngineOptions& options) {
  if (file.get("sink") == nullptr) return Status::ok();
  const FlushOptions flush = options.sinks.front().flush;
  options.sinks.clear();
  RETURN_IF_ERROR(readSections(file, "sink", [&] {
    SinkOptions& sink = options.sinks.emplace_back();
    sink.flush = flush;
    return sinkRules(sink);
  }));
  const toml::array& places = *file.get("sink")->as_array();
  const std::span<const SinkOptions> sinks(options.sinks);
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    RETURN_IF_ERROR(checkSink(*places.get(i), sinks[i], sinks.first(i)));
  }
  const auto primary = std::ranges::find(options.sinks, "primary", &SinkOptions::role);
  if (primary == options.sinks.end()) {
    return invalidAt(places, "[[sink]]", "one must be the primary (write role = \"primary\")");
  }
  std::rotate(options.sinks.begin(), primary, primary + 1);
  return Status::ok();
}

Status checkTopLevel(const toml::table& file) {
  const std::vector<std::string> known{"node", "engine", "journal", "flush",  "retry",
                                       "sink", "table",  "remote",  "metrics"};
  for (const auto& [key, node] : file) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const std::string nearest = nearestName(key.str(), known);
    return invalidAt(
        node, std::string(key.str()),
        nearest.empty() ? "unknown section" : "unknown section (did you mean [" + nearest + "]?)");
  }
  return Status::ok();
}

Status readAll(const toml::table& file, EngineOptions& options) {
  RETURN_IF_ERROR(checkTopLevel(file));
  RETURN_IF_ERROR(readSection(file, "node", [&] { return nodeRules(options); }));
  RETURN_IF_ERROR(readSection(file, "engine", [&] { return engineRules(options); }));
  RETURN_IF_ERROR(readSection(file, "journal", [&] { return journalRules(options.journal); }));
  RETURN_IF_ERROR(
      readSection(file, "flush", [&] { return flushRules(options.sinks.front().flush); }));
  RETURN_IF_ERROR(readSection(file, "retry", [&] { return retryRules(options.retry); }));
  RETURN_IF_ERROR(readSinks(file, options));
  RETURN_IF_ERROR(readTables(file, options));
  RETURN_IF_ERROR(readSection(file, "remote", [] { return remoteRules(); }));
  RETURN_IF_ERROR(readSection(file, "metrics", [&] { return metricsRules(options); }));
  if (options.retry.max < options.retry.initial) {
    return invalidAt(*file.get("retry"), "[retry]",
                     "max must not be below initial (raise max, or lower initial)");
  }
  if (options.journal.segmentBytes % limits::kJournalBlockBytes != 0) {
    return invalidAt(*file.get("journal"), "[journal] segment_size",
                     "must be whole blocks of 4 KiB (such as \"64 MiB\")");
  }
  if (options.journal.diskBudgetBytes < 4 * options.journal.segmentBytes) {
    return invalidAt(*file.get("journal"), "[journal]",
                     "disk_budget must hold 4 segments (raise it, or lower segment_size)");
  }
  return Status::ok();
}

}  // namespace

Result<EngineOptions> parseConfig(std::string_view text, const std::string& name) {
  EngineOptions options;
  toml::table file;
  try {
    file = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return Status(StatusCode::Invalid, name + ": line " +
                                           std::to_string(error.source().begin.line) + ": " +
                                           escapeForLog(error.description()));
  }
  const Status read = readAll(file, options);
  if (!read.isOk()) return read.withContext(name);
  return options;
}

Result<EngineOptions> readConfigFile(const std::string& path) {
  Result<std::string> text = readWholeFile(posixFileSystem(), path);
  if (!text && text.status().code() == StatusCode::NotFound) {
    return Status(text.status().code(), text.status().message() + " (is the name right?)");
  }
  if (!text) return text.status();
  return parseConfig(*text, path);
}

}  // namespace penstock::app
