// SPDX-License-Identifier: Apache-2.0
// Decides about segment files that the journal's chain of headers does not name: which one provably
// never became part of the journal and may be deleted, and which may hold what nobody else does and
// must be kept for an operator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "journal/file/format.h"
#include "journal/file/group_scanner.h"

namespace penstock {

/// What lies on the block boundaries of a segment file.
struct StrayContent {
  bool isAllZero = true;
  bool startsWithGroup = false;           ///< a whole header, whosoever, at the very start
  std::optional<GroupHeader> ownFirst;    ///< the file's own header at its start
  bool hasOwnLater = false;               ///< behind that
  std::uint32_t highestOther = 0;         ///< segment of this journal, other than its own
  std::optional<JournalId> otherJournal;  ///< holds groups of it
  bool hasBroken = false;                 ///< something like a header that is not whole
};

/// Reads the whole file. Errors: IoError.
Result<StrayContent> surveyStray(GroupScanner& scanner, const JournalId& journal);

/// How the chain passes over the file.
struct StrayPlace {
  std::uint32_t oldestKept = 0;  ///< segment; what is older is retired. 0: there is none
  /// Where the segment behind it says that the journal ended before that. Nothing when no segment
  /// is behind it.
  std::optional<JournalPosition> passedOver;
};

/// Why the file must be kept; empty when it may be deleted. That is only: zeros; a recycled file
/// with groups of retired segments alone; a first group that failed to be synced, when a later
/// segment goes on from the very place that it began behind.
std::string whyKept(const StrayContent& content, const StrayPlace& place);

}  // namespace penstock
