// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "app/application/application.h"
#include "app/application/config_file.h"
#include "app/daemon/calls.h"
#include "app/daemon/journal_witness.h"
#include "app/daemon/node_command.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "journal/file/reader.h"
#include "journal/file/salvage.h"
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

void printTornTail(const TornTail& tail) {
  std::printf("ends in a torn group (segment %u, offset %llu: %s): never synced, nothing is lost\n",
              tail.at.segment, static_cast<unsigned long long>(tail.at.offset), tail.what.c_str());
}

void printDamage(const JournalDamage& damage, const std::vector<AcceptedLoss>& decisions) {
  const auto decision = std::ranges::find_if(
      decisions, [&](const AcceptedLoss& loss) { return loss.covers(damage); });
  std::string text = "damaged: " + describe(damage);
  if (decision != decisions.end()) text += "; " + describe(*decision);
  std::printf("%s\n", escapeForLog(text).c_str());
}

ExitCode verify(const std::string& directory, const EngineOptions& options) {
  const std::vector<JournalWitness> witnesses = witnessesOf(directory, options);
  const Result<JournalReport> report = verifyJournal(posixFileSystem(), directory);
  if (!report) return fail(report.status());
  std::printf("journal %s: %s records in %s segments, %s\n", toText(report->id).c_str(),
              groupedNumber(report->records).c_str(), groupedNumber(report->segments).c_str(),
              byteText(report->bytes).c_str());
  if (report->tornTail) printTornTail(*report->tornTail);
  for (const JournalDamage& damage : report->damages) printDamage(damage, report->accepted);
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

/// The file that change sets are saved in. It is made new: nothing is ever overwritten.
class SalvageFile {
 public:
  explicit SalvageFile(std::string path) : m_path(std::move(path)) {}

  Status make() {
    auto file = posixFileSystem().open(m_path, FileSystem::OpenMode::CreateNew);
    if (!file && file.status().code() == StatusCode::Conflict) {
      return {StatusCode::Invalid,
              m_path + ": is there already (nothing is overwritten: name another)"};
    }
    if (!file) return file.status().withContext("journal salvage");
    m_file = std::move(*file);
    return Status::ok();
  }
  Status add(std::string_view line) {
    m_waiting += line;
    return m_waiting.size() < kWrittenAtOnce ? Status::ok() : write();
  }
  Status finish() {
    RETURN_IF_ERROR(write());
    return m_file->syncData();
  }
  /// What is not complete must not look as if it were.
  void discard() {
    m_file.reset();
    (void)posixFileSystem().remove(m_path);  // best effort: the failure itself is told
  }

 private:
  static constexpr std::size_t kWrittenAtOnce = 1024 * 1024;

  Status write() {
    RETURN_IF_ERROR(m_file->writeAt(m_at, std::as_bytes(std::span(m_waiting))));
    m_at += m_waiting.size();
    m_waiting.clear();
    return Status::ok();
  }

  const std::string m_path;
  std::unique_ptr<File> m_file;
  std::string m_waiting;
  std::uint64_t m_at = 0;
};

struct SavedPart {
  std::uint64_t changeSets = 0;
  Sequence first{};
  Sequence last{};
};
/// What was saved, by segment and the file that it was found in.
using SavedParts = std::map<std::pair<std::uint32_t, std::string>, SavedPart>;

struct SalvageOutcome {
  SavedParts saved;
  std::vector<std::string> strange;  ///< records that are whole and cannot be understood
  Sequence end{};                    ///< of the last record that was found
};

Status saveAll(JournalSalvage& salvage, const DumpFilter& filter, SalvageFile& out,
               SalvageOutcome& outcome) {
  std::string line;
  for (;;) {
    const Result<std::optional<JournalSalvage::Saved>> next = salvage.next();
    if (!next) return next.status();
    if (!next->has_value()) return out.finish();
    const JournalRecord& record = (*next)->record;
    outcome.end = std::max(outcome.end, record.sequence);
    if (record.type != RecordType::ChangeSet || record.sequence <= filter.from) continue;
    const Result<ChangeSetView> set = ChangeSetView::parse(record.payload);
    if (!set) {
      outcome.strange.push_back("sequence " + std::to_string(toNumber(record.sequence)) + ": " +
                                set.status().message());
      continue;
    }
    if (!fits(filter, *set, *record.catalog)) continue;
    line.clear();
    appendJson(line, *set, *record.catalog);
    line += '\n';
    RETURN_IF_ERROR(out.add(line));
    const std::pair part(segmentOf(record.sequence), std::string((*next)->file));
    SavedPart& saved = outcome.saved[part];
    if (saved.changeSets++ == 0) saved.first = record.sequence;
    saved.last = record.sequence;
  }
}

/// Returns how many change sets were saved.
std::uint64_t printSaved(const SavedParts& parts) {
  std::uint64_t all = 0;
  for (const auto& [where, part] : parts) {
    all += part.changeSets;
    std::printf("saved: segment %u (%s): %s change sets, sequences %llu to %llu\n", where.first,
                where.second.c_str(), groupedNumber(part.changeSets).c_str(),
                static_cast<unsigned long long>(toNumber(part.first)),
                static_cast<unsigned long long>(toNumber(part.last)));
  }
  return all;
}

/// Salvage changes nothing in what it reads, nor adds to it.
Status requireOutside(const std::string& out, const std::string& directory) {
  std::error_code error;
  const auto inside = std::filesystem::weakly_canonical(directory, error);
  const auto file = std::filesystem::weakly_canonical(std::filesystem::absolute(out, error), error);
  const auto [end, at] = std::mismatch(inside.begin(), inside.end(), file.begin(), file.end());
  if (error || end != inside.end()) return Status::ok();
  return {StatusCode::Invalid, out + ": lies in " + directory + " (name a file elsewhere)"};
}

ExitCode salvage(const std::string& directory, const EngineOptions& options,
                 const DumpFilter& filter, const std::string& path) {
  const std::vector<JournalWitness> witnesses = witnessesOf(directory, options);
  const auto source = JournalSalvage::open(posixFileSystem(), directory);
  if (!source) return fail(source.status());
  SalvageFile out(path);
  if (const Status made = out.make(); !made.isOk()) return fail(made);
  SalvageOutcome outcome;
  outcome.end = (*source)->plan().head;
  if (const Status saved = saveAll(**source, filter, out, outcome); !saved.isOk()) {
    out.discard();
    return fail(saved.withContext("journal salvage"));
  }
  const std::uint64_t changeSets = printSaved(outcome.saved);
  const SalvagePlan& plan = (*source)->plan();
  if (plan.tornTail) printTornTail(*plan.tornTail);
  for (const UnreadableFile& file : plan.unreadable) {
    std::printf("searched too: %s\n", escapeForLog(describe(file)).c_str());
  }
  for (const JournalDamage& loss : (*source)->losses()) {
    std::printf("lost: %s\n", escapeForLog(describeLoss(loss)).c_str());
  }
  for (const std::string& strange : outcome.strange) {
    std::printf("lost: %s\n", escapeForLog(strange).c_str());
  }
  const bool endLacks = lacksEnd(outcome.end, witnesses);
  const bool isWhole = (*source)->losses().empty() && outcome.strange.empty() && !endLacks;
  std::printf("%s change sets in %s%s\n", groupedNumber(changeSets).c_str(),
              escapeForLog(path).c_str(), isWhole ? ", nothing is lost" : "");
  return isWhole ? ExitCode::Good : ExitCode::Differences;
}

/// Starts the node on the data directory, so that all that a start compares is compared before
/// anything is written, and lets it carry the decision out.
ExitCode acceptLoss(const CallArguments& arguments, const std::string& given,
                    const EngineOptions& options) {
  const Result<std::uint64_t> first = arguments.number("--from", 1, 0);
  if (!first) return fail(first.status());
  const Result<std::uint64_t> last = arguments.number("--to", 1, 0);
  if (!last) return fail(last.status());
  if (*first == 0 || *last == 0) {
    return fail({StatusCode::Invalid,
                 "journal accept-loss: of what? (--from SEQ --to SEQ, the sequences of one damage "
                 "as journal verify names them)"});
  }
  const std::string journal = options.dataDirectory + "/journal/";
  if (!posixFileSystem().exists(journal + std::string(kJournalIdentityName))) {
    return fail({StatusCode::NotFound, given + ": no journal in it (name the data directory)"});
  }
  Command command;
  command.kind = CommandKind::AcceptLoss;
  command.id = CommandId{1};
  command.who = operatorName();
  command.why = arguments.value("--why").value_or("");
  command.lossFirst = Sequence{*first};
  command.lossLast = Sequence{*last};
  const Result<CarriedOut> done = carryOut(options, command);
  if (!done) return fail(done.status());
  std::printf("%s\n%s\n", escapeForLog(done->answer.text).c_str(),
              escapeForLog(describe(done->stopped)).c_str());
  return ExitCode::Good;
}

Result<DumpFilter> filterFrom(const CallArguments& arguments) {
  DumpFilter filter;
  filter.group = arguments.value("--group").value_or("");
  filter.table = arguments.value("--table").value_or("");
  filter.row = arguments.value("--row").value_or("");
  const Result<std::uint64_t> from = arguments.number("--from", 0, 0);
  if (!from) return from.status();
  if (*from > 0) filter.from = Sequence{*from - 1};
  return filter;
}

}  // namespace

