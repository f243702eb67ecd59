// SPDX-License-Identifier: Apache-2.0
// What a flush worker does with one chunk, without thread, window or failure: builds batches,
// commits them, and bisects what the store refuses.
#pragma once

#include <span>
#include <vector>

#include "flush/batcher.h"
#include "queue/window_entry.h"
#include "store/store.h"

namespace penstock::test {

/// Moves `checkpoint` to the last entry's sequence; the sequences that became dead letters.
std::vector<Sequence> flushChunk(StoreLane& lane, Batcher& batcher, const CatalogPointer& catalog,
                                 std::span<const WindowEntry> entries, Sequence& checkpoint);

}  // namespace penstock::test
