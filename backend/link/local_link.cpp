// SPDX-License-Identifier: Apache-2.0
#include "link/local_link.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"

namespace penstock {

LocalLink::LocalLink(LocalLinkSources sources)
    : m_sources(std::move(sources)),
      // Ids of this run must not repeat those of an earlier window on the same engine.
      m_lastCommand(
          static_cast<std::uint64_t>(systemClock().steadyNow().time_since_epoch().count())),
      m_nodeReader("link", ThreadPriority::Normal, [this] { run(Reads::Node); }),
      m_storeReader("link-stores", ThreadPriority::Normal, [this] { run(Reads::Stores); }) {}

LocalLink::~LocalLink() {
  {
    MutexLock lock(m_mutex);
    m_stopping = true;
  }
  m_wake.notifyAll();
  m_nodeReader.join();
  m_storeReader.join();
}

std::vector<SnapshotPointer> LocalLink::samplesSince(std::uint64_t after, std::size_t max) const {
  return m_sources.samplesSince(after, max);
}

std::vector<Event> LocalLink::eventsSince(std::uint64_t after, std::size_t max) const {
  return m_sources.eventsSince(after, max);
}

CommandId LocalLink::send(Command command) {
  if (command.id == CommandId{}) command.id = CommandId{++m_lastCommand};
  const CommandId id = command.id;
  m_sources.send(std::move(command));
  return id;
}

RequestId LocalLink::requestHistory(const HistoryRequest& request) {
  const RequestId id{++m_lastRequest};
  {
    MutexLock lock(m_mutex);
    m_historyJobs.clear();  // only the range that is shown now is wanted
    m_historyJobs.push_back({id, request});
  }
  m_wake.notifyAll();
  return id;
}

std::vector<HistoryPage> LocalLink::takeHistory() {
  MutexLock lock(m_mutex);
  return std::exchange(m_history, {});
}

RequestId LocalLink::browse(const BrowseRequest& request) {
  const RequestId id{++m_lastRequest};
  {
    MutexLock lock(m_mutex);
    std::erase_if(m_browseJobs,
                  [&](const BrowseJob& job) { return job.request.subject == request.subject; });
    m_browseJobs.push_back({id, request});
  }
  m_wake.notifyAll();
  return id;
}

std::vector<BrowsePage> LocalLink::takePages() {
  MutexLock lock(m_mutex);
  return std::exchange(m_pages, {});
}

LinkState LocalLink::state() const {
  LinkState state;
  state.node = m_sources.node;
  return state;
}

LocalLink::Reads LocalLink::whatReads(BrowseSubject subject) {
  const bool isOfNode = subject == BrowseSubject::Queue || subject == BrowseSubject::Shards;
  return isOfNode ? Reads::Node : Reads::Stores;
}

void LocalLink::run(Reads what) {
  MutexLock lock(m_mutex);
  while (!m_stopping) {
    if (!readOne(what, lock)) m_wake.wait(m_mutex);
  }
}

/// Reads with the lock released. False: there is nothing to be read.
bool LocalLink::readOne(Reads what, MutexLock& lock) NO_THREAD_SAFETY_ANALYSIS {
  if (what == Reads::Node && !m_historyJobs.empty()) {
    const HistoryJob job = m_historyJobs.front();
    m_historyJobs.pop_front();
    lock.unlock();
    HistoryPage page = m_sources.readHistory(job.request);
    page.request = job.id;
    lock.lock();
    m_history.push_back(std::move(page));
    return true;
  }
  const auto next = std::ranges::find_if(m_browseJobs, [what](const BrowseJob& job) {
    return whatReads(job.request.subject) == what;
  });
  if (next == m_browseJobs.end()) return false;
  const BrowseJob job = std::move(*next);
  m_browseJobs.erase(next);
  lock.unlock();
  BrowsePage page = m_sources.browse(job.request);
  page.request = job.id;
  page.subject = job.request.subject;
  lock.lock();
  m_pages.push_back(std::move(page));
  return true;
}

}  // namespace penstock
