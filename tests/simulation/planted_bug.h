// SPDX-License-Identifier: Apache-2.0
// Errors that are put into the simulated surroundings (disk, store, wiring) on purpose, to see that
// the simulation would find them. Each stands for a mistake that the real code could make; none of
// them touches the real code.
#pragma once

#include <cstdint>

namespace penstock::test {

enum class PlantedBug : std::uint8_t {
  None,
  // --- the disk ---
  SyncForgotten,        ///< journaled is told before the bytes are synced
  SyncRetried,          ///< a failed sync is called again, which then says ok
  GoodTailCutOff,       ///< recovery takes a whole last group for a torn one
  TornTailTakenAsGood,  ///< and the other way round
  // --- the store ---
  CheckpointOutside,  ///< of the transaction: a second one, that may not come
  DeadLetterOutside,  ///< likewise
  OlderFlushWins,     ///< a value is cleared by a flush that came late
  FoldedToNothing,    ///< insert and delete of one row become no work at all, unverified
  ReadWithoutLock,    ///< the checkpoint, while the old transaction may still commit
  // --- the way in ---
  SequenceUsedTwice,
  KnownIdsNotRecovered,
  LostStaysKnown,     ///< an append that was not journaled is still known
  PersistedTooEarly,  ///< told when the batch is sent
  // --- the way out ---
  SuffixSkipped,  ///< bisection ends at the first guilty one
  UnknownIsCommitted,
  UnknownIsNot,  ///< committed, for sure
  OutageBuries,  ///< a lost connection makes a dead letter
  BusyRetries,   ///< no backoff
  WindowUnbounded,
  RetiredTooFar,          ///< segments that a sink still needs
  HeldForgotten,          ///< by a new life, which lets pass what should wait
  HeldForGoneLetter,      ///< what a decision has freed stays held
  ResumeReleasesNothing,  ///< what a pause held stays held; one lane
  // --- several lanes ---
  DependencyIgnored,  ///< what touches one row in two shards goes in any order
  ShardPastPending,   ///< a shard's checkpoint passes entries of it that are not in
  AllPastPending,     ///< the one for all shards does
  SkipByMinimum,      ///< a restart skips by the lowest checkpoint, and no shard by its own
  WentBackUnseen      ///< a restored database, when the batch's own shards did nothing since
};

}  // namespace penstock::test
