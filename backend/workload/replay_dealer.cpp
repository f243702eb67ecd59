// SPDX-License-Identifier: Apache-2.0
#include "workload/replay_dealer.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/number_text.h"
#include "base/worker.h"
#include "model/codec.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::string_view kIdentity = "replay";

}  // namespace

/// One client with a queue and a thread.
class ReplayDealer::Producer {
 public:
  Producer(ReplayDealer& dealer, std::uint32_t number)
      : m_dealer(dealer),
        m_client(dealer.m_port.openClient(kIdentity, &dealer)),
        m_worker("replay-" + std::to_string(number), ThreadPriority::Background,
                 [this] { run(); }) {}

  ~Producer() { (void)finish(); }

  Status push(std::string encoded, std::uint64_t physicalLine) {
    MutexLock lock(m_mutex);
    while (m_queuedBytes > kQueuedBytesMax && m_status.isOk()) m_room.wait(m_mutex);
    if (!m_status.isOk()) return m_status;
    m_queuedBytes += encoded.size();
    m_queue.push_back({std::move(encoded), physicalLine});
    if (m_queue.size() == 1) m_work.notifyOne();
    return Status::ok();
  }

  Status finish() {
    {
      MutexLock lock(m_mutex);
      m_finishing = true;
    }
    m_work.notifyAll();
    m_worker.join();
    MutexLock lock(m_mutex);
    return m_status;
  }

 private:
  struct Item {
    std::string encoded;
    std::uint64_t physicalLine = 0;
  };

  void run() {
    std::deque<Item> items;
    while (take(items)) {
      for (const Item& item : items) {
        if (m_dealer.m_stop.isRequested()) break;
        const Status status = m_dealer.submit(*m_client, item.encoded, item.physicalLine);
        if (status.isOk()) continue;
        MutexLock lock(m_mutex);
        m_status = status;
        m_room.notifyAll();
        return;
      }
    }
  }

  /// Everything that is queued; false at the end.
  bool take(std::deque<Item>& items) {
    items.clear();
    MutexLock lock(m_mutex);
    while (m_queue.empty() && !m_finishing) m_work.wait(m_mutex);
    items.swap(m_queue);
    m_queuedBytes = 0;
    m_room.notifyAll();
    return !items.empty();
  }

  ReplayDealer& m_dealer;
  const std::unique_ptr<Client> m_client;

  Mutex m_mutex;
  CondVar m_work;
  CondVar m_room;
  std::deque<Item> m_queue GUARDED_BY(m_mutex);
  std::size_t m_queuedBytes GUARDED_BY(m_mutex) = 0;
  bool m_finishing GUARDED_BY(m_mutex) = false;
  Status m_status GUARDED_BY(m_mutex);

  Worker m_worker;
};

ReplayDealer::ReplayDealer(SubmitPort& port, StopSignal& stop, Options options,
                           RefusalReport report)
    : m_port(port), m_stop(stop), m_options(std::move(options)), m_report(std::move(report)) {
  if (m_options.producers <= 1) {
    m_client = port.openClient(kIdentity, this);
    return;
  }
  for (std::uint32_t i = 0; i < m_options.producers; ++i) {
    m_producers.push_back(std::make_unique<Producer>(*this, i));
  }
}

ReplayDealer::~ReplayDealer() = default;

Status ReplayDealer::deal(const Line& line) {
  SourceLine source;
  if (m_options.source != 0) source = {m_options.source, line.number, line.chainHash};
  if (line.length == Line::Length::TooLong) {
    return refuse(
        source, line.physical,
        Status(StatusCode::Invalid,
               "the line is longer than " + byteText(std::uint64_t{limits::kChangeSetBytesMax})));
  }
  const Status encoded = m_port.encodeJson(line.text, kIdentity, source, m_encoded);
  if (encoded.code() == StatusCode::Invalid || encoded.code() == StatusCode::Unsupported) {
    return refuse(source, line.physical, encoded);
  }
  RETURN_IF_ERROR(encoded);
  if (m_producers.empty()) return submit(*m_client, m_encoded, line.physical);
  const Result<ChangeSetView> view = ChangeSetView::parse(m_encoded);
  if (!view) return view.status();
  const auto group = static_cast<std::uint64_t>(view->groupHash());
  return m_producers[group % m_producers.size()]->push(m_encoded, line.physical);
}

