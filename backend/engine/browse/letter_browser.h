// SPDX-License-Identifier: Apache-2.0
// The dead letters of a store, for people: a page of them, newest first, filtered by text.
#pragma once

#include "engine/engine_link.h"
#include "store/store.h"

namespace penstock {

/// Reads what is asked and no more. Threads: any, as Store says.
/// Limits: with a filter, at most limits::kLetterScanMax letters are looked at; the note says so.
BrowsePage letterPage(Store& store, const BrowseRequest& request);

}  // namespace penstock
