// SPDX-License-Identifier: Apache-2.0
// How much memory the process has, as the system says: what operators compare with the budget.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/file_system.h"

namespace penstock {

/// Bytes of the line `FIELD: <n> kB` of a /proc/PID/status. None when there is no such line.
std::optional<std::uint64_t> memoryFieldIn(std::string_view status, std::string_view field);

/// Reads /proc/self/status through a file that stays open: some 20 microseconds a call. (statm is
/// shorter, and counts pages of a size that only the system tells.)
/// Threads: one.
class ProcessUsage {
 public:
  /// `files` is borrowed for the construction only.
  explicit ProcessUsage(FileSystem& files);
  /// Now. 0 where the system does not tell.
  std::uint64_t residentBytes();
  /// The most there ever was; 0 where the system does not tell. (getrusage's figure would not do:
  /// it begins with what the process had that started this one.)
  std::uint64_t peakResidentBytes();

 private:
  std::uint64_t memoryField(std::string_view field);

  std::unique_ptr<File> m_file;
};

}  // namespace penstock
