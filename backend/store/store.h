// SPDX-License-Identifier: Apache-2.0
// What the engine asks of a database. A store knows tables, transactions and its own penstock_
// tables; it knows nothing of journals, queues or threads. Rows, dead letters and checkpoint of a
// batch are committed in one transaction that begins with the fence.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/ids.h"

namespace penstock {

/// The last sequence that a sink has settled (committed or kept as a dead letter) in a shard.
struct Checkpoint {
  Shard shard{};
  Sequence settled{};
};

/// The fence: the transaction locks the checkpoint row of `shard` and fails unless it holds
/// `expected` under our owner; then it moves it to `next`.
struct FenceStep {
  Shard shard{};
  Sequence expected{};
  Sequence next{};
};

/// What a store wants of a range of the journal.
enum class StoreTakes : std::uint8_t {
  Rows,        ///< CommitRequest::batch
  ChangeSets,  ///< CommitRequest::changeSets; none of them is ever refused, and there are no
               ///< letters
};

struct CommitRequest {
  const Batch* batch = nullptr;  ///< null: only dead letters and checkpoint; the letters that it
                                 ///< decides are removed first (kLetterGone)
  std::vector<FenceStep> fence;  ///< never empty; in the order of shards
  /// Checkpoints of other shards, as they were committed before; none with one lane. A store that
  /// holds less in any of them, read without a lock, went back: FenceLost.
  std::vector<Checkpoint> others = {};
  std::vector<DeadLetter> deadLetters = {};
  const ChangeSetRange* changeSets = nullptr;  ///< null: none, only the checkpoint moves
};

/// The code of a request that was refused because a letter that it retries, or keeps again, is not
/// there any more.
inline constexpr std::string_view kLetterGone = "PENSTOCK_LETTER_GONE";

/// The code of a lost fence whose checkpoint holds less than was committed before: the database was
/// taken back (a backup, a standby that lagged), and nobody else writes to it.
inline constexpr std::string_view kWentBack = "PENSTOCK_WENT_BACK";

/// What the worker does next is decided by this alone, never by text.
enum class CommitOutcome {
  Committed,
  Transient,  ///< nothing happened; retry later, with backoff (busy, connection lost, disk full)
  Refused,    ///< nothing happened; some change of the batch is wrong: bisect
  Unknown,    ///< the connection was lost around COMMIT: reopen the lane, read the checkpoint
  Drifted,    ///< nothing happened; `table` is not what the catalog says: park it
  FenceLost,  ///< another process owns the checkpoint: the sink stops; or it went back (kWentBack):
              ///< the sink begins anew from there
  Broken,     ///< the database is damaged or not what it was: the sink stops, an operator decides
};

struct CommitResult {
  CommitOutcome outcome = CommitOutcome::Committed;
  std::string code;  ///< SQLSTATE or SQLite's extended code; empty when committed
  std::string message;
  std::uint64_t rows = 0;  ///< touched
  std::string table = {};  ///< Drifted: the name of which
};

/// One connection that commits batches, one at a time.
/// Threads: one at a time; may be handed from thread to thread.
class StoreLane {
 public:
  virtual ~StoreLane() = default;
  virtual CommitResult commit(const CommitRequest& request) = 0;
  /// The checkpoints as the database holds them now, under the fence's locks.
  virtual Result<std::vector<Checkpoint>> readCheckpoints() = 0;
  /// Drops and reopens the connection after Transient or Unknown. Errors: Unavailable.
  virtual Status reopen() = 0;
};

/// A page of dead letters, in the order of their keys.
struct LetterQuery {
  std::optional<LetterKey> beyond;  ///< only those that come after it in this order
  bool oldestFirst = false;
  std::size_t countMax = 100;
};

/// Threads: any, unless said otherwise; each call uses a connection of its own or takes its turn.
class Store {
 public:
  virtual ~Store() = default;
  /// `sqlite`, `postgres` …, and where, without secrets: for messages and the Sinks table.
  virtual std::string describeTarget() const = 0;
  /// How many lanes can commit at once; 1: pure journal order.
  virtual int laneCountMax() const = 0;
  virtual StoreTakes takes() const { return StoreTakes::Rows; }
  /// Runs SQL statements (of `--schema`), all or none. Errors: Invalid with the database's message.
  virtual Status runScript(std::string_view sql) = 0;
  /// Tables, columns, keys, constraints; without penstock_ tables. Errors: Unavailable, Broken.
  virtual Result<Catalog> readCatalog() = 0;
  /// Makes the penstock_ tables where missing and takes ownership of the checkpoints of `journal`.
  /// Returns them (none for a journal that this store has not seen).
  virtual Result<std::vector<Checkpoint>> attach(const JournalId& journal,
                                                 std::string_view owner) = 0;
  /// The checkpoints as they are, without taking ownership: for looking at a stopped node.
  virtual Result<std::vector<Checkpoint>> readCheckpoints(const JournalId& journal) = 0;
  /// Expects: attach() before.
  virtual Result<std::unique_ptr<StoreLane>> openLane() = 0;
  /// Of all journals, each with its journal's id. Errors: Unavailable.
  virtual Result<std::vector<DeadLetter>> listDeadLetters(const LetterQuery& query) = 0;
  virtual Result<std::uint64_t> countDeadLetters() = 0;
};

}  // namespace penstock
