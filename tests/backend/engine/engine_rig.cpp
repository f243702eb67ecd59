// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/engine/engine_rig.h"

#include <sqlite3.h>

#include <QTest>
#include <utility>

#include "base/check.h"
#include "link/local_link.h"
#include "store/sqlite/sqlite_store.h"

namespace penstock::test {

using namespace std::chrono_literals;

namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS people("
    "id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER DEFAULT 0)";

class GatedLane final : public StoreLane {
 public:
  GatedLane(std::unique_ptr<StoreLane> lane, StoreGate& gate)
      : m_lane(std::move(lane)), m_gate(gate) {}

  CommitResult commit(const CommitRequest& request) override {
    const CommitOutcome outcome = m_gate.pass();
    if (outcome == CommitOutcome::Committed) return m_lane->commit(request);
    return {outcome, "57P03", "the database is starting", 0};
  }
  Result<std::vector<Checkpoint>> readCheckpoints() override { return m_lane->readCheckpoints(); }
  Status reopen() override { return m_lane->reopen(); }

 private:
  std::unique_ptr<StoreLane> m_lane;
  StoreGate& m_gate;
};

class GatedStore final : public Store {
 public:
  GatedStore(std::unique_ptr<Store> store, StoreGate& gate, int lanes)
      : m_store(std::move(store)), m_gate(gate), m_lanes(lanes) {}

  std::string describeTarget() const override { return m_store->describeTarget(); }
  int laneCountMax() const override { return m_lanes; }
  Status runScript(std::string_view sql) override {
    if (m_gate.reach() == StoreGate::Reach::Away) return away();
    return m_store->runScript(sql);
  }
  Result<Catalog> readCatalog() override {
    if (m_gate.reach() == StoreGate::Reach::Away) return away();
    return m_store->readCatalog();
  }
  Result<std::vector<Checkpoint>> attach(const JournalId& journal,
                                         std::string_view owner) override {
    if (m_gate.reach() == StoreGate::Reach::Away) return away();
    return m_store->attach(journal, owner);
  }
  Result<std::vector<Checkpoint>> readCheckpoints(const JournalId& journal) override {
    return m_store->readCheckpoints(journal);
  }
  Result<std::unique_ptr<StoreLane>> openLane() override {
    Result<std::unique_ptr<StoreLane>> lane = m_store->openLane();
    if (!lane) return lane.status();
    return std::unique_ptr<StoreLane>(std::make_unique<GatedLane>(std::move(*lane), m_gate));
  }
  Result<std::vector<DeadLetter>> listDeadLetters(const LetterQuery& query) override {
    return m_store->listDeadLetters(query);
  }
  Result<std::uint64_t> countDeadLetters() override { return m_store->countDeadLetters(); }

 private:
  static Status away() { return {StatusCode::Unavailable, "connection refused"}; }

  std::unique_ptr<Store> m_store;
  StoreGate& m_gate;
  const int m_lanes;
};

}  // namespace

void StoreGate::close() {
  MutexLock lock(m_mutex);
  m_closed = true;
}

void StoreGate::open() {
  MutexLock lock(m_mutex);
  m_closed = false;
  m_changed.notifyAll();
}

void StoreGate::waitForCommit() {
  MutexLock lock(m_mutex);
  while (m_standing == 0) m_changed.wait(m_mutex);
}

void StoreGate::failWith(CommitOutcome outcome) {
  MutexLock lock(m_mutex);
  m_outcome = outcome;
}

void StoreGate::setReach(Reach reach) {
  MutexLock lock(m_mutex);
  m_reach = reach;
}

StoreGate::Reach StoreGate::reach() const {
  MutexLock lock(m_mutex);
  return m_reach;
}

CommitOutcome StoreGate::pass() {
  MutexLock lock(m_mutex);
  ++m_standing;
  m_changed.notifyAll();
  while (m_closed) m_changed.wait(m_mutex);
  --m_standing;
  return m_outcome;
}

void AckKeeper::onAck(AckToken token, const Ack& ack) {
  MutexLock lock(m_mutex);
  m_acks[token].push_back(ack);
  m_changed.notifyAll();
}

Ack AckKeeper::waitFor(AckToken token) {
  MutexLock lock(m_mutex);
  while (m_acks[token].empty()) m_changed.wait(m_mutex);
  return m_acks[token].front();
}

std::size_t AckKeeper::countOf(AckToken token) const {
  MutexLock lock(m_mutex);
  const auto found = m_acks.find(token);
  return found == m_acks.end() ? 0 : found->second.size();
}

EngineRig::EngineRig() {
  options.dataDirectory = path("data");
  options.journal.segmentBytes = limits::kSegmentBytesMin;
  options.journal.freeSpaceFloorBytes = 0;
  options.retry = {1ms, 5ms};
  options.sinks.front().database = path("database.sqlite");
  options.sinks.front().flush.linger = 1ms;
  options.sinks.front().schemaFile = path("schema.sql");
  CHECK(replaceFile(posixFileSystem(), path("schema.sql"), kSchema).isOk());
}

EngineRig::~EngineRig() { end(); }

std::string EngineRig::path(const std::string& name) const {
  return m_directory.filePath(QString::fromStdString(name)).toStdString();
}

Status EngineRig::start() {
  EngineDependencies outside;
  outside.files = &posixFileSystem();
  outside.clock = &systemClock();
  outside.openStore = [this](const SinkOptions& sink) -> Result<std::unique_ptr<Store>> {
    SqliteOptions sqlite;
    sqlite.path = sink.database;
    sqlite.eventTable = sink.eventTable;
    auto store = SqliteStore::create(sqlite);
    if (!store) return store.status();
    return std::unique_ptr<Store>(
        std::make_unique<GatedStore>(std::move(*store), gate(sink.name), lanes));
  };
  Result<std::unique_ptr<Engine>> started = Engine::start(options, outside);
  if (!started) return started.status();
  m_engine = std::move(*started);
  Engine* engine = m_engine.get();
  LocalLinkSources sources;
  sources.node = options.node.name;
  sources.newest = [engine] { return engine->samples().newest(); };
  sources.samplesSince = [engine](std::uint64_t after, std::size_t max) {
    return engine->samples().since(after, max);
  };
  sources.eventsSince = [engine](std::uint64_t after, std::size_t max) {
    return engine->events().since(after, max).events;
  };
  sources.send = [engine](Command command) { engine->send(std::move(command)); };
  sources.takeAnswers = [engine] { return engine->takeAnswers(); };
  sources.readHistory = [](const HistoryRequest&) { return HistoryPage{}; };
  sources.browse = [engine](const BrowseRequest& request) { return engine->browse(request); };
  m_link = std::make_unique<LocalLink>(std::move(sources));
  m_client = m_engine->port().openClient("test", &m_acks);
  return Status::ok();
}

void EngineRig::end() {
  for (auto& [name, each] : m_gates) each.open();
  m_client.reset();
  m_link.reset();
  m_engine.reset();
  m_answers.clear();
}

SteadyTime EngineRig::soon() const { return systemClock().steadyNow() + 30s; }

Ack EngineRig::add(std::int64_t id, const SubmitOptions& submit) {
  const std::string name = "person " + std::to_string(id);
  Change change;
  change.table = "people";
  change.operation = Operation::Upsert;
  change.key = {{"id", Value::integer(id)}};
  change.set = {{"name", Value::text(name)}};
  change.add = {{"n", Value::integer(1)}};
  ChangeSet set;
  set.changes = {std::move(change)};
  return m_client->submit(set, submit);
}

CommandAnswer EngineRig::command(CommandKind kind) {
  Command command;
  command.kind = kind;
  return this->command(std::move(command));
}

CommandAnswer EngineRig::command(Command command) {
  if (command.who.empty()) command.who = "ann";
  return waitAnswers(m_link->send(std::move(command))).back();
}

std::vector<CommandAnswer> EngineRig::waitAnswers(CommandId id) {
  std::vector<CommandAnswer> mine;
  const auto ended = [&] {
    for (CommandAnswer& answer : m_link->takeAnswers()) m_answers.push_back(std::move(answer));
    mine.clear();
    for (const CommandAnswer& answer : m_answers) {
      if (answer.id == id) mine.push_back(answer);
    }
    return !mine.empty() && mine.back().stage != CommandStage::Acknowledged;
  };
  (void)QTest::qWaitFor(ended, 30'000);
  CHECK(!mine.empty());
  return mine;
}

std::vector<Event> EngineRig::events(EventKind kind) {
  std::vector<Event> found = m_link->eventsSince(0, 10'000);
  std::erase_if(found, [kind](const Event& event) { return event.kind != kind; });
  return found;
}

const Event* EngineRig::lastEvent(EventKind kind, const std::string& what) {
  m_found = events(kind);
  for (auto event = m_found.rbegin(); event != m_found.rend(); ++event) {
    if (event->what.find(what) != std::string::npos) return &*event;
  }
  return nullptr;
}

SnapshotPointer EngineRig::sample() {
  const SnapshotPointer before = m_link->newest();
  const std::uint64_t number = before ? before->number : 0;
  // The one that is being taken now may have looked already.
  (void)QTest::qWaitFor([&] { return m_link->newest() && m_link->newest()->number >= number + 2; },
                        30'000);
  return m_link->newest();
}

void EngineRig::addSink(const std::string& name, const std::string& role) {
  SinkOptions sink = options.sinks.front();
  sink.name = name;
  sink.role = role;
  sink.database = path(name + ".sqlite");
  options.sinks.push_back(std::move(sink));
}

std::vector<std::string> EngineRig::rows(const std::string& sql, std::size_t sink) const {
  std::vector<std::string> rows;
  sqlite3* database = nullptr;
  const std::string file = options.sinks[sink].database;
  CHECK(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
  sqlite3_busy_timeout(database, 10'000);  // while the engine opens it, or ends
  const auto keep = [](void* into, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i) {
      row += (i > 0 ? "|" : "") + std::string(values[i] != nullptr ? values[i] : "NULL");
    }
    static_cast<std::vector<std::string>*>(into)->push_back(row);
    return 0;
  };
  if (sqlite3_exec(database, sql.c_str(), keep, &rows, nullptr) != SQLITE_OK) {
    rows = {std::string("ERROR ") + sqlite3_errmsg(database)};
  }
  sqlite3_close(database);
  return rows;
}

std::string person(const char* operation, std::int64_t id, const std::string& rest) {
  return R"({"table":"people","op":")" + std::string(operation) + R"(","key":{"id":)" +
         std::to_string(id) + "}" + (rest.empty() ? "" : "," + rest) + "}";
}

}  // namespace penstock::test
