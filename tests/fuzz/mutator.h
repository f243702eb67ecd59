// SPDX-License-Identifier: Apache-2.0
// Changes inputs at random, without knowing how they are built: for the runs in which no libFuzzer
// guides the way.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace penstock::test {

/// Threads: one. Owns: its generator; one seed, one row of mutations, on every machine.
class Mutator {
 public:
  static constexpr std::size_t kInputBytesMax = 16 * 1024;

  explicit Mutator(std::uint64_t seed) : m_random(seed) {}

  /// One of the corpus, with a few changes; parts of others may be put in. Expects: a corpus.
  std::string next(std::span<const std::string> corpus);

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }
  std::string_view partOf(std::string_view text);
  void change(std::string& input, std::string_view other);
  void changeByte(std::string& input);
  void putNumber(std::string& input);

  std::mt19937_64 m_random;
};

}  // namespace penstock::test
