// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/servers/server_node.h"

#include <QTest>
#include <algorithm>
#include <utility>

#include "app/application/sink_stores.h"
#include "base/check.h"
#include "base/file_system.h"
#include "link/local_link.h"
#include "tests/integration/daemon_process.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr int kPatienceMs = 60'000;

SinkOptions serverSink(const std::string& name, const std::string& role, const std::string& driver,
                       const TestServer& server) {
  SinkOptions sink;
  sink.name = name;
  sink.role = role;
  sink.driver = driver;
  sink.host = TestServer::kHost;
  sink.port = server.port();
  sink.flush.linger = 2ms;
  return sink;
}

void mustBeMade(const std::vector<std::string>& answer) {
  if (!answer.empty()) std::fprintf(stderr, "%s\n", answer.front().c_str());
  CHECK(answer.empty());
}

}  // namespace

ServerNode::ServerNode() : openStore([](const SinkOptions& sink) { return app::openStore(sink); }) {
  options.dataDirectory = path("data").toStdString();
  options.journal.segmentBytes = limits::kSegmentBytesMin;
  options.journal.freeSpaceFloorBytes = 0;
  options.retry = {5ms, 100ms};
  options.sinks.clear();
}

ServerNode::~ServerNode() { end(); }

void ServerNode::start() {
  EngineDependencies outside;
  outside.files = &posixFileSystem();
  outside.clock = &systemClock();
  outside.openStore = openStore;
  Result<std::unique_ptr<Engine>> started = Engine::start(options, std::move(outside));
  if (!started) std::fprintf(stderr, "%s\n", started.status().message().c_str());
  CHECK(started.isOk());
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
}

StopReport ServerNode::stop() {
  StopReport report = m_engine->stop(60s);
  end();
  return report;
}

void ServerNode::end() {
  m_link.reset();
  m_engine.reset();
}

CommandAnswer ServerNode::command(CommandKind kind, const std::string& sink) {
  Command command;
  command.kind = kind;
  command.sink = sink;
  return this->command(std::move(command));
}

CommandAnswer ServerNode::command(Command command) {
  command.who = "operator";
  const CommandId id = m_link->send(std::move(command));
  CommandAnswer last;
  const auto ended = [&] {
    for (CommandAnswer& answer : m_link->takeAnswers()) {
      if (answer.id == id) last = std::move(answer);
    }
    return last.id == id && last.stage != CommandStage::Acknowledged;
  };
  (void)QTest::qWaitFor(ended, kPatienceMs);
  return last;
}

SinkSnapshot ServerNode::sink(const std::string& name) {
  const SnapshotPointer before = m_link->newest();
  const std::uint64_t number = before ? before->number : 0;
  // The one that is being taken now may have looked already.
  (void)QTest::qWaitFor([&] { return m_link->newest() && m_link->newest()->number >= number + 2; },
                        kPatienceMs);
  const std::vector<SinkSnapshot>& sinks = m_link->newest()->sinks;
  const auto found = std::ranges::find(sinks, name, &SinkSnapshot::name);
  CHECK(found != sinks.end());
  return *found;
}

int ServerNode::timesTold(const std::string& text) {
  const std::vector<Event> events = m_link->eventsSince(0, limits::kEventRing);
  return static_cast<int>(std::ranges::count_if(
      events, [&](const Event& event) { return event.what.find(text) != std::string::npos; }));
}

bool ServerNode::wasTold(const std::string& text) { return timesTold(text) > 0; }

bool ServerNode::isDrained() {
  const SnapshotPointer now = m_link->newest();
  return now && std::ranges::all_of(now->sinks, [](const SinkSnapshot& sink) {
           return sink.queueDepth == 0 || sink.state == SinkState::Stopped;
         });
}

SinkOptions postgresSink(const std::string& name, const PostgresServer& server,
                         const std::string& database, const std::string& role) {
  SinkOptions sink = serverSink(name, role, "postgres", server);
  sink.user = "postgres";
  sink.database = database;
  sink.flush.workers = 4;
  return sink;
}

SinkOptions mariaDbSink(const std::string& name, const MariaDbServer& server,
                        const std::string& database, const std::string& role) {
  SinkOptions sink = serverSink(name, role, "mariadb", server);
  sink.user = "root";
  sink.database = database;
  return sink;
}

SinkOptions sqliteSink(const std::string& name, const QString& file, const std::string& role) {
  SinkOptions sink;
  sink.name = name;
  sink.role = role;
  sink.database = file.toStdString();
  sink.schemaFile = sink.database + ".sql";
  CHECK(replaceFile(posixFileSystem(), sink.schemaFile, LoadLedger::kSqliteSchema).isOk());
  sink.flush.linger = 2ms;
  return sink;
}

LoadLedger::Reader readerOf(const PostgresServer& server, const std::string& database) {
  const ServerPlace place{"QPSQL", server.port(), "postgres", QString::fromStdString(database)};
  return [place](const QString& sql) { return rowsOf(place, sql); };
}

LoadLedger::Reader readerOf(const MariaDbServer& server, const std::string& database) {
  const ServerPlace place{"QMYSQL", server.port(), "root", QString::fromStdString(database)};
  return [place](const QString& sql) { return rowsOf(place, sql); };
}

LoadLedger::Reader readerOf(const QString& sqliteFile) {
  return [sqliteFile](const QString& sql) { return rowsOf(sqliteFile, sql); };
}

std::string makeLoadDatabase(PostgresServer& server) {
  std::string database = server.makeDatabase();
  mustBeMade(server.rows(database, LoadLedger::kPostgresSchema));
  return database;
}

std::string makeLoadDatabase(MariaDbServer& server) {
  std::string database = server.makeDatabase();
  mustBeMade(server.rows(database, LoadLedger::kMariaDbSchema));
  return database;
}

}  // namespace penstock::test
