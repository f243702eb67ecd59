// SPDX-License-Identifier: GPL-3.0-or-later
// How far a command has come: sent, acknowledged, in effect, and in how many milliseconds. A pure
// value with its rules, told the time, so that `not confirmed` can be tested without waiting.
#pragma once

#include <QString>
#include <chrono>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "engine/engine_link.h"

namespace penstock::ui {

/// After this long without any answer a command is called `not confirmed`.
inline constexpr std::chrono::milliseconds kConfirmationPatience{2'000};

struct CommandProgress {
  enum class Stage : std::uint8_t { Sent, Acknowledged, InEffect, Failed, NotConfirmed };

  Command command;
  Stage stage = Stage::Sent;
  SteadyTime sentAt;
  std::optional<std::chrono::milliseconds> acknowledgedAfter;
  std::optional<std::chrono::milliseconds> endedAfter;
  QString message;  ///< what the node said, for people

  bool isOver() const { return stage == Stage::InEffect || stage == Stage::Failed; }
};

/// Takes an answer of the node in; a late answer confirms what was `not confirmed`.
void applyAnswer(CommandProgress& progress, const CommandAnswer& answer, SteadyTime now);

/// Returns true when the command was silent for too long and has just become `not confirmed`.
bool noticeSilence(CommandProgress& progress, SteadyTime now);

/// The verb as it stands on buttons: `Pause flushing`.
QString commandVerb(CommandKind kind);

/// One line: `sent → acknowledged 2 ms → in effect 9 ms`, or why it failed.
QString progressText(const CommandProgress& progress);
/// The same after its verb, and with what the node said: `Flush now: sent → … – 1,204 persisted`.
QString progressLine(const CommandProgress& progress);
/// What one click sent: one line for all, with the times of the slowest, while they are equally far
/// (`Resize pool, Apply settings: sent → …`); else, and when any failed, a line for each.
QString progressSummary(const std::vector<CommandProgress>& sentTogether);

}  // namespace penstock::ui
