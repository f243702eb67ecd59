// SPDX-License-Identifier: Apache-2.0
// A pause outlives a restart: who paused a sink or a table of it, why and since when, kept in a
// file of the data directory for as long as it lasts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "model/dead_letter.h"

namespace penstock {

struct Pause {
  std::string who;
  std::string why;
  std::int64_t sinceMicros = 0;  ///< wall time, UTC
};

/// Nothing goes to the table; what comes for it is held, and other tables go on.
struct TablePause {
  std::string table;
  Pause pause;

  /// `table players is paused by ops since 2026-11-21 14:02:11 UTC: maintenance`
  std::string reason() const;
};

/// All that is paused of one sink.
struct Pauses {
  std::optional<Pause> sink;       ///< all of it
  std::vector<TablePause> tables;  ///< in the order in which they were paused

  bool isEmpty() const { return !sink && tables.empty(); }
  const TablePause* find(std::string_view table) const;
  /// The first table that a change set, as JSON of our own, names; a text that looks the same
  /// counts too. Null: none.
  const TablePause* findNamedIn(std::string_view changeSet) const;
  /// For what a letter waits: the pause of a table that it names, or that it is held behind.
  const TablePause* findFor(const DeadLetter& letter) const;
};

/// Threads: one at a time.
class PauseFile {
 public:
  PauseFile(FileSystem& files, std::string path) : m_files(files), m_path(std::move(path)) {}

  /// What the last run left. A file that cannot be read still means that the sink is paused: an
  /// operator may go on from there, what was written to a database meanwhile cannot be taken back.
  /// Errors: Unsupported (a newer penstock has written it).
  Result<Pauses> read() const;
  /// Durable when it returns; without any pause there is no file. Errors: IoError, NoSpace.
  Status write(const Pauses& pauses) const;

 private:
  FileSystem& m_files;
  const std::string m_path;
};

}  // namespace penstock
