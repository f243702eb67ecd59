// SPDX-License-Identifier: Apache-2.0
// One thing that is measured beside a peer. A case knows how to do its work once with the engine
// and once with the peer; how often, in which order and what is reported is the runner's.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "tests/bench/statistics.h"

namespace penstock::bench {

/// A line of the report: a case has one for every figure that one run of it gives.
struct Line {
  std::string name;
  std::string unit;
  Better better = Better::Higher;
  double mustReach = 0;  ///< least ratio
};

/// One run.
struct Measured {
  std::vector<double> figures;  ///< one for every line
  std::string work;             ///< counts and checksum of what was done: equal to the peer's
  double loadPercent = 0;       ///< of one core, spent on making the load
};

struct CaseSettings {
  std::chrono::seconds stretch{};  ///< of a case that observes: for how long, in one run
};

/// Threads: one.
/// Errors: of both measurements: whatever kept the work from being done, or done right.
class Case {
 public:
  virtual ~Case() = default;
  virtual std::vector<Line> lines() const = 0;
  virtual std::string peerName() const = 0;
  /// `directory` is there, empty, and removed afterwards.
  virtual Result<Measured> measureOurs(const std::string& directory) = 0;
  virtual Result<Measured> measurePeer(const std::string& directory) = 0;
  /// Tries the peer's settings and prints what each gives. Nothing to try: does nothing.
  virtual Status tunePeer(const std::string& directory) {
    static_cast<void>(directory);
    return {};
  }
};

/// All cases, in the order of the report.
std::vector<std::unique_ptr<Case>> makeCases(const CaseSettings& settings);

}  // namespace penstock::bench
