// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/toml_values.h"

#include <array>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

#include "base/log.h"
#include "base/number_text.h"
#include "model/catalog.h"

namespace penstock::app {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

/// A decimal number, optional spaces, a unit. Errors: Invalid.
Result<double> parseWithUnit(std::string_view text, std::span<const Unit> units,
                             std::string_view example) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const Status wrong(StatusCode::Invalid, "'" + std::string(text) + "' is not understood (write " +
                                              std::string(example) + ")");
  if (error != std::errc() || !std::isfinite(number) || number < 0) return wrong;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& known : units) {
    if (unit == known.name && number * known.factor < 9e15) return number * known.factor;
  }
  return wrong;
}

Status wrongType(std::string_view wanted) {
  return {StatusCode::Invalid, "must be " + std::string(wanted)};
}

Status outOfRange(const std::string& value, const std::string& minimum,
                  const std::string& maximum) {
  return {StatusCode::Invalid, value + " is out of range (" + minimum + " to " + maximum + ")"};
}

std::string durationText(std::int64_t millis) {
  if (millis >= 1000 && millis % 1000 == 0) return std::to_string(millis / 1000) + " s";
  return std::to_string(millis) + " ms";
}

}  // namespace

Result<std::uint64_t> parseSize(std::string_view text) {
  constexpr std::array<Unit, 6> kUnits{{{"", 1},
                                        {"B", 1},
                                        {"KiB", 1024.0},
                                        {"MiB", 1024.0 * 1024},
                                        {"GiB", 1024.0 * 1024 * 1024},
                                        {"TiB", 1024.0 * 1024 * 1024 * 1024}}};
  const Result<double> bytes = parseWithUnit(text, kUnits, "\"64 MiB\"");
  if (!bytes) return bytes.status();
  return static_cast<std::uint64_t>(*bytes);
}

Result<std::chrono::milliseconds> parseDuration(std::string_view text) {
  constexpr std::array<Unit, 5> kUnits{
      {{"ms", 1}, {"s", 1e3}, {"min", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}}};
  const Result<double> millis = parseWithUnit(text, kUnits, "\"250 ms\", \"30 s\" or \"1 h\"");
  if (!millis) return millis.status();
  return std::chrono::milliseconds(static_cast<std::int64_t>(*millis));
}

KeyReader readText(std::string& into) {
  return [&into](const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    if (!text) return wrongType("a string");
    into = *text;
    return Status::ok();
  };
}

KeyReader readTexts(std::vector<std::string>& into) {
  return [&into](const toml::node& node) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return wrongType("a list of strings");
    for (const toml::node& each : *array) {
      const auto text = each.value_exact<std::string>();
      if (!text) return wrongType("a list of strings");
      into.push_back(*text);
    }
    return Status::ok();
  };
}

KeyReader readSwitch(std::function<void(bool)> apply) {
  return [apply = std::move(apply)](const toml::node& node) {
    const auto value = node.value_exact<bool>();
    if (!value) return wrongType("true or false");
    apply(*value);
    return Status::ok();
  };
}

KeyReader readNumber(NumberRange range, std::function<void(std::int64_t)> apply) {
  return [range, apply = std::move(apply)](const toml::node& node) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value) return wrongType("a whole number");
    if (*value < range.minimum || *value > range.maximum) {
      return outOfRange(groupedNumber(*value), groupedNumber(range.minimum),
                        groupedNumber(range.maximum));
    }
    apply(*value);
    return Status::ok();
  };
}

KeyReader readReal(std::function<void(double)> apply) {
  return [apply = std::move(apply)](const toml::node& node) {
    const auto value = node.value<double>();
    if (!value || !std::isfinite(*value) || *value <= 0) return wrongType("a number above 0");
    apply(*value);
    return Status::ok();
  };
}

KeyReader readSize(NumberRange range, std::function<void(std::uint64_t)> apply) {
  return [range, apply = std::move(apply)](const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    if (!text) return wrongType("a size such as \"64 MiB\"");
    const Result<std::uint64_t> bytes = parseSize(*text);
    if (!bytes) return bytes.status();
    if (static_cast<std::int64_t>(*bytes) < range.minimum ||
        static_cast<std::int64_t>(*bytes) > range.maximum) {
      return outOfRange(*text, byteText(static_cast<std::uint64_t>(range.minimum)),
                        byteText(static_cast<std::uint64_t>(range.maximum)));
    }
    apply(*bytes);
    return Status::ok();
  };
}

KeyReader readDuration(NumberRange range, std::function<void(std::chrono::milliseconds)> apply) {
  return [range, apply = std::move(apply)](const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    if (!text) return wrongType("a duration such as \"250 ms\"");
    const auto duration = parseDuration(*text);
    if (!duration) return duration.status();
    if (duration->count() < range.minimum || duration->count() > range.maximum) {
      return outOfRange(*text, durationText(range.minimum), durationText(range.maximum));
    }
    apply(*duration);
    return Status::ok();
  };
}

KeyReader readChoice(std::vector<Choice> choices) {
  return [choices = std::move(choices)](const toml::node& node) {
    const auto text = node.value_exact<std::string>();
    std::string words;
    std::string available;
    for (const Choice& choice : choices) {
      const std::string word = "\"" + choice.word + "\"";
      words += (words.empty() ? "" : ", ") + word;
      if (choice.apply) available += (available.empty() ? "" : ", ") + word;
    }
    for (const Choice& choice : choices) {
      if (!text || *text != choice.word) continue;
      if (!choice.apply) {
        return Status(StatusCode::Unsupported,
                      "\"" + choice.word + "\" is not available yet (there is " + available + ")");
      }
      choice.apply();
      return Status::ok();
    }
    return wrongType("one of " + words);
  };
}

KeyReader notAvailableYet(std::string harmless) {
  return [harmless = std::move(harmless)](const toml::node& node) {
    std::ostringstream written;
    node.visit([&](const auto& value) { written << toml::node_view<const toml::node>(value); });
    if (written.str() == harmless) return Status::ok();
    return Status(StatusCode::Unsupported, "not available yet (leave it out)");
  };
}

Status invalidAt(const toml::node& node, std::string_view place, std::string_view message) {
  std::string text = "line " + std::to_string(node.source().begin.line) + ": ";
  text += escapeForLog(place);
  text += ": ";
  text += escapeForLog(message);
  return {StatusCode::Invalid, std::move(text)};
}

Status readKeys(const toml::table& table, std::string_view section,
                const std::vector<KeyRule>& rules) {
  std::vector<std::string> known;
  known.reserve(rules.size());
  for (const KeyRule& rule : rules) known.push_back(rule.name);
  for (const auto& [key, node] : table) {
    const std::string place = std::string(section) + " " + std::string(key.str());
    const KeyRule* found = nullptr;
    for (const KeyRule& rule : rules) {
      if (rule.name == key.str()) found = &rule;
    }
    if (found == nullptr) {
      const std::string nearest = nearestName(key.str(), known);
      return invalidAt(
          node, place,
          nearest.empty() ? "unknown key" : "unknown key (did you mean '" + nearest + "'?)");
    }
    const Status read = found->read(node);
    if (!read.isOk()) return invalidAt(node, place, read.message());
  }
  return Status::ok();
}

}  // namespace penstock::app
