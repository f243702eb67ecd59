// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <atomic>
#include <cstdio>

#include "base/clock.h"

namespace penstock {
namespace {

std::atomic<LogLevel> minimumLevel{LogLevel::Info};

constexpr const char* levelName(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
    case LogLevel::Silence:
      return "error";
  }
  return "error";
}

}  // namespace

void logLine(LogLevel level, std::string_view message) {
  if (level < minimumLevel.load(std::memory_order_relaxed)) return;
  const std::string line = formatUtc(systemClock().wallNow()) + " " + levelName(level) + " " +
                           escapeForLog(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);  // one call: stdio locks the stream
}

void setLogLevel(LogLevel level) { minimumLevel.store(level, std::memory_order_relaxed); }

std::string escapeForLog(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20 && byte != 0x7f) {
      escaped += letter;
      continue;
    }
    constexpr char kHex[] = "0123456789abcdef";
    escaped += "\\x";
    escaped += kHex[byte >> 4];
    escaped += kHex[byte & 15];
  }
  return escaped;
}

}  // namespace penstock
