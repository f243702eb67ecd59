// SPDX-License-Identifier: GPL-3.0-or-later
// The calls of penstockd, each a function from its words to an exit code. They print what users and
// scripts read to stdout, and errors as one line to stderr.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/daemon/command_line.h"

namespace penstock::app {

using Words = std::vector<std::string>;

/// `run`: until SIGINT or SIGTERM, then drains.
ExitCode runCall(const Words& words);
/// `replay FILE…`
ExitCode replayCall(const Words& words);
/// `journal verify|dump|accept-loss DIR`, `journal salvage DIR OUT`
ExitCode journalCall(const Words& words);
/// `queue peek|trace`
ExitCode queueCall(const Words& words);
/// `dead-letters list|retry|discard|export`
ExitCode deadLettersCall(const Words& words);
/// `archive verify DIR`
ExitCode archiveCall(const Words& words);
/// `export TABLE|queue|archive --to FILE`
ExitCode exportCall(const Words& words);
/// What `export` is made of. Hands over every change set that waits for the primary of a stopped
/// node, as a line that replay takes, until `take` fails. Returns how many.
using TakeLine = std::function<Status(const std::string& line)>;
Result<std::uint64_t> writeQueue(const CallArguments& arguments, const TakeLine& take);
/// Puts an archive into the new file `path`.
ExitCode exportArchive(const CallArguments& arguments, const std::string& path);

/// `check FILE`
ExitCode checkCall(const Words& words);

}  // namespace penstock::app
