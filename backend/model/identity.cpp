// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace penstock {

Hash128 hashIdentity(std::string_view client, std::string_view id) {
  const XXH64_hash_t seed = XXH3_64bits(client.data(), client.size());
  const XXH128_hash_t hash = XXH3_128bits_withSeed(id.data(), id.size(), seed);
  return {hash.low64, hash.high64};
}

std::uint64_t hashContent(const ChangeSetView& changeSet) {
  const std::string_view group = changeSet.group();
  const std::string_view changes = changeSet.changeBytes();
  const XXH64_hash_t seed = group.empty() ? 0 : XXH3_64bits(group.data(), group.size());
  return XXH3_64bits_withSeed(changes.data(), changes.size(), seed);
}

std::uint64_t hashBytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t hashSource(std::string_view name) {
  const XXH64_hash_t hash = XXH3_64bits(name.data(), name.size());
  return hash == 0 ? 1 : hash;
}

std::uint64_t chainHash(std::uint64_t previous, std::string_view line) {
  return XXH3_64bits_withSeed(line.data(), line.size(), previous);
}

}  // namespace penstock
