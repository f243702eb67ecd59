// SPDX-License-Identifier: Apache-2.0
// The one face that the engine shows to a user interface, in the same process or over a network. It
// never blocks and never calls back: the caller asks on its own timer and gets values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/commands.h"
#include "metrics/event.h"
#include "metrics/history_point.h"
#include "metrics/snapshot.h"

namespace penstock {

enum class RequestId : std::uint64_t {};

/// What a row of the tables Queue, Data, Dead letters is made of.
struct PageCell {
  std::string text;
  enum class Kind : std::uint8_t { Text, Number, Null } kind = Kind::Text;
  bool operator==(const PageCell&) const = default;
};

enum class BrowseSubject : std::uint8_t {
  Queue,        ///< what waits: sequence, age, group, table, operation, key, change set
  Tables,       ///< names of the tables of a sink
  Data,         ///< rows of a table of a sink, as they are in the database now
  DeadLetters,  ///< sequence, at, kind, code, reason, attempts, change set
  Trace,        ///< what became of change sets, in each sink: by `table` and `filter`
  Shards,       ///< of a sink with several lanes: what waits in each, and what for
  Health,       ///< the settings of node and databases beside advice: level, sink, about, finding,
                ///< advice
};

enum class BrowseOrder : std::uint8_t { Ascending, Descending };

struct BrowseRequest {
  BrowseSubject subject = BrowseSubject::Queue;
  std::string sink;     ///< empty: the primary
  std::string table;    ///< Data: which; Queue: only changes of it; Trace: of the row
  std::string filter;   ///< text that a row must hold; empty: all. Trace: what is looked for, the
                        ///< key of a row of `table`, or without one an id or a sequence
  std::string orderBy;  ///< Data: a column; empty: the key
  BrowseOrder order = BrowseOrder::Ascending;
  std::uint64_t offset = 0;
  std::uint32_t rowsMax = 200;
};

struct BrowsePage {
  RequestId request{};
  BrowseSubject subject = BrowseSubject::Queue;
  Status status;
  std::vector<std::string> columns;
  std::vector<std::vector<PageCell>> rows;
  std::uint64_t offset = 0;
  std::int64_t total = -1;  ///< below 0: not known
  std::string note;         ///< for people, such as `the first 10,000 of the queue were searched`
};

struct HistoryPage {
  RequestId request{};
  Status status;
  std::vector<HistoryPoint> points;
};

struct LinkState {
  enum class Phase : std::uint8_t { Connected, Connecting, Disconnected, VersionMismatch };
  Phase phase = Phase::Connected;
  std::string node;              ///< name for people: `embedded`, or an address
  std::string reason;            ///< why not connected
  std::int64_t sinceMicros = 0;  ///< wall time
  std::int64_t nextTryMicros = 0;
};

/// Threads: one (the GUI thread); no call waits for the engine.
class EngineLink {
 public:
  virtual ~EngineLink() = default;
  /// The last published sample, or null before the first.
  virtual SnapshotPointer newest() const = 0;
  /// Samples with number > `after`, oldest first, at most `max` (the newest ones of them).
  virtual std::vector<SnapshotPointer> samplesSince(std::uint64_t after, std::size_t max) const = 0;
  virtual std::vector<Event> eventsSince(std::uint64_t after, std::size_t max) const = 0;
  /// Queues the command; its id is set by the link when it is 0. Returns the id.
  virtual CommandId send(Command command) = 0;
  virtual std::vector<CommandAnswer> takeAnswers() = 0;
  virtual RequestId requestHistory(const HistoryRequest& request) = 0;
  virtual std::vector<HistoryPage> takeHistory() = 0;
  virtual RequestId browse(const BrowseRequest& request) = 0;
  virtual std::vector<BrowsePage> takePages() = 0;
  virtual LinkState state() const = 0;
};

}  // namespace penstock