ExitCode journalCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(
      words, {"--group", "--table", "--row", "--from", "--to", "--why", "--config"}, {});
  if (!arguments) return fail(arguments.status());
  const std::vector<std::string>& what = arguments->positional();
  const std::string verb = what.empty() ? "" : what.front();
  const std::size_t wordsWanted = verb == "salvage" ? 3 : 2;
  const std::vector<std::string> verbs{"verify", "dump", "salvage", "accept-loss"};
  if (std::ranges::count(verbs, verb) == 0 || what.size() != wordsWanted) {
    return fail({StatusCode::Invalid,
                 "journal: write journal verify DIR, journal dump DIR, journal salvage DIR OUT or "
                 "journal accept-loss DIR --from SEQ --to SEQ"});
  }
  const std::string directory = journalDirectory(what[1]);
  const Result<DumpFilter> filter = filterFrom(*arguments);
  if (!filter) return fail(filter.status());
  if (verb == "dump") return dump(directory, *filter);
  const auto options = surroundings(what[1], directory, arguments->value("--config"));
  if (!options) return fail(options.status());
  if (verb == "verify") return verify(directory, *options);
  if (verb == "accept-loss") return acceptLoss(*arguments, what[1], *options);
  if (const Status outside = requireOutside(what[2], what[1]); !outside.isOk()) {
    return fail(outside);
  }
  return salvage(directory, *options, *filter, what[2]);
}

}  // namespace penstock::app
