// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/runner.h"

#include <algorithm>
#include <filesystem>

namespace penstock::bench {

namespace {

/// An empty directory, removed with all that is in it.
class Scratch {
 public:
  explicit Scratch(const std::string& parent) : m_path(parent + "/penstock_bench.scratch") {
    remove();
    std::filesystem::create_directories(m_path, m_error);
  }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return m_path; }
  Status status() const {
    if (!m_error) return {};
    return {StatusCode::IoError, m_path + ": " + m_error.message()};
  }

 private:
  void remove() {
    std::error_code ignored;  // a directory that stays is seen by whoever makes the next one
    std::filesystem::remove_all(m_path, ignored);
  }

  const std::string m_path;
  std::error_code m_error;
};

Status checkFigures(const Measured& measured, std::size_t lines) {
  const bool isWhole = measured.figures.size() == lines &&
                       std::all_of(measured.figures.begin(), measured.figures.end(),
                                   [](double figure) { return figure > 0; });
  if (isWhole) return {};
  return {StatusCode::Invalid, "a figure is missing or not above 0"};
}

}  // namespace

Result<Measured> Runner::measure(Case& subject, Side side) const {
  const Scratch scratch(m_settings.directory);
  RETURN_IF_ERROR(scratch.status());
  Result<Measured> measured = side == Side::Ours ? subject.measureOurs(scratch.path())
                                                 : subject.measurePeer(scratch.path());
  const std::string who = side == Side::Ours ? "ours" : "peer, " + subject.peerName();
  if (!measured) return measured.status().withContext(who);
  RETURN_IF_ERROR(checkFigures(*measured, subject.lines().size()).withContext(who));
  return measured;
}

Result<Runner::Pair> Runner::measurePair(Case& subject, Side first) const {
  Pair pair;
  for (const bool isFirst : {true, false}) {
    const Side side = isFirst == (first == Side::Ours) ? Side::Ours : Side::Peer;
    Result<Measured> measured = measure(subject, side);
    if (!measured) return measured.status();
    (side == Side::Ours ? pair.ours : pair.peer) = std::move(*measured);
  }
  if (pair.ours.work != pair.peer.work) {
    return Status(StatusCode::Conflict,
                  "not the same work: ours " + pair.ours.work + ", peer " + pair.peer.work);
  }
  return pair;
}

Result<std::vector<LineResult>> Runner::run(Case& subject) const {
  if (Result<Pair> warmUp = measurePair(subject, Side::Ours); !warmUp) return warmUp.status();
  std::vector<LineResult> results;
  for (const Line& line : subject.lines()) results.push_back({line, subject.peerName(), {}, {}});
  std::vector<double> loadOurs;
  std::vector<double> loadPeer;
  for (int i = 0; i < m_settings.pairs; ++i) {
    const Result<Pair> pair = measurePair(subject, i % 2 == 0 ? Side::Peer : Side::Ours);
    if (!pair) return pair.status();
    for (std::size_t line = 0; line < results.size(); ++line) {
      results[line].ours.push_back(pair->ours.figures[line]);
      results[line].peer.push_back(pair->peer.figures[line]);
    }
    loadOurs.push_back(pair->ours.loadPercent);
    loadPeer.push_back(pair->peer.loadPercent);
  }
  for (LineResult& result : results) {
    result.loadPercentOurs = spreadOf(loadOurs).median;
    result.loadPercentPeer = spreadOf(loadPeer).median;
  }
  return results;
}

Status Runner::tune(Case& subject) const {
  const Scratch scratch(m_settings.directory);
  RETURN_IF_ERROR(scratch.status());
  return subject.tunePeer(scratch.path());
}

}  // namespace penstock::bench
