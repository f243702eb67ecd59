// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"

namespace penstock::test {

std::string Mutator::next(std::span<const std::string> corpus) {
  CHECK(!corpus.empty());
  std::string input = corpus[below(corpus.size())];
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    change(input, corpus[below(corpus.size())]);
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
  return input;
}

/// Short ones most of the time.
std::string_view Mutator::partOf(std::string_view text) {
  const std::size_t begin = below(text.size());
  const std::size_t most = text.size() - begin;
  return text.substr(begin, below(below(4) == 0 ? most + 1 : std::min<std::size_t>(most, 16) + 1));
}

void Mutator::change(std::string& input, std::string_view other) {
  const std::size_t at = below(input.size() + 1);
  switch (below(8)) {
    case 0:
    case 1:
      return changeByte(input);
    case 2:
      return putNumber(input);
    case 3:
      input.insert(at, std::string(partOf(other)));
      return;
    case 4:
      input.insert(at, std::string(partOf(input)));
      return;
    case 5:
      input.erase(at, partOf(input).size());
      return;
    case 6: {
      const std::string_view part = partOf(other);
      input.replace(at, part.size(), std::string(part));
      return;
    }
    default:
      if (below(4) == 0) input.resize(at);
  }
}

void Mutator::changeByte(std::string& input) {
  static constexpr std::string_view kBytes{"\0\1\x1f\x7f\x80\xc2\xe2\xff\"\\{}[],:=-+9'\n", 22};
  if (input.empty()) return;
  char& byte = input[below(input.size())];
  if (below(2) == 0) {
    byte = static_cast<char>(byte ^ (1 << below(8)));
  } else {
    byte = kBytes[below(kBytes.size())];
  }
}

/// Limits of numbers, over what is there.
void Mutator::putNumber(std::string& input) {
  static constexpr std::array<std::uint64_t, 8> kNumbers{
      0, 1, 0x7f, 0xffff, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
  const std::uint64_t number = kNumbers[below(kNumbers.size())] - below(2);
  const std::size_t bytes = std::size_t{1} << below(4);
  if (input.size() < bytes) return;
  std::memcpy(input.data() + below(input.size() - bytes + 1), &number, bytes);
}

}  // namespace penstock::test
