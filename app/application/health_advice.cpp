// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/health_advice.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "metrics/error_advice.h"

namespace penstock::app {
namespace {

/// Beside the workers: who counts dead letters and attaches, and who reads tables for people.
constexpr std::uint32_t kReaders = 3;
constexpr std::uint32_t kSqliteWorkersMany = 8;

std::string numberText(std::uint64_t number) { return std::to_string(number); }

bool isServer(const SinkOptions& sink) {
  return sink.driver != "sqlite" && sink.driver != "archive";
}

/// Collects what is said about one sink.
class Advising {
 public:
  explicit Advising(std::string sink) : m_sink(std::move(sink)) {}

  void say(AdviceLevel level, std::string about, std::string finding, std::string advice) {
    m_advices.push_back({level, m_sink, std::move(about), std::move(finding), std::move(advice)});
  }
  void good(std::string about, std::string finding) {
    say(AdviceLevel::Good, std::move(about), std::move(finding), {});
  }
  std::vector<Advice> take() { return std::move(m_advices); }

 private:
  const std::string m_sink;
  std::vector<Advice> m_advices;
};

/// PostgreSQL commits on as many connections as there are workers; the others on one.
std::uint32_t connectionsOf(const SinkOptions& sink) {
  return (sink.driver == "postgres" ? sink.flush.workers : 1) + kReaders;
}

void judgeConnections(const SinkOptions& sink, const ConnectionRoom& room, Advising& to) {
  const std::uint32_t wanted = connectionsOf(sink);
  const std::uint32_t taken = room.reserved + room.usedByOthers;
  const std::uint32_t ofServer = room.max - std::min(room.max, taken);
  const std::uint32_t left = std::min(ofServer, room.ofUser.value_or(ofServer));
  std::string found = numberText(left) + " of " + numberText(room.max) + " connections are left (" +
                      numberText(room.reserved) + " reserved, " + numberText(room.usedByOthers) +
                      " used by others";
  if (room.ofUser) found += ", at most " + numberText(*room.ofUser) + " for this user or database";
  found += ")";
  const bool hasLanes = sink.driver == "postgres";
  const std::string wants = hasLanes ? "workers " + numberText(sink.flush.workers) + " and " +
                                           numberText(kReaders) + " readers"
                                     : numberText(wanted) + " connections are wanted";
  if (wanted <= left) return to.good("max_connections", wants + "; " + found);
  const std::string raise =
      room.ofUser && *room.ofUser < ofServer
          ? "raise the CONNECTION LIMIT of the user or database to " + numberText(wanted)
          : "raise max_connections to " + numberText(taken + wanted);
  const std::string lower =
      hasLanes && left > kReaders ? "set workers = " + numberText(left - kReaders) + ", or " : "";
  to.say(left == 0 ? AdviceLevel::Critical : AdviceLevel::Warning, "max_connections",
         wants + " > " + found, lower + raise);
}

/// As a statement wants it.
std::string nameInSql(const std::string& name) {
  const bool isPlain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (isPlain) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

/// `setFor` is `role game`, `database shop` or `role game in database shop`.
std::string resetOf(const ServerSetting& setting) {
  if (setting.setFor.empty()) return "set " + setting.name + " = on in the server's configuration";
  return "ALTER " + setting.setFor + " RESET " + setting.name;
}

/// A setting whose one value is safe.
struct SafeSetting {
  std::string_view name;
  std::string_view bad;  ///< empty: all but `good`
  std::string_view good;
  AdviceLevel level;
  const char* because;
};

constexpr std::array kSafeSettings{
    SafeSetting{"fsync", "off", "on", AdviceLevel::Critical,
                "a crash of the machine can destroy the database, and with it what was told as "
                "persisted"},
    SafeSetting{"full_page_writes", "off", "on", AdviceLevel::Critical,
                "a crash can leave torn pages, and with them lost rows"},
    SafeSetting{"synchronous_commit", "off", "on", AdviceLevel::Warning,
                "Penstock turns it on for its own sessions, and other programs still lose their "
                "last commits in a crash"},
    SafeSetting{"innodb_flush_log_at_trx_commit", "", "1", AdviceLevel::Critical,
                "a crash loses the last commits, also those that were told as persisted; the "
                "journal no longer holds them once retain is over"},
    SafeSetting{"sync_binlog", "", "1", AdviceLevel::Warning,
                "after a crash the binary log, and with it replicas, can lack the last commits"}};

void judgeSetting(const ServerSetting& setting, Advising& to) {
  const auto* safe = std::ranges::find(kSafeSettings, setting.name, &SafeSetting::name);
  if (safe == kSafeSettings.end()) return;
  const bool isBad = safe->bad.empty() ? setting.value != safe->good : setting.value == safe->bad;
  const std::string found =
      setting.value + (setting.setFor.empty() ? "" : " for " + setting.setFor);
  if (!isBad) return to.good(setting.name, found);
  const bool isOfMySql = safe->bad.empty();
  const std::string what = isOfMySql
                               ? "SET GLOBAL " + setting.name + " = " + std::string(safe->good) +
                                     ", and in the server's configuration"
                               : resetOf(setting);
  to.say(safe->level, setting.name, found + ": " + safe->because, what);
}

void judgeRights(const StoreHealth& health, Advising& to) {
  std::uint64_t held = 0;
  for (const StoreRight& each : health.rights) {
    if (each.held == StoreRight::Held::Yes) {
      ++held;
      continue;
    }
    to.say(AdviceLevel::Critical, "rights", "the user lacks " + each.right + " on " + each.on,
           each.grant);
  }
  if (held > 0 && held == health.rights.size()) {
    to.good("rights", "all that is needed on " + numberText(held) + " places");
  }
}

void judgeTables(const SinkReport& report, Advising& to) {
  for (const std::string& table : report.health.unloggedTables) {
    to.say(AdviceLevel::Critical, "table " + table,
           "it is UNLOGGED: a crash of the server empties it, whatever was persisted",
           "ALTER TABLE " + nameInSql(table) + " SET LOGGED");
  }
  for (const Table& table : report.catalog.tables()) {
    if (table.key.empty()) {
      to.say(AdviceLevel::Warning, "table " + table.name,
             "it has no primary key: only inserts are possible", "give it a primary key");
    }
    if (table.hasTriggers) {
      to.say(AdviceLevel::Note, "table " + table.name,
             "it has triggers: its changes are applied one by one", "expect less speed there");
    }
  }
  for (const BareForeignKey& key : report.health.bareForeignKeys) {
    to.say(AdviceLevel::Warning, "table " + key.table,
           "the foreign key (" + key.columns + ") to " + key.references +
               " has no index: each delete or change there reads the whole table",
           "CREATE INDEX ON " + nameInSql(key.table) + " (" + key.columns + ")");
  }
  const bool isWell = !report.catalog.tables().empty() && report.health.unloggedTables.empty() &&
                      report.health.bareForeignKeys.empty();
  if (isWell) {
    to.good("tables",
            numberText(report.catalog.tables().size()) + " tables; every foreign key has an index");
  }
}

void judgeFile(const SinkOptions& sink, const SinkReport& report, Advising& to) {
  if (!report.fileSystem.empty()) {
    to.say(AdviceLevel::Critical, "file system",
           "it lies on " + report.fileSystem +
               ", where locks and syncs of other machines cannot be relied on",
           "keep it on a disk of this machine");
  }
  if (sink.driver != "sqlite") return;
  if (sink.flush.workers > kSqliteWorkersMany) {
    to.say(AdviceLevel::Note, "workers",
           "SQLite commits one at a time: " + numberText(sink.flush.workers) +
               " workers prepare, they do not commit",
           "4 are plenty");
  }
  for (const ServerSetting& each : report.health.settings) {
    if (each.name != "journal_mode" || each.value == "memory") continue;
    if (each.value == "wal") {
      to.good("journal_mode", "wal");
      continue;
    }
    to.say(AdviceLevel::Note, "journal_mode",
           each.value + ": another program made the file so; a start turns it to wal",
           "let that program leave it so: in wal readers do not hold commits up");
  }
}

void judgePolicies(const EngineOptions& options, const Catalog& primary, Advising& to) {
  for (const TablePolicy& policy : options.tables) {
    if (primary.find(policy.name) != nullptr) continue;
    to.say(AdviceLevel::Warning, "[[table]] " + policy.name,
           "there is no such table in the database", "correct the name, or make the table");
  }
}

}  // namespace

std::string_view adviceLevelName(AdviceLevel level) {
  switch (level) {
    case AdviceLevel::Good:
      return "good";
    case AdviceLevel::Note:
      return "note";
    case AdviceLevel::Warning:
      return "warning";
    case AdviceLevel::Critical:
      return "critical";
  }
  return {};
}

std::vector<Advice> adviseOnNode(const EngineOptions& options, const std::string& fileSystem) {
  Advising to("");
  if (options.journal.sync == JournalSync::Interval) {
    to.say(AdviceLevel::Note, "sync",
           "interval: what was told as journaled survives the end of the process, and a power "
           "loss takes back the last " +
               numberText(static_cast<std::uint64_t>(options.journal.syncInterval.count())) + " ms",
           "sync = \"always\" where that must not be");
  } else {
    to.good("sync", "always");
  }
  if (!fileSystem.empty()) {
    to.say(AdviceLevel::Critical, "data_dir",
           "the journal lies on " + fileSystem + ", whose syncs cannot be relied on",
           "keep it on a disk of this machine");
  }
  return to.take();
}

std::vector<Advice> adviseOnSink(const SinkOptions& sink, const SinkReport& report) {
  Advising to(sink.name);
  if (!report.status.isOk()) {
    to.say(AdviceLevel::Critical, "connection", report.status.message(),
           isServer(sink) ? adviceForMessage(report.status.message())
                          : std::string(adviceFor(codeIn(report.status.message()))));
  }
  if (report.health.connections) judgeConnections(sink, *report.health.connections, to);
  for (const ServerSetting& each : report.health.settings) judgeSetting(each, to);
  judgeFile(sink, report, to);
  judgeRights(report.health, to);
  judgeTables(report, to);
  return to.take();
}

std::vector<Advice> adviseOnAll(const EngineOptions& options, const NodeReport& report) {
  const std::vector<SinkReport>& reports = report.sinks;
  std::vector<Advice> all = adviseOnNode(options, report.fileSystem);
  const auto add = [&all](std::vector<Advice> more) {
    std::ranges::move(more, std::back_inserter(all));
  };
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const SinkOptions& sink = options.sinks[i];
    add(adviseOnSink(sink, reports[i]));
    Advising to(i == 0 ? "" : sink.name);
    const bool isComparable = reports.front().status.isOk() && reports[i].status.isOk();
    if (isComparable && i == 0) judgePolicies(options, reports[0].catalog, to);
    if (isComparable && i > 0 && sink.driver != "archive") {
      for (const std::string& table :
           missingTables(reports[i], reports.front().catalog, options.tables)) {
        to.say(AdviceLevel::Warning, "table " + table,
               "it is not there: what comes for it is parked",
               "make it, or name the sinks of the table");
      }
    }
    add(to.take());
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &Advice::level);
  return all;
}

std::string lineOf(const Advice& advice) {
  std::string line = advice.sink.empty() ? "" : "sink " + advice.sink + ": ";
  line += advice.about + ": " + advice.finding;
  return advice.advice.empty() ? line : line + " (" + advice.advice + ")";
}

}  // namespace penstock::app
