// SPDX-License-Identifier: Apache-2.0
// EngineLink to the engine in this process: reads the sampler's ring, hands commands over, and runs
// what would take time on threads of its own: one reads the queue and the history, another one what
// a database has to be asked for, which may not answer.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"
#include "engine/engine_link.h"

namespace penstock {

/// Where the link gets what it shows. All are set; all outlive the link.
struct LocalLinkSources {
  std::string node;
  std::function<SnapshotPointer()> newest;
  std::function<std::vector<SnapshotPointer>(std::uint64_t after, std::size_t max)> samplesSince;
  std::function<std::vector<Event>(std::uint64_t after, std::size_t max)> eventsSince;
  std::function<void(Command)> send;  ///< queues, never blocks
  std::function<std::vector<CommandAnswer>()> takeAnswers;
  std::function<HistoryPage(const HistoryRequest&)> readHistory;  ///< on a thread of the link
  /// On a thread of the link; the queue and another subject may be read at once, on two.
  std::function<BrowsePage(const BrowseRequest&)> browse;
};

/// Threads: one, as EngineLink.
/// Owns: the reading threads; destroying it waits for the readings that run.
/// Limits: of each subject at most one request waits: a newer one takes its place.
class LocalLink final : public EngineLink {
 public:
  explicit LocalLink(LocalLinkSources sources);
  ~LocalLink() override;

  SnapshotPointer newest() const override { return m_sources.newest(); }
  std::vector<SnapshotPointer> samplesSince(std::uint64_t after, std::size_t max) const override;
  std::vector<Event> eventsSince(std::uint64_t after, std::size_t max) const override;
  CommandId send(Command command) override;
  std::vector<CommandAnswer> takeAnswers() override { return m_sources.takeAnswers(); }
  RequestId requestHistory(const HistoryRequest& request) override;
  std::vector<HistoryPage> takeHistory() override;
  RequestId browse(const BrowseRequest& request) override;
  std::vector<BrowsePage> takePages() override;
  LinkState state() const override;

 private:
  struct BrowseJob {
    RequestId id{};
    BrowseRequest request;
  };
  struct HistoryJob {
    RequestId id{};
    HistoryRequest request;
  };

  /// What a thread reads: the files of this node, or databases.
  enum class Reads : std::uint8_t { Node, Stores };

  static Reads whatReads(BrowseSubject subject);
  void run(Reads what);
  bool readOne(Reads what, MutexLock& lock) REQUIRES(m_mutex);

  const LocalLinkSources m_sources;

  Mutex m_mutex;
  CondVar m_wake;
  std::deque<BrowseJob> m_browseJobs GUARDED_BY(m_mutex);
  std::deque<HistoryJob> m_historyJobs GUARDED_BY(m_mutex);
  std::vector<BrowsePage> m_pages GUARDED_BY(m_mutex);
  std::vector<HistoryPage> m_history GUARDED_BY(m_mutex);
  bool m_stopping GUARDED_BY(m_mutex) = false;

  std::uint64_t m_lastCommand = 0;  // owned by the caller's thread
  std::uint64_t m_lastRequest = 0;
  Worker m_nodeReader;
  Worker m_storeReader;
};

}  // namespace penstock