Status ReplayDealer::submit(Client& client, const std::string& encoded,
                            std::uint64_t physicalLine) {
  SubmitOptions options;
  options.notifyAt = AckLevel::Journaled;
  const Result<ChangeSetView> view = ChangeSetView::parse(encoded);
  if (!view) return view.status();
  options.source = view->source();
  for (;;) {
    // Short deadlines, so that a stop is seen while intake waits for room.
    options.deadline = systemClock().steadyNow() + std::chrono::milliseconds(500);
    const Ack ack = handIn(client, encoded, options);
    if (ack.shed) return drop(options.source, physicalLine, ack.status);
    switch (ack.status.code()) {
      case StatusCode::Ok:
        ack.known ? ++m_known : ++m_accepted;
        if (!ack.known) m_changes += view->changeCount();
        return Status::ok();
      case StatusCode::Deadline:
      case StatusCode::Overloaded:
        if (!waitForRoom(ack.retryAfterMs)) return Status::ok();
        continue;
      case StatusCode::Invalid:
      case StatusCode::Conflict:
        return refuse(options.source, physicalLine, ack.status);
      default:
        return ack.status;
    }
  }
}

Ack ReplayDealer::handIn(Client& client, const std::string& encoded, const SubmitOptions& options) {
  {
    MutexLock lock(m_ackMutex);
    ++m_unjournaled;
  }
  Ack ack = client.submitEncoded(encoded, options);
  if (ack.status.isOk()) return ack;
  MutexLock lock(m_ackMutex);
  --m_unjournaled;
  return ack;
}

void ReplayDealer::onAck(AckToken /*token*/, const Ack& ack) {
  MutexLock lock(m_ackMutex);
  if (!ack.status.isOk() && m_lost++ == 0) m_lostReason = ack.status;
  if (--m_unjournaled == 0) m_allJournaled.notifyAll();
}

Status ReplayDealer::waitJournaled() {
  MutexLock lock(m_ackMutex);
  while (m_unjournaled > 0) m_allJournaled.wait(m_ackMutex);
  if (m_lost == 0) return Status::ok();
  return m_lostReason.withContext(groupedNumber(m_lost) +
                                  " change sets did not reach the journal; run again");
}

Status ReplayDealer::refuse(const SourceLine& source, std::uint64_t physicalLine,
                            const Status& status) {
  ++m_rejected;
  report(physicalLine, status);
  if (source.source == 0) return Status::ok();
  return note([&] { return m_port.markRefused(source); });
}

/// For good: submitted again by a next run it would overwrite what came behind it.
Status ReplayDealer::drop(const SourceLine& source, std::uint64_t physicalLine,
                          const Status& status) {
  ++m_shed;
  report(physicalLine, status);
  if (source.source == 0) return Status::ok();
  return note([&] { return m_port.markShed(source); });
}

void ReplayDealer::report(std::uint64_t physicalLine, const Status& status) {
  MutexLock lock(m_reportMutex);
  if (m_report) m_report(m_options.path, physicalLine, status);
}

Status ReplayDealer::note(const std::function<Status()>& mark) {
  for (;;) {
    Status marked = mark();
    // Far ahead of lines that other producers still hold: they come in meanwhile.
    const bool later =
        marked.code() == StatusCode::Overloaded || marked.code() == StatusCode::Deadline;
    if (!later) return marked;
    if (!waitForRoom(0)) return Status::ok();
  }
}

bool ReplayDealer::waitForRoom(std::uint32_t retryAfterMs) {
  constexpr std::uint32_t kSoonMs = 5;
  return m_stop.sleepUntil(systemClock().steadyNow() +
                           std::chrono::milliseconds(std::max(retryAfterMs, kSoonMs)));
}

Status ReplayDealer::finish() {
  Status status;
  for (const auto& producer : m_producers) {
    const Status finished = producer->finish();
    if (status.isOk()) status = finished;
  }
  const Status journaled = waitJournaled();
  return status.isOk() ? journaled : status;
}

ReplayCounts ReplayDealer::counts() const {
  return {.accepted = m_accepted.load(),
          .changes = m_changes.load(),
          .known = m_known.load(),
          .rejected = m_rejected.load(),
          .shed = m_shed.load()};
}

}  // namespace penstock
