// SPDX-License-Identifier: Apache-2.0
// The three acknowledgements of a change set, and how one can end.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "model/ids.h"

namespace penstock {

/// How safe a change set is. Each level includes those before it.
enum class AckLevel : std::uint8_t {
  Accepted,   ///< in memory; lost by a crash of the process
  Journaled,  ///< in the journal: see Survives
  Persisted,  ///< committed in the primary, or kept there as a dead letter
};

/// What may happen to the node without its being lost.
enum class Survives : std::uint8_t {
  Nothing,     ///< it is in memory alone
  ProcessEnd,  ///< written, and not synced yet: a journal that is synced at intervals
  PowerLoss,   ///< synced
};

/// What a submitter is told, once per awaited level or failure.
struct Ack {
  AckLevel level = AckLevel::Accepted;
  Survives survives = Survives::Nothing;
  Sequence sequence{};  ///< kNoSequence when refused
  Status status;        ///< ok, or why it was refused or became a dead letter
  bool known = false;   ///< the id (or source line) was seen before; sequence is the first one's
  bool deadLetter = false;         ///< with Persisted: the store refused it; status says why
  bool shed = false;               ///< with Overloaded: dropped, as its tables allow
  std::uint32_t retryAfterMs = 0;  ///< with Overloaded: when trying again makes sense
};

}  // namespace penstock
