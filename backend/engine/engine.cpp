// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <random>
#include <utility>

#include "base/log.h"
#include "engine/browse/letter_browser.h"
#include "engine/browse/queue_browser.h"
#include "engine/browse/shard_browser.h"
#include "engine/browse/trace_browser.h"
#include "engine/housekeeping.h"
#include "engine/node.h"
#include "engine/operate/control.h"
#include "engine/operate/letter_desk.h"
#include "engine/operate/loss_desk.h"
#include "engine/pipeline.h"
#include "metrics/ticks.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;

std::uint64_t newRunId() {
  std::random_device random;
  return (std::uint64_t{random()} << 20 | random()) & ((1ull << 53) - 1);
}

void logFailure(const char* chore, const Status& status) {
  if (!status.isOk()) logLine(LogLevel::Warning, std::string(chore) + ": " + status.message());
}

}  // namespace

/// In the order in which they are made; each uses only what stands above it.
struct Engine::Parts {
  Parts(EngineOptions engineOptions, EngineDependencies engineDependencies)
      : options(std::move(engineOptions)),
        dependencies(std::move(engineDependencies)),
        events(*dependencies.clock),
        pipeline(options, {*dependencies.files, *dependencies.clock, events}) {}

  const EngineOptions options;
  const EngineDependencies dependencies;
  EventLog events;
  SnapshotRing ring;
  Pipeline pipeline;
  std::unique_ptr<LetterDesk> letterDesk;
  std::unique_ptr<LossDesk> lossDesk;
  std::unique_ptr<Node> node;
  std::unique_ptr<TraceBrowser> tracer;
  std::unique_ptr<Control> control;
  std::unique_ptr<Housekeeping> housekeeping;
  std::unique_ptr<TickWaiter> ticks;
  std::unique_ptr<Sampler> sampler;
  bool stopped = false;

  std::vector<Housekeeping::Chore> chores();
  BrowsePage waiting(const BrowseRequest& request);
  BrowsePage deadLetters(const BrowseRequest& request);
  BrowsePage shards(const BrowseRequest& request);
  /// Empty: the primary. Null: there is none of this name.
  Sink* find(const std::string& sink);
  static BrowsePage noSuchSink(const BrowseRequest& request);
};

Engine::Engine(EngineOptions options, EngineDependencies dependencies)
    : m_parts(std::make_unique<Parts>(std::move(options), std::move(dependencies))) {}

Engine::~Engine() { stop(0ms); }

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options,
                                              EngineDependencies dependencies) {
  CHECK(dependencies.files != nullptr && dependencies.clock != nullptr);
  RETURN_IF_ERROR(dependencies.files->createDirectories(options.dataDirectory));
  std::unique_ptr<Engine> engine(new Engine(std::move(options), std::move(dependencies)));
  RETURN_IF_ERROR(engine->startParts());
  return engine;
}

