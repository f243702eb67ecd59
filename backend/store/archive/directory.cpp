// SPDX-License-Identifier: Apache-2.0
#include "store/archive/directory.h"

#include <map>
#include <utility>

#include "model/codec_json.h"
#include "store/archive/record_finder.h"

namespace penstock::archive {
namespace {

class Members {
 public:
  void text(std::string_view name, std::string_view value) {
    begin(name);
    appendJsonString(m_json, value);
  }
  void number(std::string_view name, std::uint64_t value) {
    begin(name);
    m_json += std::to_string(value);
  }
  void numberOrNull(std::string_view name, Sequence value) {
    if (value != kNoSequence) return number(name, toNumber(value));
    begin(name);
    m_json += "null";
  }
  std::string finish() { return std::exchange(m_json, {}) + "\n}\n"; }

 private:
  void begin(std::string_view name) {
    m_json += m_json.empty() ? "{\n  " : ",\n  ";
    appendJsonString(m_json, name);
    m_json += ": ";
  }
  std::string m_json;
};

}  // namespace

std::string pathIn(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name);
}

Result<std::vector<ListedFile>> listFiles(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names && names.status().code() == StatusCode::NotFound) return std::vector<ListedFile>();
  if (!names) return names.status();
  std::map<std::uint64_t, ListedFile> byNumber;
  for (const std::string& name : *names) {
    const auto data = FileName::ofData(name);
    const auto manifest = FileName::ofManifest(name);
    if (!data && !manifest) continue;
    const FileName& parsed = data ? *data : *manifest;
    const auto [at, isNew] = byNumber.try_emplace(parsed.number, ListedFile{parsed});
    if (!isNew && at->second.name != parsed) {
      const Status twice(StatusCode::Corrupt, "has the number of " + at->second.name.data() +
                                                  " (move away what is not of this archive)");
      return twice.withContext(name).withContext(directory);
    }
    (data ? at->second.hasData : at->second.isClosed) = true;
  }
  std::vector<ListedFile> listed;
  listed.reserve(byNumber.size());
  for (const auto& [number, file] : byNumber) listed.push_back(file);
  return listed;
}

Result<Position> findPosition(FileSystem& files, const std::string& directory,
                              const JournalId& journal) {
  const auto listed = listFiles(files, directory);
  if (!listed) return listed.status();
  Position position;
  for (auto each = listed->rbegin(); each != listed->rend(); ++each) {
    if (!each->hasData) {
      if (!position.newest) position.newest = *each;  // its number is used
      continue;
    }
    const std::string name = each->name.data();
    const auto file = files.open(pathIn(directory, name), FileSystem::OpenMode::Read);
    if (!file) return file.status();
    const Result<Record> opening = readOpening(**file);
    if (opening.status().code() == StatusCode::NotFound) {
      position.leftovers.push_back(each->name);
      continue;
    }
    if (!opening) return opening.status().withContext(pathIn(directory, name));
    if (!position.newest) position.newest = *each;
    if (opening->journal != journal) continue;
    const Result<Tail> tail = findTail(**file);
    if (!tail) return tail.status().withContext(pathIn(directory, name));
    position.settled = tail->settled;
    return position;
  }
  return position;
}

std::string manifestText(const FileName& name, const FileTotals& totals) {
  Members members;
  members.number("format", kArchiveFormat);
  members.text("file", name.data());
  members.text("journal", toText(totals.opening.journal));
  members.text("opened", formatUtc(totals.opening.wallTime));
  members.text("last_commit", formatUtc(totals.lastCommit));
  members.number("checkpoint_before", toNumber(totals.opening.after));
  members.number("checkpoint", toNumber(totals.settled));
  members.numberOrNull("first_sequence", totals.first);
  members.numberOrNull("last_sequence", totals.last);
  members.number("commits", totals.commits);
  members.number("change_sets", totals.changeSets);
  members.number("changes", totals.changes);
  members.number("text_bytes", totals.textBytes);
  members.number("bytes", totals.bytes);
  members.text("xxh128", totals.hash);
  return members.finish();
}

}  // namespace penstock::archive
