// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "app/application/application.h"
#include "app/application/config_file.h"
#include "app/daemon/calls.h"
#include "app/daemon/journal_witness.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "journal/file/reader.h"
#include "journal/file/segment_files.h"
#include "journal/file/verify.h"
#include "model/codec.h"
#include "model/codec_json.h"

namespace penstock::app {
namespace {

/// A data directory, or the journal's own within it.
std::string journalDirectory(const std::string& given) {
  const std::string inner = given + "/journal";
  return posixFileSystem().exists(inner) ? inner : given;
}

/// What is around the journal, as a configuration says or without one.
Result<EngineOptions> surroundings(const std::string& given, const std::string& directory,
                                   const std::optional<std::string>& config) {
  EngineOptions options;
  if (config) {
    Result<EngineOptions> read = readConfigFile(*config);
    if (!read) return Status(StatusCode::Invalid, read.status().message());
    options = std::move(*read);
  }
  return withDefaults(std::move(options), given == directory ? given + "/.." : given);
}

/// Asked before the journal is read, which may grow meanwhile.
std::vector<JournalWitness> witnessesOf(const std::string& directory,
                                        const EngineOptions& options) {
  const Result<std::string> identity =
      readWholeFile(posixFileSystem(), directory + "/" + std::string(kJournalIdentityName));
  if (!identity) return {};
  const Result<JournalId> id = decodeIdentity(*identity);  // a damaged one is told by the reading
  return id ? journalWitnesses(options, *id) : std::vector<JournalWitness>();
}

/// Prints what others have seen behind the journal's end. Returns whether there is such.
bool lacksEnd(Sequence end, const std::vector<JournalWitness>& witnesses) {
  bool lacks = false;
  for (const JournalWitness& witness : witnesses) {
    if (!witness.seen) {
      (void)fail(witness.seen.status().withContext(witness.name + " cannot be compared with"));
      continue;
    }
    if (*witness.seen <= end) continue;
    lacks = true;
    std::printf(
        "end missing: the journal ends at sequence %llu, and %s has seen %llu "
        "(restore the newest segments)\n",
        static_cast<unsigned long long>(toNumber(end)), escapeForLog(witness.name).c_str(),
        static_cast<unsigned long long>(toNumber(*witness.seen)));
  }
  return lacks;
}

ExitCode verify(const std::string& directory, const EngineOptions& options) {
  const std::vector<JournalWitness> witnesses = witnessesOf(directory, options);
  const Result<JournalReport> report = verifyJournal(posixFileSystem(), directory);
  if (!report) return fail(report.status());
  std::printf("journal %s: %s records in %s segments, %s\n", toText(report->id).c_str(),
              groupedNumber(report->records).c_str(), groupedNumber(report->segments).c_str(),
              byteText(report->bytes).c_str());
  if (report->tornTail) {
    std::printf(
        "ends in a torn group (segment %u, offset %llu: %s): never synced, nothing is lost\n",
        report->tornTail->at.segment, static_cast<unsigned long long>(report->tornTail->at.offset),
        report->tornTail->what.c_str());
  }
  for (const JournalDamage& damage : report->damages) {
    std::printf("damaged: %s\n", describe(damage).c_str());
  }
  for (const UnreadableFile& file : report->unreadable) {
    std::printf("unreadable: %s\n", escapeForLog(describe(file)).c_str());
  }
  const bool endLacks = lacksEnd(report->end, witnesses);
  const bool damaged = !report->damages.empty() || !report->unreadable.empty() || endLacks;
  if (damaged) return ExitCode::Differences;
  std::puts("clean");
  return ExitCode::Good;
}

struct DumpFilter {
  std::string group;
  std::string table;
  std::string row;  ///< the key's values as text, with commas between
  Sequence from{};
};

std::string plainText(ValueView value) {
  if (value.kind() == ValueKind::Integer) return std::to_string(value.asInteger());
  if (value.kind() >= ValueKind::Text) return std::string(value.asText());
  return toDisplayText(value);
}

std::string plainKey(const ChangeView& change) {
  std::string text;
  for (ValueCursor key(change.keyBytes); !key.atEnd();) {
    if (!text.empty()) text += ",";
    text += plainText(key.next());
  }
  return text;
}

bool fits(const DumpFilter& filter, const ChangeSetView& set, const Catalog& catalog) {
  if (!filter.group.empty() && set.group() != filter.group) return false;
  if (filter.table.empty() && filter.row.empty()) return true;
  for (auto changes = set.changes(); auto change = changes.next();) {
    if (!filter.table.empty() && catalog.table(change->table).name != filter.table) continue;
    if (filter.row.empty() || plainKey(*change) == filter.row) return true;
  }
  return false;
}

ExitCode dump(const std::string& directory, const DumpFilter& filter) {
  const Result<StoppedJournal> journal = openForReading(posixFileSystem(), directory);
  if (!journal) return fail(journal.status());
  Result<std::unique_ptr<FileJournalReader>> reader =
      journal->openReader(std::max(filter.from, journal->oldestKept));
  if (!reader) return fail(reader.status());
  ExitCode code = ExitCode::Good;
  for (const UnreadableFile& file : journal->unreadable) {
    code = ExitCode::Differences;
    (void)fail({StatusCode::Corrupt, describe(file)});
  }
  std::string line;
  for (;;) {
    const Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (!record) {
      if (record.status().code() != StatusCode::Corrupt) return fail(record.status());
      code = ExitCode::Differences;
      (void)fail(record.status());
      const Status passed = (*reader)->passDamage();
      if (!passed.isOk()) return fail(passed);
      continue;
    }
    if (!record->has_value()) break;
    if ((*record)->type != RecordType::ChangeSet) continue;
    const Result<ChangeSetView> set = ChangeSetView::parse((*record)->payload);
    if (!set) return fail(set.status());
    if (!fits(filter, *set, *(*record)->catalog)) continue;
    line.clear();
    appendJson(line, *set, *(*record)->catalog);
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) {
      return fail({StatusCode::IoError, "standard output cannot be written"});
    }
  }
  return code;
}

}  // namespace

ExitCode journalCall(const Words& words) {
  const Result<CallArguments> arguments =
      CallArguments::parse(words, {"--group", "--table", "--row", "--from", "--config"}, {});
  if (!arguments) return fail(arguments.status());
  const std::vector<std::string>& what = arguments->positional();
  if (!what.empty() && what[0] == "salvage") {
    return fail({StatusCode::Unsupported, "journal salvage: not available yet"});
  }
  if (what.size() != 2 || (what[0] != "verify" && what[0] != "dump")) {
    return fail({StatusCode::Invalid, "journal: write journal verify DIR or journal dump DIR"});
  }
  const std::string directory = journalDirectory(what[1]);
  if (what[0] == "verify") {
    const auto options = surroundings(what[1], directory, arguments->value("--config"));
    return options ? verify(directory, *options) : fail(options.status());
  }
  DumpFilter filter;
  filter.group = arguments->value("--group").value_or("");
  filter.table = arguments->value("--table").value_or("");
  filter.row = arguments->value("--row").value_or("");
  const Result<std::uint64_t> from = arguments->number("--from", 0, 0);
  if (!from) return fail(from.status());
  if (*from > 0) filter.from = Sequence{*from - 1};
  return dump(directory, filter);
}

}  // namespace penstock::app
