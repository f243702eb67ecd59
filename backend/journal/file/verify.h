// SPDX-License-Identifier: Apache-2.0
// Reads every record of a stopped journal and names all damage, for `penstockd journal verify`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "journal/accepted_loss.h"
#include "journal/file/recovery.h"

namespace penstock {

struct JournalReport {
  JournalId id;
  std::uint64_t segments = 0;
  std::uint64_t records = 0;  ///< whole ones, of every type
  std::uint64_t bytes = 0;    ///< of the segments' used parts
  Sequence first{};           ///< of the first and last whole record; kNoSequence: none
  Sequence last{};
  std::vector<JournalDamage> damages;      ///< in order
  std::vector<AcceptedLoss> accepted;      ///< what operators decided about damage
  std::vector<UnreadableFile> unreadable;  ///< damage too, of which no sequences are known
  std::optional<TornTail> tornTail;        ///< no damage: it was never synced
  Sequence end{};                          ///< the journal's last, readable or not
};

/// Takes no lock and changes nothing. Errors: NotFound (no journal there), Unsupported, IoError,
/// Corrupt (the directory's identity cannot be established).
Result<JournalReport> verifyJournal(FileSystem& files, const std::string& directory);

}  // namespace penstock