Status Engine::startParts() {
  Parts& parts = *m_parts;
  const EngineDependencies& outside = parts.dependencies;
  RETURN_IF_ERROR(parts.pipeline.open(outside.openStore));
  Pipeline* pipeline = &parts.pipeline;
  parts.letterDesk = std::make_unique<LetterDesk>(LetterDesk::Parts{
      pipeline->journal(), pipeline->submitter(), *outside.clock,
      [pipeline](std::string_view sink) -> Store& { return pipeline->find(sink)->store(); },
      [pipeline](std::string_view sink, const DeadLetter& letter) {
        const Pauses paused = pipeline->find(sink)->pauses();
        const TablePause* const pause = paused.findFor(letter);
        return pause != nullptr ? pause->reason() : std::string();
      },
      [pipeline] { return pipeline->refreshCatalog(); }});
  parts.lossDesk =
      std::make_unique<LossDesk>(LossDesk::Parts{pipeline->journal(), *outside.clock, [pipeline] {
                                                   for (const auto& sink : pipeline->sinks()) {
                                                     sink->lookAgain();
                                                     (void)sink->tryStart();  // its state tells
                                                   }
                                                 }});
  parts.node =
      std::make_unique<Node>(parts.options, parts.pipeline,
                             Node::Desks{*parts.letterDesk, *parts.lossDesk}, *outside.files);
  parts.tracer = std::make_unique<TraceBrowser>(TraceBrowser::Parts{
      pipeline->journal(),
      [pipeline] {
        std::vector<TraceBrowser::AskedSink> asked;
        for (const auto& sink : pipeline->sinks()) {
          asked.push_back({sink->name(), sink->settled(), &sink->store()});
        }
        return asked;
      },
      [pipeline](const DeadLetter& letter, std::string& to) {
        return pipeline->submitter().encodeJson(letter.changeSet, "dead letters", {}, to);
      }});
  parts.control = std::make_unique<Control>(*parts.node, parts.events, *outside.clock,
                                            [pipeline] { pipeline->measureBudgets(); });
  parts.housekeeping = std::make_unique<Housekeeping>(parts.chores());
  parts.ticks = std::make_unique<SystemTickWaiter>();
  parts.sampler = std::make_unique<Sampler>(*outside.clock, *parts.ticks, parts.ring,
                                            SamplerSettings{.runId = newRunId()});
  Event started;
  started.kind = EventKind::Started;
  started.what = "node " + parts.options.node.name + " started";
  parts.events.append(std::move(started));
  parts.control->start();
  parts.housekeeping->start();
  Node* node = parts.node.get();
  parts.sampler->start([node](Snapshot& snapshot) { node->collect(snapshot); },
                       outside.sampleHooks);
  return Status::ok();
}

std::vector<Housekeeping::Chore> Engine::Parts::chores() {
  return {
      {"prepare segments", 200ms,
       [this] { logFailure("preparing segments", pipeline.journal().prepareSpares()); }},
      {"retire segments", 200ms,
       [this] { logFailure("retiring segments", pipeline.retireSegments()); }},
      {"start sinks", 500ms,
       [this] {
         for (const auto& sink : pipeline.sinks()) (void)sink->tryStart();  // its state tells
       }},
      {"decide dead letters", 50ms, [this] { letterDesk->work(); }},
      {"decide about damage", 50ms, [this] { lossDesk->work(); }},
      {"count dead letters", 2s,
       [this] {
         for (const auto& sink : pipeline.sinks()) sink->countDeadLetters();
       }},
      {"find the oldest", 1s,
       [this] {
         for (const auto& sink : pipeline.sinks()) sink->findOldest();
       }},
      {"detach laggards", limits::kLagLookEvery, [this] { pipeline.detachLaggards(); }},
      {"snapshot known ids", 10s,
       [this] { logFailure("snapshot of known ids", pipeline.known().writeSnapshots()); }},
  };
}

SubmitPort& Engine::port() { return m_parts->pipeline.submitter(); }

const SnapshotRing& Engine::samples() const { return m_parts->ring; }

EventLog& Engine::events() { return m_parts->events; }

const EngineOptions& Engine::options() const { return m_parts->options; }

const SinkOptions& Engine::primary() const { return m_parts->pipeline.primary().options(); }

Snapshot Engine::totals() const {
  Snapshot totals;
  const IntakeCounters& intake = m_parts->pipeline.counters();
  copyTotals(intake, totals);
  totals.ackMicros = intake.ackMicros.copy().since(HistogramCopy());
  for (const Sink* sink : m_parts->pipeline.primaryFirst()) {
    SinkSnapshot& each = totals.sinks.emplace_back();
    each.name = sink->name();
    copyTotals(sink->counters(), each);
    each.commitMicros = sink->counters().commitMicros.copy().since(HistogramCopy());
  }
  return totals;
}

void Engine::send(Command command) { m_parts->control->send(std::move(command)); }

