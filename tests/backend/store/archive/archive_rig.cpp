// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/store/archive/archive_rig.h"

#include <random>
#include <utility>

#include "base/check.h"
#include "model/codec_json.h"
#include "workload/byte_source.h"

namespace penstock::test {

namespace {

/// Of letters that no compression makes shorter, so that a commit is longer than a sector.
std::string longGroup(std::mt19937& random) {
  static constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+\"";
  std::string group(240, ' ');
  for (char& letter : group) letter = kLetters[random() % kLetters.size()];
  return group;
}

}  // namespace

JournalId journalNamed(std::uint8_t name) {
  JournalId journal;
  journal.bytes.fill(std::byte{name});
  return journal;
}

ArchivedHistory::ArchivedHistory(std::uint32_t seed, std::size_t count) {
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = "id-" + std::to_string(i);
    ChangeSetWriter::Header header;
    if (random() % 2 == 0) header.id = id;
    const std::string group = random() % 4 == 0 ? "group \"ü\" \n" : longGroup(random);
    header.group = group;
    m_entries.pushBytes(encode(randomChangeSet(random, {}), header));
  }
  for (const WindowEntry& entry : m_entries.entries()) {
    m_lines.push_back(toJson(entry.changeSet, *schemaOfEverything()));
  }
}

Sequence ArchivedHistory::sequenceAt(std::size_t place) const {
  return place == 0 ? kNoSequence : m_entries.entries()[place - 1].sequence;
}

ChangeSetRange ArchivedHistory::range(std::size_t begin, std::size_t end) const {
  ChangeSetRange range;
  range.catalog = schemaOfEverything();
  for (std::size_t i = begin; i < end; ++i) {
    const WindowEntry& entry = m_entries.entries()[i];
    range.changeSets.push_back({entry.sequence, &entry.changeSet});
  }
  return range;
}

ArchiveRig::ArchiveRig(FileSystem& files, ArchiveOptions options) {
  if (options.directory.empty()) options.directory = kArchive;
  auto store = ArchiveStore::create(files, clock, std::move(options));
  CHECK(store.isOk());
  m_store = std::move(*store);
}

Result<Sequence> ArchiveRig::attach(const JournalId& journal, const std::string& owner) {
  const auto checkpoints = m_store->attach(journal, owner);
  if (!checkpoints) return checkpoints.status();
  auto lane = m_store->openLane();
  if (!lane) return lane.status();
  m_lane = std::move(*lane);
  return checkpoints->empty() ? kNoSequence : checkpoints->front().settled;
}

CommitResult ArchiveRig::commit(const ArchivedHistory& history, std::size_t begin,
                                std::size_t end) {
  const ChangeSetRange range = history.range(begin, end);
  CommitRequest request;
  request.fence = {{kAllShards, history.sequenceAt(begin), history.sequenceAt(end)}};
  request.changeSets = &range;
  return m_lane->commit(request);
}

CommitResult ArchiveRig::move(Sequence expected, Sequence next) {
  CommitRequest request;
  request.fence = {{kAllShards, expected, next}};
  return m_lane->commit(request);
}

ArchiveOptions tinyFiles() {
  ArchiveOptions options;
  options.fileBytesMax = 1;
  return options;
}

std::vector<std::string> dataFiles(FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (!names) return {};
  std::erase_if(*names, [](const std::string& name) { return !name.ends_with(".ndjson.zst"); });
  return *names;
}

Result<std::vector<std::string>> readLines(FileSystem& files, const std::string& directory) {
  std::string text;
  std::vector<std::byte> block(64 * 1024);
  for (const std::string& name : dataFiles(files, directory)) {
    const auto source = openByteSource(files, directory + "/" + name);
    if (!source) return source.status();
    for (;;) {
      const Result<std::size_t> count = (*source)->read(block);
      if (!count) return count.status().withContext(name);
      if (*count == 0) break;
      text.append(reinterpret_cast<const char*>(block.data()), *count);
    }
  }
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    CHECK(end != std::string::npos);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace penstock::test
