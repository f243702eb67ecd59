// SPDX-License-Identifier: Apache-2.0
#include "journal/file/segment_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::string_view kSegmentPrefix = "segment-";
constexpr std::string_view kSparePrefix = "spare-";
constexpr std::string_view kUnfinishedSuffix = ".tmp";
constexpr std::string_view kSetAsideSuffix = ".unreadable";
constexpr std::size_t kDigits = 9;
constexpr std::size_t kZeroChunkBytes = 1 * limits::kMiB;

std::string numbered(std::string_view prefix, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string name(prefix);
  name.append(kDigits - std::min(kDigits, digits.size()), '0');
  return name.append(digits);
}

std::optional<std::uint64_t> parseNumbered(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + kDigits) return std::nullopt;
  std::uint64_t number = 0;
  const char* begin = name.data() + prefix.size();
  const auto [end, error] = std::from_chars(begin, begin + kDigits, number);
  if (error != std::errc() || end != begin + kDigits) return std::nullopt;
  return number;
}

}  // namespace

std::string segmentName(std::uint32_t number) { return numbered(kSegmentPrefix, number); }

std::optional<std::uint32_t> parseSegmentName(std::string_view name) {
  const auto number = parseNumbered(kSegmentPrefix, name);
  if (!number || *number == 0 || *number >= (1u << 29)) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::string setAsideName(std::uint32_t number, std::uint32_t attempt) {
  const std::string name = segmentName(number) + std::string(kSetAsideSuffix);
  return attempt < 2 ? name : name + "-" + std::to_string(attempt);
}

std::optional<std::uint32_t> parseSetAsideName(std::string_view name) {
  const std::size_t nameBytes = kSegmentPrefix.size() + kDigits;
  if (name.size() < nameBytes || !name.substr(nameBytes).starts_with(kSetAsideSuffix)) {
    return std::nullopt;
  }
  return parseSegmentName(name.substr(0, nameBytes));
}

SegmentFiles::SegmentFiles(FileSystem& files, Options options)
    : m_files(files), m_options(std::move(options)) {}

std::string SegmentFiles::pathOf(std::uint32_t number) const {
  return m_options.directory + "/" + segmentName(number);
}

Status SegmentFiles::takeStock() {
  const auto names = m_files.list(m_options.directory);
  if (!names) return names.status();
  for (const std::string& name : *names) {
    if (!name.starts_with(kSparePrefix)) continue;
    const std::string path = m_options.directory + "/" + name;
    const auto number = parseNumbered(kSparePrefix, name);
    const auto file = m_files.open(path, FileSystem::OpenMode::Read);
    if (!file) return file.status();
    const auto size = (*file)->size();
    if (!size) return size.status();
    const MutexLock lock(m_mutex);
    if (number) m_spareNumber = std::max(m_spareNumber, *number);
    if (number && *size == m_options.segmentBytes && m_ready.size() < m_options.spares) {
      m_ready.push_back(name);
    } else {
      RETURN_IF_ERROR(m_files.remove(path));
    }
  }
  return Status::ok();
}

std::size_t SegmentFiles::readySpares() const {
  const MutexLock lock(m_mutex);
  return m_ready.size();
}

std::string SegmentFiles::spareName() {
  const MutexLock lock(m_mutex);
  return numbered(kSparePrefix, ++m_spareNumber);
}

Status SegmentFiles::prepareSpares() {
  while (readySpares() < m_options.spares) {
    const auto space = m_files.space(m_options.directory);
    if (!space) return space.status();
    if (space->freeBytes < m_options.segmentBytes + m_options.freeSpaceFloorBytes) break;
    RETURN_IF_ERROR(prepareOne());
  }
  return Status::ok();
}

Status SegmentFiles::prepareOne() {
  const std::string name = spareName();
  const std::string path = m_options.directory + "/" + name;
  const std::string unfinished = path + std::string(kUnfinishedSuffix);
  Status written = writeZeros(unfinished);
  if (written.isOk()) written = m_files.rename(unfinished, path);
  if (!written.isOk()) {
    static_cast<void>(m_files.remove(unfinished));  // best effort: gives the space back
    return written.withContext("preparing a journal segment");
  }
  const MutexLock lock(m_mutex);
  m_ready.push_back(name);
  return Status::ok();
}

Status SegmentFiles::writeZeros(const std::string& path) const {
  auto file = m_files.open(path, FileSystem::OpenMode::CreateNew);
  if (!file) return file.status();
  const std::vector<std::byte> zeros(kZeroChunkBytes);
  for (std::uint64_t at = 0; at < m_options.segmentBytes; at += kZeroChunkBytes) {
    if (m_isStopped.load(std::memory_order_relaxed)) {
      return {StatusCode::Cancelled, "the journal closes"};
    }
    const std::size_t count = std::min<std::uint64_t>(kZeroChunkBytes, m_options.segmentBytes - at);
    RETURN_IF_ERROR((*file)->writeAt(at, std::span(zeros).first(count)));
  }
  return (*file)->syncData();
}

Result<SegmentFiles::Opened> SegmentFiles::create(std::uint32_t number) {
  std::string spare;
  {
    const MutexLock lock(m_mutex);
    if (!m_ready.empty()) {
      spare = m_ready.back();
      m_ready.pop_back();
    }
  }
  Opened opened;
  auto mode = FileSystem::OpenMode::CreateNew;
  if (!spare.empty()) {
    RETURN_IF_ERROR(m_files.rename(m_options.directory + "/" + spare, pathOf(number)));
    opened.preparedBytes = m_options.segmentBytes;
    mode = FileSystem::OpenMode::ReadWrite;
  }
  auto file = m_files.open(pathOf(number), mode);
  if (!file) return file.status();
  RETURN_IF_ERROR(m_files.syncDirectory(m_options.directory));
  opened.file = std::move(file).value();
  return opened;
}

Status SegmentFiles::recycle(std::uint32_t number) {
  const auto file = m_files.open(pathOf(number), FileSystem::OpenMode::Read);
  if (!file) return file.status();
  const auto size = (*file)->size();
  if (!size) return size.status();
  if (readySpares() >= m_options.spares || *size != m_options.segmentBytes) return remove(number);
  const std::string name = spareName();
  RETURN_IF_ERROR(m_files.rename(pathOf(number), m_options.directory + "/" + name));
  {
    const MutexLock lock(m_mutex);
    m_ready.push_back(name);  // also when the sync fails: that of create() comes before its use
  }
  return m_files.syncDirectory(m_options.directory);
}

Status SegmentFiles::remove(std::uint32_t number) {
  RETURN_IF_ERROR(m_files.remove(pathOf(number)));
  return m_files.syncDirectory(m_options.directory);
}

Result<std::string> SegmentFiles::setAside(std::uint32_t number) {
  std::string path;
  std::uint32_t attempt = 1;
  do {
    path = m_options.directory + "/" + setAsideName(number, attempt++);
  } while (m_files.exists(path));
  RETURN_IF_ERROR(m_files.rename(pathOf(number), path));
  RETURN_IF_ERROR(m_files.syncDirectory(m_options.directory));
  return path;
}

}  // namespace penstock
