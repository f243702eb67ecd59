// SPDX-License-Identifier: Apache-2.0
// A pause outlives a restart: who paused a sink, why and since when, kept in a file of the data
// directory for as long as it lasts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/status.h"

namespace penstock {

struct Pause {
  std::string who;
  std::string why;
  std::int64_t sinceMicros = 0;  ///< wall time, UTC
};

/// Threads: one at a time.
class PauseFile {
 public:
  PauseFile(FileSystem& files, std::string path) : m_files(files), m_path(std::move(path)) {}

  /// What the last run left. A file that cannot be read still means paused: an operator may go on
  /// from there, what was written to a database meanwhile cannot be taken back.
  std::optional<Pause> read() const;
  /// Durable when it returns. Errors: IoError, NoSpace.
  Status write(const Pause& pause) const;
  Status remove() const;

 private:
  FileSystem& m_files;
  const std::string m_path;
};

}  // namespace penstock
