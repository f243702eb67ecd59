// SPDX-License-Identifier: GPL-3.0-or-later
// What others on this machine have seen of a journal: the snapshots beside it, the checkpoints in
// its databases. A journal that ends before that has lost its end.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "engine/options.h"
#include "model/ids.h"

namespace penstock::app {

struct JournalWitness {
  std::string name;  ///< for messages
  Result<Sequence> seen;
};

/// Reads only. A database that is not there, or has not seen this journal, is no witness; one that
/// cannot be read is one with an error. Expects: options with their defaults.
std::vector<JournalWitness> journalWitnesses(const EngineOptions& options,
                                             const JournalId& journal);

}  // namespace penstock::app
