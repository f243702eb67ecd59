// SPDX-License-Identifier: Apache-2.0
// The disk of the simulated machine: tests/support/simulated_file_system.h, and around it the end
// of the process or of the power in the middle of any call that changes something.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "tests/simulation/planted_bug.h"
#include "tests/simulation/world.h"
#include "tests/support/simulated_file_system.h"

namespace penstock::test {

/// Threads: one. Owns: the files, over all lives of the node.
class SimulatedDisk final : public FileSystem {
 public:
  enum class End : std::uint8_t { Kill, PowerLoss };

  explicit SimulatedDisk(PlantedBug bug)
      : m_bug(bug), m_files(std::make_unique<SimulatedFileSystem>()) {}

  SimulatedFileSystem& files() { return *m_files; }

  /// Ends now; what is written from here on is lost.
  void end(End how, std::uint64_t seed);
  /// Ends after so many more calls that change something.
  void endAfter(std::uint64_t calls, End how, std::uint64_t seed);
  bool hasEnded() const { return m_left != nullptr; }
  /// How, if it has.
  End howEnded() const { return m_howEnded; }
  /// Nothing is cut short any more.
  void forgetEnd() { m_plannedCalls.reset(); }
  /// Continues with what the end left. Expects: every file is closed.
  void restart();
  /// Somebody puts other files in their place; returns those before. Expects: all are closed.
  std::unique_ptr<SimulatedFileSystem> exchange(std::unique_ptr<SimulatedFileSystem> files) {
    return std::exchange(m_files, std::move(files));
  }

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
  friend class SimulatedDiskFile;

  void countCall();

  const PlantedBug m_bug;
  std::unique_ptr<SimulatedFileSystem> m_files;
  std::unique_ptr<SimulatedFileSystem> m_left;  // by the end
  std::optional<std::uint64_t> m_plannedCalls;
  End m_howEnded = End::Kill;
  End m_plannedEnd = End::Kill;
  std::uint64_t m_plannedSeed = 0;
  std::uint64_t m_syncs = 0;
};

}  // namespace penstock::test
