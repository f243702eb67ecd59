// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/sink_section.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <toml++/toml.h>

#include "app/application/config_file.h"

namespace penstock::app {
namespace {

/// A basic string of TOML.
std::string tomlText(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      made += '\\';
      made += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\u%04X", byte);
      made += code.data();
    } else {
      made += c;
    }
  }
  return made + "\"";
}

void add(std::string& section, const char* key, const std::string& value) {
  if (!value.empty()) section += std::string(key) + " = " + tomlText(value) + "\n";
}

/// Expects: it can be parsed.
bool namesSinks(std::string_view config) { return toml::parse(config).get("sink") != nullptr; }

bool endsWithLine(std::string_view text) { return text.empty() || text.ends_with('\n'); }

}  // namespace

std::string sinkSection(const SinkOptions& sink) {
  std::string section = "[[sink]]\n";
  add(section, "name", sink.name);
  add(section, "role", sink.role);
  add(section, "driver", sink.driver);
  add(section, "host", sink.host);
  if (sink.port != 0) section += "port = " + std::to_string(sink.port) + "\n";
  add(section, "database", sink.database);
  add(section, "directory", sink.directory);
  add(section, "user", sink.user);
  add(section, "password_file", sink.passwordFile);
  add(section, "options", sink.options);
  return section;
}

Result<std::string> withSink(std::string_view config, const std::string& name,
                             const SinkOptions& sink) {
  const Result<EngineOptions> before = parseConfig(config, name);
  if (!before) return before.status();
  std::string text(config);
  if (!endsWithLine(text)) text += '\n';
  if (!namesSinks(config)) {
    text += "\n# The primary, which was there without being named.\n" +
            sinkSection(before->sinks.front());
  }
  text += (text.empty() ? "" : "\n") + sinkSection(sink);
  const Result<EngineOptions> after = parseConfig(text, name);
  if (!after) return after.status();
  return text;
}

Status addSinkToFile(FileSystem& files, const std::string& path, const SinkOptions& sink) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(path, error);
  if (error) return {StatusCode::IoError, path + ": " + error.message()};
  const Result<std::string> before = readWholeFile(files, file.string());
  if (!before) return before.status();
  const Result<std::string> after = withSink(*before, path, sink);
  if (!after) return after.status();
  const auto rights = std::filesystem::status(file, error).permissions();
  RETURN_IF_ERROR(replaceFile(files, file.string(), *after));
  std::filesystem::permissions(file, rights, error);
  if (error) return {StatusCode::IoError, path + ": its rights: " + error.message()};
  return Status::ok();
}

}  // namespace penstock::app
