// SPDX-License-Identifier: Apache-2.0
#include "store/archive/verify.h"

#include <map>
#include <memory>
#include <utility>

#include "store/archive/directory.h"
#include "store/archive/file_reader.h"

namespace penstock {

using archive::FileReader;
using archive::ListedFile;

namespace {

std::string lineOf(std::string_view text, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text = text.substr(0, text.find('\n'));
  return std::string(text.substr(std::min(begin, text.size())));
}

/// The first line in which they differ.
std::string manifestDifference(std::string_view manifest, std::string_view found) {
  for (std::size_t i = 0;; ++i) {
    const std::string says = lineOf(manifest, i);
    const std::string has = lineOf(found, i);
    if (says == has && !(says.empty() && has.empty())) continue;
    return "its manifest says " + (says.empty() ? "nothing more" : says) + " where the file has " +
           (has.empty() ? "nothing more" : has);
  }
}

class Verification {
 public:
  Verification(FileSystem& files, const std::string& directory)
      : m_files(files), m_directory(directory) {}

  Status check(const ListedFile& file, bool isNewest) {
    ++m_report.files;
    m_name = file.name.data();
    if (!file.hasData) {
      damage(0, "is missing; its manifest is there");
      return Status::ok();
    }
    auto reader = FileReader::open(m_files, archive::pathIn(m_directory, m_name));
    const StatusCode code = reader.status().code();
    if (code == StatusCode::NotFound && isNewest && !file.isClosed) {
      m_report.tornTail = ArchiveDamage{m_name, 0, {}, {}, "was cut short while it was made"};
      return Status::ok();
    }
    if (code == StatusCode::Corrupt || code == StatusCode::NotFound) {
      damage(0, reader.status().message());
      return Status::ok();
    }
    if (!reader) return reader.status().withContext(m_name);
    checkChain((*reader)->totals().opening);
    const std::size_t before = m_report.damages.size();
    const bool mayBeTorn = isNewest && !file.isClosed;
    RETURN_IF_ERROR(readAll(**reader, mayBeTorn));
    count((*reader)->totals());
    if (!file.isClosed && !isNewest) damage(0, "has no manifest, and is not the newest");
    if (!file.isClosed || m_report.damages.size() > before) return Status::ok();
    return compare(file, (*reader)->totals());
  }

  ArchiveReport takeReport() { return std::move(m_report); }

 private:
  void damage(std::uint64_t offset, std::string what, Sequence after = {}, Sequence upTo = {}) {
    m_report.damages.push_back({m_name, offset, after, upTo, std::move(what)});
  }

  void checkChain(const archive::Record& opening) {
    const auto [at, isFirst] = m_settled.try_emplace(toText(opening.journal), opening.after);
    if (!isFirst && at->second != opening.after) endChain(at->second, opening.after);
    m_journal = at;
  }

  void endChain(Sequence settled, Sequence goesOn) {
    const bool isEndDamaged = !m_report.damages.empty() &&
                              m_report.damages.back().upTo == kNoSequence &&
                              m_report.damages.back().after == settled;
    if (isEndDamaged) {
      m_report.damages.back().upTo = goesOn;
    } else {
      damage(0, "does not go on where the file before it ended: one is missing", settled, goesOn);
    }
  }

  Status readAll(FileReader& reader, bool mayBeTorn) {
    for (;;) {
      const auto commit = reader.next();
      if (commit.status().code() == StatusCode::Corrupt) {
        const Sequence after = reader.totals().settled;
        const std::uint64_t offset = reader.offset();
        const auto next = reader.passDamage();
        if (!next) return next.status().withContext(m_name);
        const std::string what = commit.status().message();
        if (!next->has_value() && mayBeTorn) {
          m_report.tornTail = ArchiveDamage{m_name, offset, after, {}, what};
        } else {
          damage(offset, what, after, next->value_or(kNoSequence));
        }
        if (!next->has_value()) break;
        continue;
      }
      if (!commit) return commit.status().withContext(m_name);
      if (!commit->has_value()) break;
    }
    m_journal->second = reader.totals().settled;
    return Status::ok();
  }

  void count(const archive::FileTotals& totals) {
    m_report.commits += totals.commits;
    m_report.changeSets += totals.changeSets;
    m_report.changes += totals.changes;
    m_report.bytes += totals.bytes;
  }

  Status compare(const ListedFile& file, const archive::FileTotals& totals) {
    const Result<std::string> manifest =
        readWholeFile(m_files, archive::pathIn(m_directory, file.name.manifest()));
    if (!manifest) return manifest.status();
    const std::string found = archive::manifestText(file.name, totals);
    if (*manifest != found) damage(0, manifestDifference(*manifest, found));
    return Status::ok();
  }

  FileSystem& m_files;
  const std::string& m_directory;
  ArchiveReport m_report;
  std::string m_name;                         // of the file at hand
  std::map<std::string, Sequence> m_settled;  // of each journal
  std::map<std::string, Sequence>::iterator m_journal;
};

}  // namespace

std::string describe(const ArchiveDamage& damage) {
  std::string text = damage.file + ", offset " + std::to_string(damage.offset) + ": " + damage.what;
  if (damage.upTo != kNoSequence) {
    text += "; lost: what is behind sequence " + std::to_string(toNumber(damage.after)) +
            ", up to " + std::to_string(toNumber(damage.upTo));
  } else if (damage.after != kNoSequence) {
    text += "; lost: what is behind sequence " + std::to_string(toNumber(damage.after)) +
            ", up to the end of the file";
  }
  return text;
}

Result<ArchiveReport> verifyArchive(FileSystem& files, const std::string& directory) {
  const auto listed = archive::listFiles(files, directory);
  if (!listed) return listed.status();
  if (listed->empty()) {
    return Status(StatusCode::NotFound, directory + ": no archive in it (is the name right?)");
  }
  Verification verification(files, directory);
  for (const ListedFile& file : *listed) {
    RETURN_IF_ERROR(verification.check(file, &file == &listed->back()));
  }
  return verification.takeReport();
}

}  // namespace penstock
