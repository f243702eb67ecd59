// SPDX-License-Identifier: GPL-3.0-or-later
// Compares settings with advice: what the configuration says, what was found of the databases, and
// what to do where the two do not fit. All judgements stand here, and none of the facts: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/application/sink_report.h"
#include "engine/options.h"

namespace penstock::app {

/// Worst last.
enum class AdviceLevel : std::uint8_t {
  Good,      ///< looked at, and as it should be
  Note,      ///< to be known
  Warning,   ///< costs speed, or fails some day
  Critical,  ///< does not work so, or loses what was told to be safe
};
std::string_view adviceLevelName(AdviceLevel level);

struct Advice {
  AdviceLevel level = AdviceLevel::Good;
  std::string sink;     ///< empty: of the node
  std::string about;    ///< the setting, table or right
  std::string finding;  ///< `workers 8 > 5 connections that are left`
  std::string advice;   ///< what to do; empty when it is good
};

/// Of the node's own settings. `fileSystem`: of its data directory, where it is a network's.
std::vector<Advice> adviseOnNode(const EngineOptions& options, const std::string& fileSystem);
/// Of one sink, beside what was found.
std::vector<Advice> adviseOnSink(const SinkOptions& sink, const SinkReport& report);
/// All of it, the worst first. Expects: a report of each sink of `options`, in their order, the
/// primary first.
std::vector<Advice> adviseOnAll(const EngineOptions& options, const NodeReport& report);

/// `sink paris: max_connections: finding (advice)`.
std::string lineOf(const Advice& advice);

}  // namespace penstock::app
