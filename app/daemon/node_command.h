// SPDX-License-Identifier: GPL-3.0-or-later
// One command of an operator to a stopped node: it is started, carries the command out, drains and
// is stopped again.
#pragma once

#include <string>

#include "base/status.h"
#include "engine/commands.h"
#include "engine/engine.h"
#include "engine/options.h"

namespace penstock::app {

struct CarriedOut {
  CommandAnswer answer;  ///< the last one
  StopReport stopped;
};

/// Errors: those of a start; why the command failed; Cancelled (by a signal).
Result<CarriedOut> carryOut(EngineOptions options, const Command& command);

/// Who is at the shell, as it is recorded with a decision.
std::string operatorName();

}  // namespace penstock::app
