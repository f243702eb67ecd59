// SPDX-License-Identifier: Apache-2.0
#include "model/ids.h"

namespace penstock {

std::string toText(const JournalId& id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(id.bytes.size() * 2);
  for (const std::byte byte : id.bytes) {
    const auto number = std::to_integer<unsigned>(byte);
    text.push_back(kDigits[number >> 4]);
    text.push_back(kDigits[number & 15]);
  }
  return text;
}

}  // namespace penstock
