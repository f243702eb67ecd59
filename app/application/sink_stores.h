// SPDX-License-Identifier: GPL-3.0-or-later
// The store of each sink, by its driver, and the way on which people read its tables.
#pragma once

#include <memory>

#include "base/status.h"
#include "engine/options.h"
#include "model/catalog.h"
#include "store/qtsql/scoped_database.h"
#include "store/store.h"

namespace penstock::app {

/// Whether what a database holds is known without it, from a journal that is there.
enum class StoreStart : std::uint8_t { NothingKnown, CatalogKnown };

/// The store of a sink, by its driver; one whose catalog is known may be locked. Errors:
/// Unsupported, Unavailable, Corrupt.
Result<std::unique_ptr<Store>> openStore(const SinkOptions& sink,
                                         StoreStart start = StoreStart::NothingKnown);

/// The same for looking at a stopped node: nothing is made. Errors: NotFound too.
Result<std::unique_ptr<Store>> openExistingStore(const SinkOptions& sink);

/// What the database of a sink holds, or would hold after its schema_file; nothing is made. Errors:
/// those that openStore or a start would meet.
Result<Catalog> previewStore(const SinkOptions& sink);

/// Where people read what the database of a sink holds now. Errors: Unsupported, those of reading
/// its password_file.
Result<BrowseTarget> browseTarget(const SinkOptions& sink);

}  // namespace penstock::app
