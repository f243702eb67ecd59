// SPDX-License-Identifier: GPL-3.0-or-later
// The page Configuration health: all advice as rows, the worst first.
#pragma once

#include "engine/engine_link.h"
#include "engine/options.h"

namespace penstock::app {

/// Asks every database of `options`, which may take as long as their timeouts; the filter is looked
/// for in each row. Threads: any, one call at a time.
BrowsePage healthPage(const EngineOptions& options, const BrowseRequest& request);

}  // namespace penstock::app
