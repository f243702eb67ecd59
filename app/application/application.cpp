// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/application.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/application/health_page.h"
#include "app/application/sink_stores.h"
#include "app/application/stream_source.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "link/local_link.h"
#include "store/qtsql/table_browser.h"
#include "workload/game.h"
#include "workload/replay.h"

namespace penstock::app {
namespace {

constexpr std::size_t kRowsPerRead = 1000;
/// Of a log that keeps limits::kEventRing.
constexpr std::uint64_t kRefusalsTold = 100;

PageCell toPageCell(const TableCell& cell) {
  switch (cell.kind) {
    case TableCell::Kind::Text:
      return {cell.text, PageCell::Kind::Text};
    case TableCell::Kind::Number:
      return {cell.text, PageCell::Kind::Number};
    case TableCell::Kind::Null:
      return {{}, PageCell::Kind::Null};
  }
  return {};
}

BrowsePage dataPage(const TableBrowser& browser, const BrowseRequest& request) {
  BrowsePage page;
  page.offset = request.offset;
  TablePageRequest wanted;
  wanted.table = request.table;
  wanted.filter = request.filter;
  wanted.sortColumn = request.orderBy;
  wanted.order =
      request.order == BrowseOrder::Ascending ? SortOrder::Ascending : SortOrder::Descending;
  wanted.offset = request.offset;
  wanted.rowsMax = request.rowsMax;
  Result<TablePage> read = browser.page(wanted);
  if (!read) {
    page.status = read.status();
    return page;
  }
  page.columns = std::move(read->content.columns);
  for (const auto& row : read->content.rows) {
    auto& cells = page.rows.emplace_back();
    for (const TableCell& cell : row) cells.push_back(toPageCell(cell));
  }
  if (read->total) page.total = static_cast<std::int64_t>(*read->total);
  return page;
}

BrowsePage tablesPage(const TableBrowser& browser) {
  BrowsePage page;
  page.columns = {"table"};
  const Result<std::vector<std::string>> tables = browser.tables();
  if (!tables) {
    page.status = tables.status();
    return page;
  }
  for (const std::string& table : *tables) page.rows.push_back({{table, PageCell::Kind::Text}});
  page.total = static_cast<std::int64_t>(tables->size());
  return page;
}

/// Where each wanted column stands; empty when one is missing.
std::vector<std::size_t> placesOf(const std::vector<std::string>& wanted,
                                  const std::vector<std::string>& columns) {
  std::vector<std::size_t> places;
  for (const std::string& name : wanted) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) return {};
    places.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  return places;
}

Status readWholeTable(const TableBrowser& browser, const std::string& table,
                      const std::vector<std::string>& columns,
                      const std::function<void(std::span<const ReadCell>)>& take) {
  Status missing;
  std::vector<ReadCell> cells(columns.size());
  const auto rows = [&](const TableRows& read) {
    const std::vector<std::size_t> places = placesOf(columns, read.columns);
    if (places.empty()) {
      missing = Status(StatusCode::NotFound,
                       "table " + table + " lacks a column (was it changed meanwhile?)");
      return TableBrowser::Continue::No;
    }
    for (const auto& row : read.rows) {
      for (std::size_t i = 0; i < places.size(); ++i) {
        const TableCell& cell = row[places[i]];
        const bool null = cell.kind == TableCell::Kind::Null;
        cells[i] = {cell.text, null ? ReadCell::Presence::Null : ReadCell::Presence::Value};
      }
      take(cells);
    }
    return TableBrowser::Continue::Yes;
  };
  const Status read = browser.exportTable(table, kRowsPerRead, rows);
  return missing.isOk() ? read : missing;
}

/// Each segment begins with the catalog.
bool hasJournal(const EngineOptions& options) {
  const auto names = posixFileSystem().list(options.dataDirectory + "/journal");
  return names && std::ranges::any_of(
                      *names, [](const std::string& name) { return name.starts_with("segment-"); });
}

}  // namespace

