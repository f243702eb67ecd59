// SPDX-License-Identifier: Apache-2.0
// A failover outlives a restart: which sink an operator has made the primary, against what the
// configuration says, kept in a file of the data directory.
#pragma once

#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/status.h"

namespace penstock {

/// Threads: one at a time.
class RoleFile {
 public:
  RoleFile(FileSystem& files, std::string path) : m_files(files), m_path(std::move(path)) {}

  /// The primary's name; nothing: as configured. Errors: IoError; Corrupt and Unsupported (a newer
  /// penstock has written it): to guess would announce what another database does not hold.
  Result<std::optional<std::string>> read() const;
  /// Durable when it returns. Errors: IoError, NoSpace.
  Status write(const std::string& primary) const;

 private:
  FileSystem& m_files;
  const std::string m_path;
};

}  // namespace penstock
