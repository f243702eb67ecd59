// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/store/archive/step_file_system.h"

#include <utility>

namespace penstock::test {
namespace {

class StepFile final : public File {
 public:
  StepFile(std::unique_ptr<File> file, const std::function<void()>& onStep)
      : m_file(std::move(file)), m_onStep(onStep) {}

  Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> into) override {
    return m_file->readAt(offset, into);
  }
  Status writeAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    m_onStep();
    const std::size_t half = bytes.size() / 2;
    RETURN_IF_ERROR(m_file->writeAt(offset, bytes.first(half)));
    m_onStep();
    return m_file->writeAt(offset + half, bytes.subspan(half));
  }
  Status syncData() override {
    m_onStep();
    return m_file->syncData();
  }
  Status truncate(std::uint64_t size) override {
    m_onStep();
    return m_file->truncate(size);
  }
  Result<std::uint64_t> size() const override { return m_file->size(); }

 private:
  const std::unique_ptr<File> m_file;
  const std::function<void()>& m_onStep;
};

}  // namespace

Result<std::unique_ptr<File>> StepFileSystem::open(const std::string& path, OpenMode mode) {
  if (mode == OpenMode::CreateNew || mode == OpenMode::CreateOrOpen) m_onStep();
  auto file = m_files.open(path, mode);
  if (!file) return file.status();
  return std::unique_ptr<File>(std::make_unique<StepFile>(std::move(*file), m_onStep));
}

Status StepFileSystem::createDirectories(const std::string& path) {
  return m_files.createDirectories(path);
}

Result<std::vector<std::string>> StepFileSystem::list(const std::string& directory) {
  return m_files.list(directory);
}

Status StepFileSystem::rename(const std::string& from, const std::string& to) {
  m_onStep();
  return m_files.rename(from, to);
}

Status StepFileSystem::remove(const std::string& path) {
  m_onStep();
  return m_files.remove(path);
}

bool StepFileSystem::exists(const std::string& path) { return m_files.exists(path); }

Status StepFileSystem::syncDirectory(const std::string& directory) {
  m_onStep();
  return m_files.syncDirectory(directory);
}

Result<DiskSpace> StepFileSystem::space(const std::string& path) { return m_files.space(path); }

Result<std::unique_ptr<FileLock>> StepFileSystem::lock(const std::string& path,
                                                       std::string_view holderNote) {
  return m_files.lock(path, holderNote);
}

}  // namespace penstock::test
