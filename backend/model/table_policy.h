// SPDX-License-Identifier: Apache-2.0
// What an operator decides per table: overload, conflicts, missing rows, folding, order.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

enum class OverloadPolicy : std::uint8_t { Wait, Reject, Shed };
enum class MissingPolicy : std::uint8_t { Error, Ignore };
enum class ConflictPolicy : std::uint8_t { Error, Ignore, Upsert };
enum class TableOrder : std::uint8_t { Row, Table };
enum class AfterDeadLetter : std::uint8_t { Continue, Hold };

/// `[[table]]` of the configuration; the defaults are those of a table that is not named there.
struct TablePolicy {
  std::string name;
  std::vector<std::string> sinks;  ///< empty: all
  bool goesHere = true;            ///< as a sink sees it: to itself
  OverloadPolicy overload = OverloadPolicy::Wait;
  MissingPolicy missing = MissingPolicy::Error;
  ConflictPolicy conflict = ConflictPolicy::Error;
  bool coalesce = true;
  TableOrder order = TableOrder::Row;
  AfterDeadLetter afterDeadLetter = AfterDeadLetter::Continue;
  bool anySchema = false;
  bool cached = false;
  std::optional<std::chrono::milliseconds> ttl;
  std::optional<double> ratePerClient;  ///< change sets per second

  bool goesTo(std::string_view sink) const {
    return sinks.empty() || std::ranges::find(sinks, sink) != sinks.end();
  }
};

}  // namespace penstock
