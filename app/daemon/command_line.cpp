// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/command_line.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "app/application/application.h"
#include "app/application/config_file.h"
#include "base/log.h"
#include "model/catalog.h"

namespace penstock::app {
namespace {

/// Where a node keeps its data when nothing says otherwise (XDG base directories).
std::string defaultDataDirectory() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    return std::string(data) + "/penstock";
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : ".") + "/.local/share/penstock";
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<CallArguments> CallArguments::parse(const std::vector<std::string>& words,
                                           const std::vector<std::string>& options,
                                           const std::vector<std::string>& switches) {
  CallArguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      arguments.m_positional.insert(arguments.m_positional.end(),
                                    words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                    words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      arguments.m_positional.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (contains(switches, name) && equals == std::string::npos) {
      arguments.m_values[name] = {};
    } else if (contains(switches, name)) {
      return Status(StatusCode::Invalid, name + " takes no value (write it alone)");
    } else if (!contains(options, name)) {
      std::vector<std::string> known = options;
      known.insert(known.end(), switches.begin(), switches.end());
      const std::string nearest = nearestName(name, known);
      return Status(
          StatusCode::Invalid,
          "unknown option " + name +
              (nearest.empty() ? " (see penstockd --help)" : " (did you mean " + nearest + "?)"));
    } else if (equals != std::string::npos) {
      arguments.m_values[name] = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      arguments.m_values[name] = words[++i];
    } else {
      return Status(StatusCode::Invalid, name + " needs a value (see penstockd --help)");
    }
  }
  return arguments;
}

std::optional<std::string> CallArguments::value(const std::string& option) const {
  const auto found = m_values.find(option);
  return found == m_values.end() ? std::nullopt : std::optional(found->second);
}

bool CallArguments::has(const std::string& switchName) const {
  return m_values.count(switchName) > 0;
}

Result<std::uint64_t> CallArguments::number(const std::string& option, std::uint64_t minimum,
                                            std::uint64_t fallback) const {
  const std::optional<std::string> text = value(option);
  if (!text) return fallback;
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && number >= minimum) return number;
  return Status(StatusCode::Invalid,
                option + ": '" + *text +
                    "' is no number that fits (write a whole number of at least " +
                    std::to_string(minimum) + ")");
}

Result<std::string> verbOf(const CallArguments& arguments, const std::string& call,
                           const std::vector<std::string>& verbs,
                           const std::vector<std::string>& later) {
  const auto& words = arguments.positional();
  const std::string verb = words.size() == 1 ? words.front() : std::string();
  if (std::ranges::find(verbs, verb) != verbs.end()) return verb;
  std::string known;
  for (const std::string& each : verbs) known += (known.empty() ? "" : ", ") + each;
  if (!words.empty() && std::ranges::find(later, words.front()) != later.end()) {
    return Status(StatusCode::Unsupported,
                  call + " " + words.front() + ": not available yet (there is " + known + ")");
  }
  return Status(StatusCode::Invalid,
                call + ": what of it? (write " + call + " and one of: " + known + ")");
}

ExitCode fail(const Status& status) {
  std::fprintf(stderr, "penstockd: %s\n", escapeForLog(status.message()).c_str());
  const bool usage =
      status.code() == StatusCode::Invalid || status.code() == StatusCode::Unsupported;
  return usage ? ExitCode::Usage : ExitCode::Failed;
}

Result<EngineOptions> optionsFrom(const CallArguments& arguments) {
  return optionsFrom(arguments, arguments.value("--config"));
}

Result<EngineOptions> optionsFrom(const CallArguments& arguments,
                                  const std::optional<std::string>& configFile) {
  EngineOptions options;
  if (arguments.value("--data-dir") == "") {
    return Status(StatusCode::Invalid,
                  "--data-dir: is empty (an unset variable? name a directory)");
  }
  if (configFile) {
    Result<EngineOptions> read = readConfigFile(*configFile);
    if (!read) return Status(StatusCode::Invalid, read.status().message());
    options = std::move(*read);
  }
  std::string directory = arguments.value("--data-dir").value_or(options.dataDirectory);
  if (directory.empty()) directory = defaultDataDirectory();
  return withDefaults(std::move(options), directory);
}

}  // namespace penstock::app
