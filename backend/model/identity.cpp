// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace penstock {
namespace {

using Assigned = std::pair<ColumnId, ValueView>;

std::vector<Assigned> assignedIn(std::string_view bytes) {
  std::vector<Assigned> assigned;
  for (ValueCursor values(bytes); !values.atEnd();) assigned.push_back(values.nextAssignment());
  std::ranges::stable_sort(assigned, {}, &Assigned::first);
  return assigned;
}

bool isInOrder(std::string_view bytes) {
  std::size_t next = 0;
  for (ValueCursor values(bytes); !values.atEnd();) {
    const std::size_t column = toIndex(values.nextAssignment().first);
    if (column < next) return false;
    next = column + 1;
  }
  return true;
}

bool isInOrder(const ChangeSetView& changeSet) {
  auto changes = changeSet.changes();
  while (const auto change = changes.next()) {
    if (!isInOrder(change->setBytes) || !isInOrder(change->addBytes)) return false;
  }
  return true;
}

/// Its changes with their columns in the order of the table.
std::string_view writeInOrder(const ChangeSetView& changeSet, ChangeSetWriter& writer) {
  writer.begin({});
  auto changes = changeSet.changes();
  while (const auto change = changes.next()) {
    writer.beginChange(change->operation, change->table);
    for (ValueCursor key(change->keyBytes); !key.atEnd();) writer.key(key.next());
    for (const auto& [column, value] : assignedIn(change->setBytes)) writer.set(column, value);
    for (const auto& [column, value] : assignedIn(change->addBytes)) writer.add(column, value);
    writer.endChange();
  }
  return writer.finish();
}

}  // namespace

Hash128 hashIdentity(std::string_view client, std::string_view id) {
  const XXH64_hash_t seed = XXH3_64bits(client.data(), client.size());
  const XXH128_hash_t hash = XXH3_128bits_withSeed(id.data(), id.size(), seed);
  return {hash.low64, hash.high64};
}

std::uint64_t hashContent(const ChangeSetView& changeSet) {
  const std::string_view group = changeSet.group();
  ChangeSetWriter writer;
  std::string_view changes = changeSet.changeBytes();
  if (!isInOrder(changeSet)) {
    const auto ordered = ChangeSetView::parse(writeInOrder(changeSet, writer));
    CHECK(ordered.isOk());
    changes = ordered->changeBytes();
  }
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
