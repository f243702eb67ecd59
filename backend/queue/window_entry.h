// SPDX-License-Identifier: Apache-2.0
// A synced record on its way from the journal to a sink: as its source hands it out (QueuedRecord),
// and as the window keeps it until its sequence is settled (WindowEntry).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "model/catalog.h"
#include "model/codec.h"
#include "model/ids.h"

namespace penstock {

enum class EntryKind : std::uint8_t {
  ChangeSet,
  CheckpointOnly,  ///< means nothing to a database; settling it moves the checkpoint past it
  LetterRetry,     ///< the change set of a dead letter, which is removed with it
  LetterDiscard,   ///< a dead letter is removed
  LetterRelease,   ///< a held letter's, whose turn has come; not from the journal
};

/// What a dispatcher reads. Borrowed until its source's next call.
struct QueuedRecord {
  Sequence sequence{};
  EntryKind kind = EntryKind::ChangeSet;
  std::string_view payload;  ///< codec.h; a LetterOrder for letters; empty for CheckpointOnly
  CatalogPointer catalog;    ///< with which the payload was encoded
  SteadyTime arrived{};      ///< when it was journaled if that is known, else when it was read
};

struct WindowSlab;

/// Borrows its bytes from the window, from push() until the chunk that took it is completed.
struct WindowEntry {
  Sequence sequence{};
  EntryKind kind = EntryKind::ChangeSet;
  std::uint32_t changes = 0;
  std::size_t bytes = 0;     ///< what it costs the window, with its own overhead
  std::uint64_t number = 0;  ///< with several lanes: by which its window finds it
  SteadyTime arrived{};
  ChangeSetView changeSet;     ///< empty for CheckpointOnly and LetterDiscard
  std::string_view order;      ///< for letters: what LetterOrder::parse has accepted
  WindowSlab* slab = nullptr;  ///< holds the bytes and the catalog
};

}  // namespace penstock
