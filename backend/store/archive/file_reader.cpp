// SPDX-License-Identifier: Apache-2.0
#include "store/archive/file_reader.h"

#include <xxhash.h>

#include <utility>

#include "base/check.h"
#include "store/archive/record_finder.h"

namespace penstock::archive {
namespace {

std::string hashText(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

void FileTotals::add(const Record& commit) {
  if (commit.changeSets > 0) {
    if (changeSets == 0) first = commit.first;
    last = commit.last;
  }
  lastCommit = commit.wallTime;
  settled = commit.after;
  ++commits;
  changeSets += commit.changeSets;
  changes += commit.changes;
  textBytes += commit.textBytes;
  bytes = commit.end();
}

void FileReader::FreeState::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

FileReader::FileReader() : m_hash(XXH3_createState()) {
  CHECK(m_hash != nullptr);
  XXH3_128bits_reset(m_hash.get());
}

FileReader::~FileReader() = default;

Result<std::unique_ptr<FileReader>> FileReader::open(FileSystem& files, const std::string& path) {
  std::unique_ptr<FileReader> reader(new FileReader());
  Result<std::unique_ptr<File>> file = files.open(path, FileSystem::OpenMode::Read);
  if (!file) return file.status();
  reader->m_file = std::move(*file);
  const Result<Record> opening = readOpening(*reader->m_file);
  if (!opening) return opening.status();
  reader->m_bytes.resize(kRecordBytes);
  encodeRecord(*opening, reader->m_bytes);
  XXH3_128bits_update(reader->m_hash.get(), reader->m_bytes.data(), kRecordBytes);
  reader->m_offset = kRecordBytes;
  reader->m_totals.opening = *opening;
  reader->m_totals.lastCommit = opening->wallTime;
  reader->m_totals.settled = opening->after;
  reader->m_totals.bytes = kRecordBytes;
  return reader;
}

// Into the front of m_bytes.
Result<Record> FileReader::readRecord() {
  const FileTotals& so = m_totals;
  const Result<std::size_t> count =
      m_file->readAt(m_offset, std::span(m_bytes).first(kRecordBytes));
  if (!count) return count.status();
  Result<Record> record = decodeRecord(std::span(m_bytes).first(*count), m_offset);
  if (record.status().code() == StatusCode::Unsupported) return record.status();
  if (!record || record->kind != RecordKind::Commit || record->journal != so.opening.journal ||
      record->fileNumber != so.opening.fileNumber) {
    return damaged("no whole commit record");
  }
  if (record->before != so.settled) return damaged("does not follow the commit before it");
  return record;
}

Result<std::optional<FileReader::Commit>> FileReader::next() {
  const Result<std::uint64_t> size = m_file->size();
  if (!size) return size.status();
  if (m_offset >= *size) return finish();
  m_bytes.resize(kRecordBytes);
  const Result<Record> record = readRecord();
  if (!record) return record.status();
  if (record->frameBytes > *size || record->end() > *size) return damaged("ends within a commit");
  m_bytes.resize(kRecordBytes + record->frameBytes);
  const std::span<std::byte> frame = std::span(m_bytes).subspan(kRecordBytes);
  RETURN_IF_ERROR(readExactly(*m_file, record->frameOffset(), frame));
  if (hashBytes(frame) != record->frameHash) return damaged("checksum of the change sets");
  XXH3_128bits_update(m_hash.get(), m_bytes.data(), m_bytes.size());
  m_totals.add(*record);
  m_offset = record->end();
  return std::optional(Commit{*record, frame});
}

Result<std::optional<FileReader::Commit>> FileReader::finish() {
  m_totals.hash = hashText(XXH3_128bits_digest(m_hash.get()));
  return std::optional<Commit>();
}

Result<std::optional<Sequence>> FileReader::passDamage() {
  const auto found = RecordFinder(*m_file, m_totals.opening).firstFrom(m_offset + 1);
  if (!found) return found.status();
  if (!found->has_value()) return std::optional<Sequence>();
  m_offset = (*found)->offset;
  m_totals.settled = (*found)->before;
  return std::optional((*found)->before);
}

Result<FileTotals> readTotals(FileSystem& files, const std::string& path) {
  const Result<std::unique_ptr<FileReader>> reader = FileReader::open(files, path);
  if (!reader) return reader.status();
  for (;;) {
    const auto commit = (*reader)->next();
    if (commit.status().code() == StatusCode::Corrupt) {
      return commit.status().withContext("offset " + std::to_string((*reader)->offset()));
    }
    if (!commit) return commit.status();
    if (!commit->has_value()) return (*reader)->totals();
  }
}

}  // namespace penstock::archive
