// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "tests/simulation/history.h"

namespace penstock::test {
namespace {

constexpr int kTriesMax = 600;

bool fails(const Plan& plan, PlantedBug bug) {
  return !History(plan, bug, World::Trace::Off).run().failure.empty();
}

}  // namespace

/// Leaves out ever smaller parts, as long as it goes on failing.
Plan shorten(const Plan& plan, PlantedBug bug) {
  Plan shortest = plan;
  int tries = 0;
  for (std::size_t part = plan.operations.size() / 2; part > 0; part /= 2) {
    for (std::size_t at = 0; at + part <= shortest.operations.size() && tries < kTriesMax;) {
      Plan less = shortest;
      const auto begin = less.operations.begin() + static_cast<std::ptrdiff_t>(at);
      less.operations.erase(begin, begin + static_cast<std::ptrdiff_t>(part));
      ++tries;
      if (fails(less, bug)) {
        shortest = std::move(less);
      } else {
        at += part;
      }
    }
  }
  return shortest;
}

std::string describe(const Plan& plan, const HistoryResult& result) {
  std::string text = "seed " + std::to_string(plan.seed) + ": " + result.failure + "\n";
  text += std::to_string(plan.operations.size()) + " operations:\n";
  for (const PlannedOperation& operation : plan.operations) {
    char time[32];
    std::snprintf(time, sizeof time, "%12.6f  ",
                  std::chrono::duration<double>(operation.at).count());
    text += time + std::string(operationKindName(operation.kind)) + "\n";
  }
  text += "what happened last:\n";
  for (const std::string& note : result.notes) text += note + "\n";
  return text;
}

}  // namespace penstock::test
