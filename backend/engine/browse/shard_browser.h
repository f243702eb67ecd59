// SPDX-License-Identifier: Apache-2.0
// The shards of a sink with several lanes, for people: how far each is settled, what waits in it
// and what for. A look into memory; no worker and no database is asked.
#pragma once

#include <vector>

#include "base/clock.h"
#include "engine/engine_link.h"
#include "engine/sink.h"

namespace penstock {

/// A row for each: shard, checkpoint, waiting, in_flight, oldest_age_ms, waits_for. Threads: any.
/// `state`: of their sink.
std::vector<std::vector<PageCell>> shardRows(const std::vector<ShardLoad>& loads, SinkState state,
                                             SteadyTime now);

/// A page of them that hold the filter. A sink without shards has no rows, and a note that says
/// why. Threads: any.
/// Limits: what waits in the journal and is not in memory yet is not told apart; the note says so.
BrowsePage shardPage(const Sink& sink, const Clock& clock, const BrowseRequest& request);

}  // namespace penstock
