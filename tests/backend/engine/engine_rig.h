// SPDX-License-Identifier: Apache-2.0
// A whole engine over real files: a journal and an SQLite database in a temporary folder, operated
// through an EngineLink as a window does it, with a gate in front of the database that a test
// closes, or that fails as the test says. It can be ended and started again over the same data.
#pragma once

#include <QTemporaryDir>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "engine/engine.h"
#include "engine/engine_link.h"
#include "store/store.h"

namespace penstock::test {

/// What stands between flush workers and database. Threads: any.
class StoreGate {
 public:
  void close();
  void open();
  /// Until a commit stands before the closed gate.
  void waitForCommit();
  /// All commits fail so, the database untouched; Committed: none does.
  void failWith(CommitOutcome outcome);
  /// The store cannot be attached to.
  enum class Reach : std::uint8_t { There, Away };
  void setReach(Reach reach);

  CommitOutcome pass();
  Reach reach() const;

 private:
  mutable Mutex m_mutex;
  CondVar m_changed;
  bool m_closed GUARDED_BY(m_mutex) = false;
  std::uint64_t m_standing GUARDED_BY(m_mutex) = 0;
  CommitOutcome m_outcome GUARDED_BY(m_mutex) = CommitOutcome::Committed;
  Reach m_reach GUARDED_BY(m_mutex) = Reach::There;
};

/// Keeps every acknowledgement by its token. Threads: any.
class AckKeeper final : public AckReceiver {
 public:
  void onAck(AckToken token, const Ack& ack) override;
  /// The first one of this token.
  Ack waitFor(AckToken token);
  std::size_t countOf(AckToken token) const;

 private:
  mutable Mutex m_mutex;
  CondVar m_changed;
  std::map<AckToken, std::vector<Ack>> m_acks GUARDED_BY(m_mutex);
};

/// Threads: one. Tables: `people(id, name not null unique, n default 0)`.
class EngineRig {
 public:
  EngineRig();
  ~EngineRig();

  /// May be changed before start().
  EngineOptions options;
  /// As many commits may run at once, as far as the engine knows.
  int lanes = 1;
  Status start();
  /// Ends without a drain, as a killed process would leave the journal.
  void end();

  Engine& engine() { return *m_engine; }
  EngineLink& link() { return *m_link; }
  StoreGate& gate(const std::string& sink = "primary") { return m_gates[sink]; }
  /// Another database with the same tables.
  void addSink(const std::string& name, const std::string& role);
  AckKeeper& acks() { return m_acks; }
  Client& client() { return *m_client; }
  std::string path(const std::string& name) const;

  /// Submits `upsert people {id, name, n + 1}`.
  Ack add(std::int64_t id, const SubmitOptions& submit = {});
  /// Sends it and waits until it is in effect or failed.
  CommandAnswer command(CommandKind kind);
  CommandAnswer command(Command command);
  /// The answer to a command sent by the link; every stage in order.
  std::vector<CommandAnswer> waitAnswers(CommandId id);
  Status waitSettled() { return m_engine->port().flushAndWait(soon()); }
  Status waitSettled(std::chrono::milliseconds patience) {
    return m_engine->port().flushAndWait(systemClock().steadyNow() + patience);
  }
  SteadyTime soon() const;
  /// Of this kind, oldest first.
  std::vector<Event> events(EventKind kind);
  const Event* lastEvent(EventKind kind, const std::string& what);
  SnapshotPointer sample();
  /// Of the sink at that place in the options. A row is its columns joined by `|`.
  std::vector<std::string> rows(const std::string& sql, std::size_t sink = 0) const;

 private:
  const QTemporaryDir m_directory;
  std::map<std::string, StoreGate> m_gates;  // by sink
  AckKeeper m_acks;
  std::unique_ptr<Engine> m_engine;
  std::unique_ptr<EngineLink> m_link;
  std::unique_ptr<Client> m_client;
  std::vector<CommandAnswer> m_answers;
  std::vector<Event> m_found;
};

/// The JSON of one change of `people`.
std::string person(const char* operation, std::int64_t id, const std::string& rest);

}  // namespace penstock::test
