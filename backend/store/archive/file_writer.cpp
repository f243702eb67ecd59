// SPDX-License-Identifier: Apache-2.0
#include "store/archive/file_writer.h"

#include <array>
#include <utility>
#include <vector>

#include "base/check.h"
#include "store/archive/directory.h"
#include "store/archive/file_reader.h"

namespace penstock::archive {

FileWriter::FileWriter(FileSystem& files, std::string directory, FileName name)
    : m_files(files), m_directory(std::move(directory)), m_name(std::move(name)) {}

std::string FileWriter::path() const { return pathIn(m_directory, m_name.data()); }

Result<std::unique_ptr<FileWriter>> FileWriter::create(FileSystem& files,
                                                       const std::string& directory,
                                                       const FileName& name,
                                                       const Record& opening) {
  std::unique_ptr<FileWriter> writer(new FileWriter(files, directory, name));
  auto file = files.open(writer->path(), FileSystem::OpenMode::CreateNew);
  if (!file) return file.status();
  writer->m_file = std::move(*file);
  writer->m_opening = opening;
  writer->m_end = kRecordBytes;
  if (Status failed = writer->writeOpening(); !failed.isOk()) {
    (void)files.remove(writer->path());  // best effort: what is left of it is passed over
    return failed;
  }
  return writer;
}

Status FileWriter::writeOpening() {
  std::array<std::byte, kRecordBytes> bytes{};
  encodeRecord(m_opening, bytes);
  RETURN_IF_ERROR(m_file->writeAt(0, bytes));
  RETURN_IF_ERROR(m_file->syncData());
  return m_files.syncDirectory(m_directory);
}

Result<std::unique_ptr<FileWriter>> FileWriter::reopen(FileSystem& files,
                                                       const std::string& directory,
                                                       const FileName& name) {
  std::unique_ptr<FileWriter> writer(new FileWriter(files, directory, name));
  auto file = files.open(writer->path(), FileSystem::OpenMode::ReadWrite);
  if (!file) return file.status();
  writer->m_file = std::move(*file);
  const Result<Tail> tail = findTail(*writer->m_file);
  if (!tail) return tail.status().withContext(writer->path());
  writer->m_opening = tail->opening;
  writer->m_last = tail->last;
  writer->m_end = tail->end;
  writer->m_needsCut = tail->isTorn();
  return writer;
}

Status FileWriter::checkUntouched() {
  if (!m_files.exists(path())) {
    return {StatusCode::NotFound, path() +
                                      ": was deleted or moved while it was in use (put it "
                                      "back, then start again)"};
  }
  const Result<std::uint64_t> size = m_file->size();
  if (!size) return size.status();
  if (*size == m_end || (m_needsCut && *size > m_end)) return Status::ok();
  return {StatusCode::Conflict,
          path() + ": has " + std::to_string(*size) + " bytes instead of " + std::to_string(m_end)};
}

Status FileWriter::makeDurable() {
  if (m_last) {
    std::vector<std::byte> bytes(m_last->end() - m_last->offset);
    RETURN_IF_ERROR(readExactly(*m_file, m_last->offset, bytes));
    RETURN_IF_ERROR(m_file->writeAt(m_last->offset, bytes));
    RETURN_IF_ERROR(m_file->syncData());
  }
  return m_files.syncDirectory(m_directory);
}

Status FileWriter::append(Record commit, std::span<std::byte> bytes) {
  CHECK(!m_needsCut && !m_isSealed && bytes.size() >= kRecordBytes);
  const std::span<std::byte> frame = bytes.subspan(kRecordBytes);
  commit.kind = RecordKind::Commit;
  commit.journal = m_opening.journal;
  commit.fileNumber = m_opening.fileNumber;
  commit.offset = m_end;
  commit.frameBytes = frame.size();
  commit.frameHash = hashBytes(frame);
  encodeRecord(commit, bytes);
  m_needsCut = true;
  RETURN_IF_ERROR(m_file->writeAt(m_end, bytes));
  if (Status failed = m_file->syncData(); !failed.isOk()) {
    m_isSealed = true;
    return failed;
  }
  m_needsCut = false;
  m_end = commit.end();
  return Status::ok();
}

// The sync after one that failed is of the new size: what was not written is gone from the file.
Status FileWriter::cut() {
  RETURN_IF_ERROR(m_file->truncate(m_end));
  RETURN_IF_ERROR(m_file->syncData());
  m_needsCut = false;
  return Status::ok();
}

Status FileWriter::close() {
  CHECK(!m_needsCut);
  const Result<FileTotals> totals = readTotals(m_files, path());
  if (!totals) return totals.status().withContext(path());
  m_isSealed = true;
  return replaceFile(m_files, pathIn(m_directory, m_name.manifest()),
                     manifestText(m_name, *totals));
}

}  // namespace penstock::archive
