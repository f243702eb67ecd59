// SPDX-License-Identifier: Apache-2.0
// Runs a case beside its peer: a warm-up of both, then pairs that alternate in who goes first, and
// a check that both did the same work.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/case.h"

namespace penstock::bench {

/// A line of the report, measured.
struct LineResult {
  Line line;
  std::string peerName;
  std::vector<double> ours;  ///< one for every pair
  std::vector<double> peer;
  double loadPercentOurs = 0;  ///< median
  double loadPercentPeer = 0;

  Spread oursSpread() const { return spreadOf(ours); }
  Spread peerSpread() const { return spreadOf(peer); }
  Spread ratio() const { return ratioOf(ours, peer, line.better); }
};

/// Threads: one.
class Runner {
 public:
  struct Settings {
    std::string directory;
    int pairs = 5;
  };

  explicit Runner(Settings settings) : m_settings(std::move(settings)) {}

  /// Errors: those of the case; Conflict when ours and the peer's work differ; Invalid when a
  /// figure is not above 0.
  Result<std::vector<LineResult>> run(Case& subject) const;
  Status tune(Case& subject) const;

 private:
  enum class Side { Ours, Peer };
  struct Pair {
    Measured ours;
    Measured peer;
  };
  Result<Pair> measurePair(Case& subject, Side first) const;
  Result<Measured> measure(Case& subject, Side side) const;

  const Settings m_settings;
};

}  // namespace penstock::bench
