// SPDX-License-Identifier: Apache-2.0
// An engine that a test plays by hand: samples, events, answers, pages and history are what the
// test put in, and everything that was asked of it is kept to be looked at.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "engine/engine_link.h"

namespace penstock::test {

inline constexpr std::int64_t kEvenStartMicros = 1'790'000'000'000'000;  // in September 2026

// A node with one SQLite sink that does well: the start of most tests.
Snapshot healthySnapshot();

// A value of each thing a window can show, `index` samples of 100 ms after the start.
Snapshot healthySnapshotAt(std::uint64_t index);

// The first of samples with round numbers, for tests that reckon: see FakeEngineLink::next().
Snapshot evenSnapshot();

// Threads: one.
class FakeEngineLink : public EngineLink {
 public:
  // What happens to a command that nobody answered by hand.
  enum class Answers : std::uint8_t { ByHand, InEffectAtOnce, FailAtOnce };

  // --- the test's side ---
  // The number is the one after the last published, unless the snapshot brings one.
  void publish(Snapshot snapshot);
  // The sample 100 ms after the last (the first is evenSnapshot()): 100 accepted, 90 persisted, 10
  // more waiting. The test changes what it needs and publishes it.
  Snapshot next() const;
  void publishEvenly(int count);
  // As a ring does: of what was published only the newest `count` stay.
  void keepNewest(std::size_t count);
  // The number of an event likewise.
  void addEvent(Event event);
  void answerCommands(Answers how) { m_answers = how; }
  void answer(CommandAnswer answer) { m_pendingAnswers.push_back(std::move(answer)); }
  // The next requests with this subject (and, for data, this table) are answered by this page, its
  // request id filled in and its rows cut to the request's offset and number of rows.
  void setPage(BrowsePage page, const std::string& table = {});
  void setHistory(std::vector<HistoryPoint> points) { m_history = std::move(points); }
  void setState(LinkState state) { m_state = std::move(state); }
  // While held, pages stay unanswered.
  enum class Pages : std::uint8_t { Answered, Held };
  void setPages(Pages pages) { m_pages = pages; }

  const std::deque<SnapshotPointer>& samples() const { return m_samples; }
  const std::vector<Command>& commands() const { return m_commands; }
  const std::vector<BrowseRequest>& browses() const { return m_browses; }
  const std::vector<HistoryRequest>& histories() const { return m_histories; }
  // Of the last page or history that was asked for.
  RequestId lastRequest() const { return RequestId{m_nextRequest - 1}; }
  // How often a sample was asked for: the pulse of the one who watches.
  std::uint64_t polls() const { return m_polls; }

  // --- EngineLink ---
  SnapshotPointer newest() const override;
  std::vector<SnapshotPointer> samplesSince(std::uint64_t after, std::size_t max) const override;
  std::vector<Event> eventsSince(std::uint64_t after, std::size_t max) const override;
  CommandId send(Command command) override;
  std::vector<CommandAnswer> takeAnswers() override;
  RequestId requestHistory(const HistoryRequest& request) override;
  std::vector<HistoryPage> takeHistory() override;
  RequestId browse(const BrowseRequest& request) override;
  std::vector<BrowsePage> takePages() override;
  LinkState state() const override { return m_state; }

 private:
  struct Asked {
    RequestId id{};
    BrowseRequest request;
  };
  BrowsePage pageFor(const Asked& asked) const;

  std::deque<SnapshotPointer> m_samples;
  std::vector<Event> m_events;
  std::vector<Command> m_commands;
  std::vector<CommandAnswer> m_pendingAnswers;
  std::vector<BrowseRequest> m_browses;
  std::vector<Asked> m_unanswered;
  std::vector<HistoryRequest> m_histories;
  std::vector<HistoryPage> m_pendingHistory;
  std::vector<HistoryPoint> m_history;
  std::map<std::pair<BrowseSubject, std::string>, BrowsePage> m_prepared;
  LinkState m_state{LinkState::Phase::Connected, "embedded", {}, 0, 0};
  Answers m_answers = Answers::InEffectAtOnce;
  Pages m_pages = Pages::Answered;
  std::uint64_t m_nextRequest = 1;
  std::uint64_t m_nextCommand = 1;
  mutable std::uint64_t m_polls = 0;
};

}  // namespace penstock::test
