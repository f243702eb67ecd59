// SPDX-License-Identifier: Apache-2.0
// How far a journal is settled in an SQLite file that is only looked at: of a stopped node, of a
// copy. Nothing is made, switched to WAL or locked for it, as a store does.
#pragma once

#include <string>

#include "base/status.h"
#include "model/ids.h"

namespace penstock {

/// The furthest checkpoint of `journal`; kNoSequence when the database knows none. Threads: any.
/// Errors: Unavailable (missing, locked, no rights, not a database).
Result<Sequence> readSqliteCheckpoint(const std::string& path, const JournalId& journal);

}  // namespace penstock
