// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of penstockd: which call with which options and arguments, and the exit codes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "engine/options.h"

namespace penstock::app {

/// What a call ends with.
enum class ExitCode : int {
  Good = 0,
  Failed = 1,
  Usage = 2,        ///< wrong usage or configuration
  Differences = 3,  ///< finished, but with dead letters, rejected lines, damage or a difference
};

/// Options and arguments of one call, taken apart.
class CallArguments {
 public:
  /// `options` are names that take a value (`--config`), `switches` those that take none.
  /// What follows `--` is no option. Errors: Invalid, naming the nearest known option.
  static Result<CallArguments> parse(const std::vector<std::string>& words,
                                     const std::vector<std::string>& options,
                                     const std::vector<std::string>& switches);

  const std::vector<std::string>& positional() const { return m_positional; }
  std::optional<std::string> value(const std::string& option) const;
  bool has(const std::string& switchName) const;
  /// A whole number of at least `minimum`; `fallback` when the option is not there.
  Result<std::uint64_t> number(const std::string& option, std::uint64_t minimum,
                               std::uint64_t fallback) const;

 private:
  std::vector<std::string> m_positional;
  std::map<std::string, std::string> m_values;
};

/// Which of a call's verbs (`dead-letters list`) is meant: the one positional argument. Errors:
/// Unsupported (one of `later`), Invalid, naming those that there are.
Result<std::string> verbOf(const CallArguments& arguments, const std::string& call,
                           const std::vector<std::string>& verbs,
                           const std::vector<std::string>& later);

/// Prints `penstockd: message` to stderr and returns the code that fits it.
ExitCode fail(const Status& status);

/// `--config` and `--data-dir`, together with all defaults. Errors: those of the file.
Result<EngineOptions> optionsFrom(const CallArguments& arguments);
/// The same with a configuration that was named otherwise.
Result<EngineOptions> optionsFrom(const CallArguments& arguments,
                                  const std::optional<std::string>& configFile);

}  // namespace penstock::app
