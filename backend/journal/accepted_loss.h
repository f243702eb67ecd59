// SPDX-License-Identifier: Apache-2.0
// An operator's decision to go on without what a damage of the journal holds. It is a journal
// record behind that damage: whichever sink comes to the damage looks for it there, so that nothing
// is passed over without it, and it holds over crashes and restarts for as long as the damage does.
//
// Layout of the record (little endian; a text is a varint length and its bytes):
//   u8 version (1) · u64 first sequence · u64 last sequence · text who · text why
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "journal/journal.h"

namespace penstock {

struct AcceptedLoss {
  Sequence first{};  ///< what is given up
  Sequence last{};
  std::string who;
  std::string why;
  std::int64_t atMicros = 0;  ///< its record's wall time; not part of the record's bytes

  bool covers(const JournalDamage& damage) const {
    return first <= damage.first && damage.last <= last;
  }
  std::string encode() const;
  /// Errors: Corrupt (not such a record), Unsupported (a newer one).
  static Result<AcceptedLoss> parse(std::string_view bytes);
};
/// `accepted by ada at 2026-11-21T03:12:09.120Z (the rows are known from elsewhere)`
std::string describe(const AcceptedLoss& loss);

/// How many records a damage takes with it.
std::uint64_t recordsIn(const JournalDamage& damage);

/// The decision about `damage`, in what the journal holds behind it: reads all of that. Errors:
/// IoError, Unsupported; Cancelled (goesOn has said no).
Result<std::optional<AcceptedLoss>> findAcceptedLoss(Journal& journal, const JournalDamage& damage,
                                                     const std::function<bool()>& goesOn);

}  // namespace penstock
