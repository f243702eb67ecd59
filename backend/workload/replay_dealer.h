// SPDX-License-Identifier: Apache-2.0
// Hands the lines of a replay to the engine: with one producer on the reader's own thread, with
// several by group over bounded queues, one client and thread each.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/submit.h"
#include "workload/line_reader.h"
#include "workload/workload.h"

namespace penstock {

struct ReplayCounts {
  std::uint64_t lines = 0;  ///< not empty
  std::uint64_t accepted = 0;
  std::uint64_t changes = 0;         ///< in the accepted ones
  std::uint64_t known = 0;           ///< in already, by an earlier run or by id
  std::uint64_t rejected = 0;        ///< by the rules of a change set
  std::uint64_t shed = 0;            ///< dropped under overload, as their tables allow
  std::uint64_t rejectedBefore = 0;  ///< of the known ones, by earlier runs
  std::uint64_t shedBefore = 0;      ///< likewise
};

/// A line that was refused or shed: which file, which line as an editor counts, and why.
using RefusalReport =
    std::function<void(const std::string& file, std::uint64_t physicalLine, const Status& status)>;

/// Threads: deal and finish on the reader's thread; onAck as its interface says.
/// Owns: the producers' threads, until finish().
/// Limits: each producer's queue holds kQueuedBytesMax; deal() waits for room.
class ReplayDealer : private AckReceiver {
 public:
  static constexpr std::size_t kQueuedBytesMax = 2 * 1024 * 1024;

  struct Options {
    std::string path;          ///< of the file, for reports
    std::uint64_t source = 0;  ///< hash of its name; 0: lines are not numbered
    std::uint32_t producers = 1;
  };
  ReplayDealer(SubmitPort& port, StopSignal& stop, Options options, RefusalReport report);
  ~ReplayDealer() override;

  /// Errors: those after which nothing more can be submitted (Unavailable, Unknown).
  Status deal(const Line& line);
  /// Waits until all that was dealt is in the journal. Errors: as deal; IoError or Unknown, with
  /// how many, when accepted lines did not reach it (they are submitted again by a next run).
  Status finish();

  std::uint64_t rejected() const { return m_rejected.load(std::memory_order_relaxed); }
  std::uint64_t shed() const { return m_shed.load(std::memory_order_relaxed); }
  /// Valid after finish(); `lines` is not counted here.
  ReplayCounts counts() const;

 private:
  class Producer;

  Status submit(Client& client, const std::string& encoded, std::uint64_t physicalLine);
  /// Counts the line before it is handed in, since its acknowledgement may come first.
  Ack handIn(Client& client, const std::string& encoded, const SubmitOptions& options);
  void onAck(AckToken token, const Ack& ack) override;
  Status waitJournaled();
  /// False: a stop was requested.
  bool waitForRoom(std::uint32_t retryAfterMs);
  Status refuse(const SourceLine& source, std::uint64_t physicalLine, const Status& status);
  Status drop(const SourceLine& source, std::uint64_t physicalLine, const Status& status);
  void report(std::uint64_t physicalLine, const Status& status);
  /// Until there is room for it, or a stop.
  Status note(const std::function<Status()>& mark);

  SubmitPort& m_port;
  StopSignal& m_stop;
  const Options m_options;
  const RefusalReport m_report;
  std::string m_encoded;

  std::atomic<std::uint64_t> m_accepted{0};
  std::atomic<std::uint64_t> m_changes{0};
  std::atomic<std::uint64_t> m_known{0};
  std::atomic<std::uint64_t> m_rejected{0};
  std::atomic<std::uint64_t> m_shed{0};
  Mutex m_reportMutex;

  Mutex m_ackMutex;
  CondVar m_allJournaled;
  std::uint64_t m_unjournaled GUARDED_BY(m_ackMutex) = 0;
  std::uint64_t m_lost GUARDED_BY(m_ackMutex) = 0;
  Status m_lostReason GUARDED_BY(m_ackMutex);

  // Last, so that no acknowledgement comes when the rest is gone.
  std::unique_ptr<Client> m_client;  // of the reader's thread
  std::vector<std::unique_ptr<Producer>> m_producers;
};

}  // namespace penstock