std::string describe(const StopReport& report) {
  const std::string persisted =
      "stopped; " + groupedNumber(report.persisted) + " change sets were persisted at the end";
  std::string behind;
  for (const StopReport::Behind& each : report.behind) {
    behind += "; sink " + each.sink + " lacks " + groupedNumber(each.lacks) +
              (each.lacks == 1 ? " change set" : " change sets") + " and goes on there next time";
  }
  if (report.left == 0) return persisted + ", nothing is left in the journal" + behind;
  const std::string why = report.status.isOk() ? "" : " (" + report.status.message() + ")";
  return persisted + ", " + groupedNumber(report.left) +
         " are left in the journal: they are safe, the next start carries on with them" + why +
         behind;
}

RefusalReport tellRefusals(EventLog& events) {
  return [&events, told = std::make_shared<std::atomic<std::uint64_t>>(0)](
             const std::string& file, std::uint64_t line, const Status& status) {
    const std::uint64_t before = told->fetch_add(1);
    if (before > kRefusalsTold) return;
    Event event;
    event.kind = EventKind::Workload;
    event.severity = Severity::Warning;
    event.what = before < kRefusalsTold
                     ? file + ":" + std::to_string(line) + ": " + status.message()
                     : file + ": further lines are not taken either; its end tells how many";
    events.append(std::move(event));
  };
}

ReplayFile replayFile(const std::string& path, const std::string& source) {
  if (!source.empty() || isStream(path)) return {path, source};
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::canonical(path, error);
  return {path, error ? path : canonical.string()};
}

EngineOptions withDefaults(EngineOptions options, const std::string& directory) {
  if (!directory.empty()) options.dataDirectory = directory;
  for (SinkOptions& sink : options.sinks) {
    if (sink.driver == "archive" && sink.directory.empty()) {
      sink.directory = options.dataDirectory + "/" + sink.name;
    }
    if (!sink.database.empty() || sink.driver != "sqlite") continue;
    const bool isFirst = &sink == &options.sinks.front();
    sink.database =
        options.dataDirectory + "/" + (isFirst ? "database" : "database-" + sink.name) + ".sqlite";
  }
  return options;
}

Result<std::unique_ptr<Application>> Application::start(EngineOptions options,
                                                        KeepHistory history) {
  std::unique_ptr<Application> application(new Application());
  EngineDependencies dependencies;
  dependencies.files = &posixFileSystem();
  dependencies.clock = &systemClock();
  const StoreStart start =
      hasJournal(options) ? StoreStart::CatalogKnown : StoreStart::NothingKnown;
  dependencies.openStore = [start](const SinkOptions& sink) { return openStore(sink, start); };
  dependencies.sampleHooks.push_back(
      [hook = &application->m_historyHook](const SnapshotPointer& sample) {
        if (History* to = hook->load(std::memory_order_acquire)) to->offer(sample);
      });
  Result<std::unique_ptr<Engine>> engine =
      Engine::start(std::move(options), std::move(dependencies));
  if (!engine) return engine.status();
  application->m_engine = std::move(*engine);
  if (history == KeepHistory::Yes) application->startHistory();
  application->startWorkloads();
  return application;
}

Application::~Application() { stop(std::chrono::milliseconds(0)); }

void Application::startHistory() {
  m_history = std::make_unique<History>(systemClock(), m_engine->events(),
                                        m_engine->options().dataDirectory + "/history.sqlite");
  m_history->start();
  m_historyHook.store(m_history.get(), std::memory_order_release);
}

void Application::startWorkloads() {
  WorkloadRunner::Environment environment;
  environment.port = &m_engine->port();
  environment.clock = &systemClock();
  environment.makeTables = [this](const std::string& sql) { return m_engine->runSchema(sql); };
  environment.readTable = tableReader();
  environment.event = [this](Event event) { m_engine->events().append(std::move(event)); };
  m_workloads = std::make_unique<WorkloadRunner>(std::move(environment));
  m_engine->setWorkloadHost(this);
}

/// With what commands have changed since the start; the primary first.
EngineOptions Application::optionsNow() const {
  EngineOptions options = m_engine->options();
  const SnapshotPointer sample = m_engine->samples().newest();
  if (!sample) return options;
  for (const SinkSnapshot& each : sample->sinks) {
    const auto sink = std::ranges::find(options.sinks, each.name, &SinkOptions::name);
    if (sink == options.sinks.end()) continue;
    sink->role = each.role;
    sink->flush.workers = each.workers;
  }
  const auto primary =
      std::ranges::find(options.sinks, m_engine->primary().name, &SinkOptions::name);
  if (primary != options.sinks.end()) std::rotate(options.sinks.begin(), primary, primary + 1);
  return options;
}