std::vector<CommandAnswer> Engine::takeAnswers() { return m_parts->control->takeAnswers(); }

void Engine::setWorkloadHost(WorkloadHost* host) { m_parts->node->setWorkloadHost(host); }

Status Engine::runSchema(std::string_view sql) { return m_parts->pipeline.runSchema(sql); }

BrowsePage Engine::browse(const BrowseRequest& request) {
  if (request.subject == BrowseSubject::Queue) return m_parts->waiting(request);
  if (request.subject == BrowseSubject::DeadLetters) return m_parts->deadLetters(request);
  if (request.subject == BrowseSubject::Trace) return m_parts->tracer->page(request);
  if (request.subject == BrowseSubject::Shards) return m_parts->shards(request);
  BrowsePage page;
  page.subject = request.subject;
  page.status = Status(StatusCode::Unsupported, "the engine does not read tables");
  return page;
}

BrowsePage Engine::Parts::deadLetters(const BrowseRequest& request) {
  Sink* sink = find(request.sink);
  return sink != nullptr ? letterPage(sink->store(), request) : noSuchSink(request);
}

Sink* Engine::Parts::find(const std::string& sink) {
  return sink.empty() ? &pipeline.primary() : pipeline.find(sink);
}

BrowsePage Engine::Parts::noSuchSink(const BrowseRequest& request) {
  BrowsePage page;
  page.subject = request.subject;
  page.status = Status(StatusCode::NotFound, "there is no sink '" + request.sink + "'");
  return page;
}

BrowsePage Engine::Parts::waiting(const BrowseRequest& request) {
  const Sink* sink = find(request.sink);
  if (sink == nullptr) return noSuchSink(request);
  return QueueBrowser(pipeline.journal(), *dependencies.clock, [sink] { return sink->settled(); })
      .page(request);
}

BrowsePage Engine::Parts::shards(const BrowseRequest& request) {
  if (const Sink* sink = find(request.sink)) {
    return shardPage(*sink, *dependencies.clock, request);
  }
  return noSuchSink(request);
}

StopReport Engine::stop(std::chrono::milliseconds timeout) {
  StopReport report;
  Parts& parts = *m_parts;
  if (parts.stopped || !parts.node) return report;
  parts.stopped = true;
  parts.node->setStopping();
  parts.node->setWorkloadHost(nullptr);
  parts.pipeline.gate().close(Status(StatusCode::Unavailable, "the node is stopping"));
  // What was accepted is synced before the drain, so that it is part of it.
  const Status closed = parts.pipeline.journal().close();
  logFailure("closing the journal", closed);
  Sink& primary = parts.pipeline.primary();
  const std::uint64_t before = primary.progress().settledSets;
  if (timeout.count() > 0) {
    // Nobody can resume it any more: there is nothing to wait for.
    const auto wait = primary.pauses().sink ? std::chrono::milliseconds(0) : timeout;
    const SteadyTime now = parts.dependencies.clock->steadyNow();
    report.status = parts.pipeline.flushAndWait(now + wait);
    parts.pipeline.flushOthers(now + timeout);
  }
  if (report.status.isOk()) report.status = closed;
  report.persisted = primary.progress().settledSets - before;
  stopThreads();
  const FileJournal& journal = parts.pipeline.journal();
  report.left = journal.distanceFrom(primary.settled()).records;
  for (const Sink* each : parts.pipeline.primaryFirst()) {
    const std::uint64_t lacks = journal.distanceFrom(each->settled()).records;
    if (each != &primary && lacks > 0) report.behind.push_back({each->name(), lacks});
  }
  return report;
}

/// Against the order of starting: nobody is called by a thread whose use has ended.
void Engine::stopThreads() {
  Parts& parts = *m_parts;
  parts.housekeeping->stop();
  parts.control->stop();
  parts.sampler->stop();
  parts.pipeline.close();
  logFailure("snapshot of known ids", parts.pipeline.known().writeSnapshots());
}

}  // namespace penstock
