// SPDX-License-Identifier: GPL-3.0-or-later
// Reads single values of a TOML file into options: sizes ("64 MiB"), durations ("250 ms"), choices
// and numbers within a range. A rule per key, so that an unknown key can name its nearest
// neighbour.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "base/status.h"

namespace penstock::app {

/// `64 MiB`, `8 GiB`, `512 KiB`, `100 B`; a plain number is bytes. Errors: Invalid.
Result<std::uint64_t> parseSize(std::string_view text);
/// `250 ms`, `30 s`, `5 min`, `1 h`, `7 d`. Errors: Invalid.
Result<std::chrono::milliseconds> parseDuration(std::string_view text);

/// How one key is read. Returns why the value is refused, without the key's name.
using KeyReader = std::function<Status(const toml::node& value)>;

struct KeyRule {
  std::string name;
  KeyReader read;
};

struct NumberRange {
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
};

KeyReader readText(std::string& into);
KeyReader readTexts(std::vector<std::string>& into);
KeyReader readSwitch(std::function<void(bool)> apply);
KeyReader readNumber(NumberRange range, std::function<void(std::int64_t)> apply);
KeyReader readReal(std::function<void(double)> apply);
/// Range in bytes.
KeyReader readSize(NumberRange range, std::function<void(std::uint64_t)> apply);
/// Range in milliseconds.
KeyReader readDuration(NumberRange range, std::function<void(std::chrono::milliseconds)> apply);

struct Choice {
  std::string word;
  std::function<void()> apply;  ///< empty: known, and not available yet
};
KeyReader readChoice(std::vector<Choice> choices);
/// A key that is known and whose feature is not built yet; `harmless` is the one value accepted.
KeyReader notAvailableYet(std::string harmless);

/// Reads every key of `table` by its rule. Errors: Invalid, `LINE: [section] key: why`.
Status readKeys(const toml::table& table, std::string_view section,
                const std::vector<KeyRule>& rules);

/// `at line 12: [flush] workers: message`.
Status invalidAt(const toml::node& node, std::string_view place, std::string_view message);

}  // namespace penstock::app
