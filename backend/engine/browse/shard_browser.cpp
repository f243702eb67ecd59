// SPDX-License-Identifier: Apache-2.0
#include "engine/browse/shard_browser.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "base/number_text.h"

namespace penstock {
namespace {

PageCell text(std::string value) { return {std::move(value), PageCell::Kind::Text}; }
PageCell number(std::uint64_t value) { return {std::to_string(value), PageCell::Kind::Number}; }

std::string nameOf(Shard shard) {
  return shard == kAllShards ? "all" : std::to_string(toIndex(shard));
}

/// What only the sink as a whole can change.
std::string waitsForSink(SinkState state) {
  switch (state) {
    case SinkState::Paused:
      return "resume: the sink is paused";
    case SinkState::Retrying:
    case SinkState::Down:
      return "the database, which is tried again";
    case SinkState::Stopped:
      return "an operator: the sink has stopped";
    case SinkState::Starting:
      return "the start of the sink";
    case SinkState::Running:
    case SinkState::Idle:
      break;
  }
  return "a free worker, or linger";
}

std::string waitsForText(const ShardLoad& load, SinkState state) {
  if (load.waiting == 0) return load.inFlight > 0 ? "its commit" : "";
  const bool goesOn = state == SinkState::Running || state == SinkState::Idle;
  if (!goesOn) return waitsForSink(state);
  const bool isFound = load.behind != kNoSequence;
  const std::string behind = "sequence " + std::to_string(toNumber(load.behind)) +
                             (load.behindIn == load.shard || load.behindIn == kAllShards
                                  ? ""
                                  : " in shard " + nameOf(load.behindIn));
  switch (load.waitsFor) {
    case ShardLoad::WaitsFor::OwnCommit:
      return "its commit";
    case ShardLoad::WaitsFor::Entry:
      if (!isFound) return "an earlier one of the same row, key or unique value";
      return (load.isBehindInFlight ? "the commit of " : "its turn with or behind ") + behind +
             " (same row, key or unique value)";
    case ShardLoad::WaitsFor::Everything:
      return "all before it, from " + behind;
    case ShardLoad::WaitsFor::Decision:
      return "the decision about a dead letter, " + behind;
    case ShardLoad::WaitsFor::Nothing:
      break;
  }
  return waitsForSink(state);
}

std::vector<PageCell> rowOf(const ShardLoad& load, SinkState state, SteadyTime now) {
  PageCell age{{}, PageCell::Kind::Null};
  if (load.arrived) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - *load.arrived);
    age = number(static_cast<std::uint64_t>(std::max<std::int64_t>(0, waited.count())));
  }
  return {text(nameOf(load.shard)), number(toNumber(load.settled)),
          number(load.waiting),     number(load.inFlight),
          std::move(age),           text(waitsForText(load, state))};
}

bool holds(const std::vector<PageCell>& row, const std::string& filter) {
  return filter.empty() || std::ranges::any_of(row, [&](const PageCell& cell) {
           return cell.text.find(filter) != std::string::npos;
         });
}

}  // namespace

std::vector<std::vector<PageCell>> shardRows(const std::vector<ShardLoad>& loads, SinkState state,
                                             SteadyTime now) {
  std::vector<std::vector<PageCell>> rows;
  rows.reserve(loads.size());
  for (const ShardLoad& load : loads) rows.push_back(rowOf(load, state, now));
  return rows;
}

BrowsePage shardPage(const Sink& sink, const Clock& clock, const BrowseRequest& request) {
  BrowsePage page;
  page.subject = BrowseSubject::Shards;
  page.columns = {"shard", "checkpoint", "waiting", "in_flight", "oldest_age_ms", "waits_for"};
  page.offset = request.offset;
  const Result<SinkShards> shards = sink.shards();
  if (!shards) {
    page.total = 0;
    page.note = shards.status().message();
    return page;
  }
  SinkSnapshot snapshot;
  sink.fill(snapshot);
  auto rows = shardRows(shards->loads, snapshot.state, clock.steadyNow());
  std::erase_if(rows, [&](const auto& row) { return !holds(row, request.filter); });
  page.total = static_cast<std::int64_t>(rows.size());
  const std::size_t first = std::min<std::size_t>(request.offset, rows.size());
  const std::size_t end = std::min<std::size_t>(first + request.rowsMax, rows.size());
  page.rows.assign(std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(first)),
                   std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(end)));
  if (shards->isWindowFull) {
    page.note = "in memory; of " + groupedNumber(snapshot.queueDepth) +
                " that wait, more is read from the journal as these are settled";
  }
  return page;
}

}  // namespace penstock
