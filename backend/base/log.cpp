// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "base/clock.h"
#include "base/utf8.h"

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

/// U+0000 to U+001F and U+007F to U+009F: terminals obey the second row too.
bool isControl(std::string_view letter) {
  const auto first = static_cast<unsigned char>(letter.front());
  if (letter.size() == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(letter[1]) < 0xa0;
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
  while (!text.empty()) {
    const std::size_t length = letterBytes(text);
    const std::string_view letter = text.substr(0, std::max<std::size_t>(1, length));
    text.remove_prefix(letter.size());
    if (length > 0 && !isControl(letter)) {
      escaped += letter;
      continue;
    }
    for (const char byte : letter) {
      constexpr char kHex[] = "0123456789abcdef";
      escaped += "\\x";
      escaped += kHex[static_cast<unsigned char>(byte) >> 4];
      escaped += kHex[static_cast<unsigned char>(byte) & 15];
    }
  }
  return escaped;
}

}  // namespace penstock
