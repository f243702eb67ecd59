// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/journal_witness.h"

#include "base/file_system.h"
#include "engine/entry/known_changes.h"
#include "store/sqlite/checkpoint_reader.h"

namespace penstock::app {

std::vector<JournalWitness> journalWitnesses(const EngineOptions& options,
                                             const JournalId& journal) {
  std::vector<JournalWitness> witnesses;
  const KnownChanges known(posixFileSystem(), options.dataDirectory, 1);
  witnesses.push_back({"the snapshot of known ids", known.claimedPosition()});
  for (const SinkOptions& sink : options.sinks) {
    if (sink.driver != "sqlite" || !posixFileSystem().exists(sink.database)) continue;
    witnesses.push_back({"sink " + sink.name + " ('" + sink.database + "')",
                         readSqliteCheckpoint(sink.database, journal)});
  }
  return witnesses;
}

}  // namespace penstock::app