Result<TableBrowser> Application::browser(const std::string& sink) const {
  const std::vector<SinkOptions>& sinks = m_engine->options().sinks;
  const auto found = std::ranges::find(sinks, sink, &SinkOptions::name);
  if (!sink.empty() && found == sinks.end()) {
    return Status(StatusCode::NotFound, "there is no sink '" + sink + "'");
  }
  Result<BrowseTarget> target = browseTarget(sink.empty() ? m_engine->primary() : *found);
  if (!target) return target.status();
  return TableBrowser(std::move(*target));
}

TableReader Application::tableReader() const {
  return
      [this](const std::string& table, const std::vector<std::string>& columns, const auto& row) {
        const Result<TableBrowser> opened = browser("");
        if (!opened) return opened.status();
        return readWholeTable(*opened, table, columns, row);
      };
}

std::unique_ptr<EngineLink> Application::makeLink() {
  Engine* engine = m_engine.get();
  LocalLinkSources sources;
  sources.node = engine->options().node.name;
  sources.newest = [engine] { return engine->samples().newest(); };
  sources.samplesSince = [engine](std::uint64_t after, std::size_t max) {
    return engine->samples().since(after, max);
  };
  sources.eventsSince = [engine](std::uint64_t after, std::size_t max) {
    return engine->events().since(after, max).events;
  };
  sources.send = [engine](Command command) { engine->send(std::move(command)); };
  sources.takeAnswers = [engine] { return engine->takeAnswers(); };
  sources.readHistory = [this](const HistoryRequest& request) { return readHistory(request); };
  sources.browse = [this](const BrowseRequest& request) { return browse(request); };
  return std::make_unique<LocalLink>(std::move(sources));
}

HistoryPage Application::readHistory(const HistoryRequest& request) const {
  HistoryPage page;
  if (!m_history) {
    page.status = Status(StatusCode::Unsupported,
                         "this node keeps no history (the desktop application does)");
    return page;
  }
  Result<std::vector<HistoryPoint>> points = m_history->read(request);
  if (points) {
    page.points = std::move(*points);
  } else {
    page.status = points.status();
  }
  return page;
}

BrowsePage Application::browse(const BrowseRequest& request) const {
  switch (request.subject) {
    case BrowseSubject::Queue:
    case BrowseSubject::DeadLetters:
    case BrowseSubject::Trace:
    case BrowseSubject::Shards:
      return m_engine->browse(request);
    case BrowseSubject::Health:
      return healthPage(optionsNow(), request);
    case BrowseSubject::Tables:
    case BrowseSubject::Data:
      break;
  }
  const Result<TableBrowser> opened = browser(request.sink);
  if (opened) {
    return request.subject == BrowseSubject::Data ? dataPage(*opened, request)
                                                  : tablesPage(*opened);
  }
  BrowsePage page;
  page.status = opened.status();
  return page;
}

Status Application::start(const Command& command) {
  std::unique_ptr<Workload> workload;
  if (command.workload == "game") {
    workload = std::make_unique<Game>();
  } else if (command.workload == "replay") {
    if (command.file.empty()) return {StatusCode::Invalid, "replay: which file? (choose one)"};
    ReplayOptions options;
    options.files = {replayFile(command.file, {})};
    options.openSource = openSource;
    workload = std::make_unique<Replay>(posixFileSystem(), std::move(options),
                                        tellRefusals(m_engine->events()));
  } else {
    return {StatusCode::Unsupported,
            "workload '" + command.workload + "' is not available yet (there are game and replay)"};
  }
  return m_workloads->start(std::move(workload), {command.ratePerSecond, command.size});
}

Status Application::stop() { return m_workloads->requestStop(); }

StopReport Application::stop(std::chrono::milliseconds timeout) {
  if (!m_engine) return {};
  m_engine->setWorkloadHost(nullptr);
  m_workloads->abandon();
  StopReport report = m_engine->stop(timeout);
  m_historyHook.store(nullptr, std::memory_order_release);
  if (m_history) m_history->stop();
  return report;
}

}  // namespace penstock::app
