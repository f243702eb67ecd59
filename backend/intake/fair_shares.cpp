// SPDX-License-Identifier: Apache-2.0
#include "intake/fair_shares.h"

#include <algorithm>

namespace penstock {
namespace {

/// Of those for whom there is no place of their own.
constexpr std::uint64_t kOthers = 0;

}  // namespace

FairShares::FairShares(std::size_t clientsMax) : m_clientsMax(clientsMax) {}

FairShares::Shares::iterator FairShares::find(ClientKey client) {
  const auto found = m_shares.find(static_cast<std::uint64_t>(client));
  return found != m_shares.end() || m_shares.size() < m_clientsMax ? found : m_shares.find(kOthers);
}

void FairShares::claim(ClientKey client, SteadyTime until) {
  auto found = find(client);
  if (found == m_shares.end()) {
    const bool isFull = m_shares.size() >= m_clientsMax;
    found = m_shares.try_emplace(isFull ? kOthers : static_cast<std::uint64_t>(client)).first;
  }
  found->second.until = std::max(found->second.until, until);
}

bool FairShares::spend(ClientKey client, std::uint64_t bytes, SteadyTime until) {
  const auto found = find(client);
  if (found == m_shares.end()) return false;
  Share& share = found->second;
  const auto wanted = static_cast<std::int64_t>(bytes);
  if (share.saved < std::clamp(wanted, std::int64_t{1}, std::max(m_savedEach, std::int64_t{1}))) {
    return false;
  }
  share.saved -= wanted;
  m_promised -= wanted;
  share.until = std::max(share.until, until);
  return true;
}

void FairShares::forgetUntil(SteadyTime now) {
  for (auto each = m_shares.begin(); each != m_shares.end();) {
    if (each->second.until > now) {
      ++each;
      continue;
    }
    m_promised -= each->second.saved;
    each = m_shares.erase(each);
  }
}

bool FairShares::deal(Room room, SteadyTime now) {
  forgetUntil(now);
  std::int64_t left = room.bytes - m_promised;
  if (m_shares.empty() || left <= 0) return false;
  m_savedEach =
      std::max(std::int64_t{1}, static_cast<std::int64_t>(room.savedMax / m_shares.size()));
  const auto isHungry = [this](const auto& each) { return each.second.saved < m_savedEach; };
  const std::int64_t before = m_promised;
  // What the nearly full leave over goes to the others; what is left then, to the next deal.
  for (int round = 0; round < 2; ++round) {
    const std::int64_t hungry = std::ranges::count_if(m_shares, isHungry);
    const std::int64_t part = hungry == 0 ? 0 : left / hungry;
    if (part == 0) break;
    for (auto& [client, share] : m_shares) {
      const std::int64_t given = std::clamp(m_savedEach - share.saved, std::int64_t{0}, part);
      share.saved += given;
      left -= given;
      m_promised += given;
    }
  }
  return m_promised > before;
}

void FairShares::clear() {
  m_shares.clear();
  m_promised = 0;
}

}  // namespace penstock
