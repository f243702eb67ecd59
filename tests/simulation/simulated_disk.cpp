// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_disk.h"

#include <utility>

namespace penstock::test {

class SimulatedDiskFile final : public File {
 public:
  SimulatedDiskFile(SimulatedDisk& disk, std::unique_ptr<File> file)
      : m_disk(disk), m_file(std::move(file)) {}

  Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> into) override {
    return m_file->readAt(offset, into);
  }
  Status writeAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    m_disk.countCall();
    return m_file->writeAt(offset, bytes);
  }
  Status syncData() override {
    m_disk.countCall();
    if (m_disk.m_bug == PlantedBug::SyncForgotten && ++m_disk.m_syncs % 2 == 0) return {};
    Status synced = m_file->syncData();
    if (!synced.isOk() && m_disk.m_bug == PlantedBug::SyncRetried) synced = m_file->syncData();
    return synced;
  }
  Status truncate(std::uint64_t size) override {
    m_disk.countCall();
    return m_file->truncate(size);
  }
  Result<std::uint64_t> size() const override { return m_file->size(); }

 private:
  SimulatedDisk& m_disk;
  const std::unique_ptr<File> m_file;
};

void SimulatedDisk::end(End how, std::uint64_t seed) {
  m_plannedCalls.reset();
  if (hasEnded()) return;
  m_howEnded = how;
  m_left = how == End::Kill ? m_files->afterKill() : m_files->afterPowerLoss(seed);
}

void SimulatedDisk::endAfter(std::uint64_t calls, End how, std::uint64_t seed) {
  m_plannedCalls = calls;
  m_plannedEnd = how;
  m_plannedSeed = seed;
}

void SimulatedDisk::restart() {
  CHECK(hasEnded());
  m_files = std::move(m_left);
}

void SimulatedDisk::countCall() {
  if (!m_plannedCalls) return;
  if (*m_plannedCalls == 0) {
    end(m_plannedEnd, m_plannedSeed);
  } else {
    --*m_plannedCalls;
  }
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& path, OpenMode mode) {
  if (mode == OpenMode::CreateNew || mode == OpenMode::CreateOrOpen) countCall();
  auto file = m_files->open(path, mode);
  if (!file) return file.status();
  return std::unique_ptr<File>(std::make_unique<SimulatedDiskFile>(*this, std::move(file).value()));
}

Status SimulatedDisk::createDirectories(const std::string& path) {
  return m_files->createDirectories(path);
}

Result<std::vector<std::string>> SimulatedDisk::list(const std::string& directory) {
  return m_files->list(directory);
}

Status SimulatedDisk::rename(const std::string& from, const std::string& to) {
  countCall();
  return m_files->rename(from, to);
}

Status SimulatedDisk::remove(const std::string& path) {
  countCall();
  return m_files->remove(path);
}

bool SimulatedDisk::exists(const std::string& path) { return m_files->exists(path); }

Status SimulatedDisk::syncDirectory(const std::string& directory) {
  countCall();
  return m_files->syncDirectory(directory);
}

Result<DiskSpace> SimulatedDisk::space(const std::string& path) { return m_files->space(path); }

Result<std::unique_ptr<FileLock>> SimulatedDisk::lock(const std::string& path,
                                                      std::string_view holderNote) {
  return m_files->lock(path, holderNote);
}

}  // namespace penstock::test
