// SPDX-License-Identifier: Apache-2.0
// When two submissions are the same one: hashes of a client's id, of a change set's content and of
// the lines of a replayed source. Stored in journals and snapshots, so they never change.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/codec.h"

namespace penstock {

/// 128 bits of XXH3: wide enough that two of a billion ids never meet.
struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const Hash128&) const = default;
};

/// Identity of an idempotency key: `client` cannot run into `id`.
Hash128 hashIdentity(std::string_view client, std::string_view id);

/// Of what a change set does: its named group and its changes; not of who sent it, its id or line,
/// nor of the order in which a change names its columns.
std::uint64_t hashContent(const ChangeSetView& changeSet);

/// 64 bits of XXH3, for instance as the checksum of a snapshot.
std::uint64_t hashBytes(std::string_view bytes);

/// Of a source's name; never 0, which means `no source`.
std::uint64_t hashSource(std::string_view name);

/// Chain over the lines of a source: that of no line is 0.
std::uint64_t chainHash(std::uint64_t previous, std::string_view line);

}  // namespace penstock
