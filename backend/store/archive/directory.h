// SPDX-License-Identifier: Apache-2.0
// The files of an archive, in order, and what is said about those that are closed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "store/archive/file_reader.h"
#include "store/archive/format.h"

namespace penstock::archive {

struct ListedFile {
  FileName name;
  bool hasData = false;
  bool isClosed = false;  ///< it has a manifest, and never changes again
};

/// In journal order; none when there is no such directory. Other files are passed over.
/// Errors: Corrupt (two files of one number), IoError.
Result<std::vector<ListedFile>> listFiles(FileSystem& files, const std::string& directory);

/// Where an archive stands.
struct Position {
  /// The checkpoint of the journal; nothing when no file is of it.
  std::optional<Sequence> settled;
  std::optional<ListedFile> newest;  ///< whatever its journal
  std::vector<FileName> leftovers;   ///< cut short while they were made: there is nothing in them
};

/// Errors: Corrupt, Unsupported, IoError.
Result<Position> findPosition(FileSystem& files, const std::string& directory,
                              const JournalId& journal);

/// What a closed file holds, as JSON, one member a line: all of it follows from the file itself.
std::string manifestText(const FileName& name, const FileTotals& totals);

std::string pathIn(const std::string& directory, std::string_view name);

}  // namespace penstock::archive
