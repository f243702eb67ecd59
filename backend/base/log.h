// SPDX-License-Identifier: Apache-2.0
// One line per message to stderr: time, level, what happened. Text from outside is escaped, so that
// a log line is one line whatever a change set holds. No secret is ever passed to it.
#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// Silence is no level of a message: with it, nothing is written.
enum class LogLevel { Debug, Info, Warning, Error, Silence };

/// Threads: any. Lines are never mixed.
void logLine(LogLevel level, std::string_view message);

/// Lines below `level` are not written. Default: Info.
void setLogLevel(LogLevel level);

/// `text` with control characters, and bytes that are no UTF-8 letter boundary, as `\xNN`.
std::string escapeForLog(std::string_view text);

}  // namespace penstock
