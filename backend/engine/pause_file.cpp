// SPDX-License-Identifier: Apache-2.0
// Three lines: microseconds, who, why.
#include "engine/pause_file.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"

namespace penstock {
namespace {

std::string oneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

/// Takes the first line off `text`.
std::string_view takeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::optional<Pause> PauseFile::read() const {
  if (!m_files.exists(m_path)) return std::nullopt;
  Pause pause{"somebody", "noted by an earlier run", 0};
  const Result<std::string> content = readWholeFile(m_files, m_path);
  if (!content) {
    logLine(LogLevel::Warning, content.status().withContext(m_path).message());
    return pause;
  }
  std::string_view rest = *content;
  const std::string_view since = takeLine(rest);
  std::from_chars(since.data(), since.data() + since.size(), pause.sinceMicros);
  const std::string_view who = takeLine(rest);
  if (who.empty()) return pause;
  pause.who = who;
  pause.why = takeLine(rest);
  return pause;
}

Status PauseFile::write(const Pause& pause) const {
  return replaceFile(m_files, m_path,
                     std::to_string(pause.sinceMicros) + '\n' + oneLine(pause.who) + '\n' +
                         oneLine(pause.why) + '\n');
}

Status PauseFile::remove() const {
  return m_files.exists(m_path) ? m_files.remove(m_path) : Status::ok();
}

}  // namespace penstock
