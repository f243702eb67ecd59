// SPDX-License-Identifier: Apache-2.0
// A simulated disk that tells before every call that may change something, so that a test can look
// at what the end of the process, or of the power, would leave at each of them; in the midst of
// each write too.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/simulated_file_system.h"

namespace penstock::test {

/// Threads: one. The disk outlives it.
class StepFileSystem final : public FileSystem {
 public:
  StepFileSystem(SimulatedFileSystem& files, std::function<void()> onStep)
      : m_files(files), m_onStep(std::move(onStep)) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status createDirectories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  bool exists(const std::string& path) override;
  Status syncDirectory(const std::string& directory) override;
  Result<DiskSpace> space(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         std::string_view holderNote) override;

 private:
  SimulatedFileSystem& m_files;
  const std::function<void()> m_onStep;
};

}  // namespace penstock::test
