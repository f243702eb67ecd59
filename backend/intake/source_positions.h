// SPDX-License-Identifier: Apache-2.0
// Which lines of which replayed files are in the journal: per source the line up to which all are,
// and the lines in beyond it, so that a file of any size can be replayed again after a kill with no
// second effect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/change_set.h"
#include "model/ids.h"
#include "model/limits.h"

namespace penstock {

/// Threads: none of its own; the caller's lock.
/// Limits: limits::kSourcesMax sources; lines up to limits::kSourceLinesAheadMax past the first
/// that is missing.
class SourcePositions {
 public:
  /// A line was journaled as a change set, or refused or shed and noted.
  enum class LineFate : std::uint8_t { Journaled, Refused, Shed };

  struct Position {
    std::uint64_t upTo = 0;       ///< all lines up to this one are in
    std::uint64_t chainHash = 0;  ///< of those lines, to notice another file under the same name
    std::uint64_t refused = 0;    ///< of all lines that are in, those that were refused
    std::uint64_t shed = 0;       ///< likewise
    std::size_t beyond = 0;       ///< lines in past upTo
  };
  /// Of a source that is not known: line 0.
  Position position(std::uint64_t source) const;
  bool contains(std::uint64_t source, std::uint64_t line) const;
  /// Whether add() would take it; asked before the line is journaled. Errors: Overloaded (too many
  /// lines or sources; the earlier lines first).
  Status canAdd(const SourceLine& line) const;
  /// Enters a line once it is in the journal; one that is in already changes nothing. Expects:
  /// source and line are not 0. Errors: as canAdd, nothing is changed then.
  Status add(const SourceLine& line, LineFate fate);
  /// Takes out a line past upTo whose append failed; false if it is not there.
  bool forget(const SourceLine& line, LineFate fate);

  std::size_t memoryBytes() const;
  /// With the position in the journal up to which it is complete.
  std::string snapshot(Sequence position) const;
  /// Replaces all by a snapshot and returns its position. Errors: Corrupt, Unsupported (a newer
  /// one); nothing is changed then.
  Result<Sequence> restore(std::string_view bytes);

 private:
  struct Source {
    std::uint64_t upTo = 0;
    std::uint64_t chainHash = 0;
    std::uint64_t refused = 0;
    std::uint64_t shed = 0;
    std::map<std::uint64_t, std::uint64_t> beyond;  // line to chain hash

    /// Nothing for a journaled line.
    std::uint64_t* countOf(LineFate fate);
  };

  std::map<std::uint64_t, Source> m_sources;
};

}  // namespace penstock
