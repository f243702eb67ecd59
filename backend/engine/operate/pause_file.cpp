// SPDX-License-Identifier: Apache-2.0
// A sink that is paused alone is three lines, as it always was: microseconds, who, why. With tables
// it is a line `penstock-pauses 2`, then one for each pause: what it is of (`sink` or `table`), the
// microseconds, who, why and the table, with a tab between them; in texts a backslash, a tab and
// the end of a line are written \\, \t, \n and \r.
#include "engine/operate/pause_file.h"

#include <algorithm>
#include <charconv>

#include "base/clock.h"
#include "base/log.h"
#include "model/codec_json.h"

namespace penstock {
namespace {

constexpr std::string_view kHeader = "penstock-pauses ";
constexpr std::uint32_t kVersion = 2;

std::string oneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

/// Takes what comes before the first `end` off `text`, with it.
std::string_view takeUpTo(char end, std::string_view& text) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::string escaped(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const std::size_t at = std::string_view("\\\t\n\r").find(c);
    if (at == std::string_view::npos) {
      line.push_back(c);
    } else {
      line.append({'\\', "\\tnr"[at]});
    }
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t at = line[i] == '\\' && i + 1 < line.size()
                               ? std::string_view("\\tnr").find(line[i + 1])
                               : std::string_view::npos;
    text.push_back(at == std::string_view::npos ? line[i] : "\\\t\n\r"[at]);
    i += at == std::string_view::npos ? 0 : 1;
  }
  return text;
}

template <typename Number>
bool readNumber(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

std::string lineOf(std::string_view scope, const Pause& pause, std::string_view table) {
  return std::string(scope) + '\t' + std::to_string(pause.sinceMicros) + '\t' + escaped(pause.who) +
         '\t' + escaped(pause.why) + '\t' + escaped(table) + '\n';
}

/// False: it is no such line.
bool readLine(std::string_view line, Pauses& pauses) {
  const std::string_view scope = takeUpTo('\t', line);
  TablePause read;
  if (!readNumber(takeUpTo('\t', line), read.pause.sinceMicros)) return false;
  read.pause.who = unescaped(takeUpTo('\t', line));
  read.pause.why = unescaped(takeUpTo('\t', line));
  read.table = unescaped(line);
  if (read.pause.who.empty()) return false;
  if (scope == "sink") {
    pauses.sink = read.pause;
    return true;
  }
  if (scope != "table" || read.table.empty()) return false;
  if (pauses.find(read.table) == nullptr) pauses.tables.push_back(std::move(read));
  return true;
}

Pause pauseOfNobody(const char* why) { return {"somebody", why, 0}; }

Pauses readFirstFormat(std::string_view rest) {
  Pause pause;
  (void)readNumber(takeUpTo('\n', rest), pause.sinceMicros);
  pause.who = takeUpTo('\n', rest);
  pause.why = takeUpTo('\n', rest);
  if (pause.who.empty()) pause = pauseOfNobody("noted by an earlier run");
  return {pause, {}};
}

}  // namespace

std::string TablePause::reason() const {
  std::string text = "table " + table + " is paused by " + pause.who;
  if (pause.sinceMicros > 0) {
    std::string since = formatUtc(WallTime{std::chrono::microseconds(pause.sinceMicros)});
    since.resize(std::string_view("2026-11-21T14:02:11").size());
    since[since.find('T')] = ' ';
    text += " since " + since + " UTC";
  }
  return pause.why.empty() ? text : text + ": " + pause.why;
}

const TablePause* Pauses::find(std::string_view table) const {
  const auto found = std::ranges::find(tables, table, &TablePause::table);
  return found == tables.end() ? nullptr : &*found;
}

const TablePause* Pauses::findFor(const DeadLetter& letter) const {
  if (const TablePause* const named = findNamedIn(letter.changeSet)) return named;
  if (letter.kind != kLetterHeld) return nullptr;
  const auto found = std::ranges::find_if(
      tables, [&](const TablePause& each) { return letter.reason.starts_with(each.reason()); });
  return found == tables.end() ? nullptr : &*found;
}

const TablePause* Pauses::findNamedIn(std::string_view changeSet) const {
  const auto found = std::ranges::find_if(tables, [&](const TablePause& each) {
    std::string text = "\"table\":";
    appendJsonString(text, each.table);
    return changeSet.find(text) != std::string_view::npos;
  });
  return found == tables.end() ? nullptr : &*found;
}

Result<Pauses> PauseFile::read() const {
  Pauses pauses;
  if (!m_files.exists(m_path)) return pauses;
  const Result<std::string> content = readWholeFile(m_files, m_path);
  if (!content) {
    logLine(LogLevel::Warning, content.status().withContext(m_path).message());
    pauses.sink = pauseOfNobody("noted by an earlier run");
    return pauses;
  }
  std::string_view rest = *content;
  if (!rest.starts_with(kHeader)) return readFirstFormat(rest);
  std::string_view header = takeUpTo('\n', rest);
  header.remove_prefix(kHeader.size());
  std::uint32_t version = 0;
  const bool isNumber = readNumber(header, version);
  if (isNumber && version > kVersion) {
    return Status(StatusCode::Unsupported,
                  m_path + ": what is paused was noted by a newer penstock, in format " +
                      std::to_string(version) +
                      " (start that one; or move the file away, then nothing is paused)");
  }
  bool isWhole = isNumber;
  while (!rest.empty()) isWhole = readLine(takeUpTo('\n', rest), pauses) && isWhole;
  if (!isWhole && !pauses.sink) pauses.sink = pauseOfNobody("the file of pauses is damaged");
  return pauses;
}

Status PauseFile::write(const Pauses& pauses) const {
  if (pauses.isEmpty()) return m_files.exists(m_path) ? m_files.remove(m_path) : Status::ok();
  std::string content;
  if (pauses.tables.empty()) {
    content = std::to_string(pauses.sink->sinceMicros) + '\n' + oneLine(pauses.sink->who) + '\n' +
              oneLine(pauses.sink->why) + '\n';
    return replaceFile(m_files, m_path, content);
  }
  content = std::string(kHeader) + std::to_string(kVersion) + '\n';
  if (pauses.sink) content += lineOf("sink", *pauses.sink, {});
  for (const TablePause& each : pauses.tables) content += lineOf("table", each.pause, each.table);
  return replaceFile(m_files, m_path, content);
}

}  // namespace penstock
