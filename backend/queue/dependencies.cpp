// SPDX-License-Identifier: Apache-2.0
#include "queue/dependencies.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {
namespace {

/// Who touches a thing in two ways is alone with it.
void joinByKey(std::vector<Touch>& touches) {
  std::ranges::sort(touches, {}, &Touch::key);
  std::size_t kept = 0;
  for (const Touch& each : touches) {
    if (kept == 0 || touches[kept - 1].key != each.key) {
      touches[kept++] = each;
    } else if (touches[kept - 1].mode != each.mode) {
      touches[kept - 1].mode = TouchMode::Alone;
    }
  }
  touches.resize(kept);
}

}  // namespace

Dependencies::Claim Dependencies::add(std::vector<Touch>& touches) {
  joinByKey(touches);
  Claim claim;
  for (const Touch& each : touches) touch(each, claim);
  return claim;
}

void Dependencies::touch(const Touch& touch, Claim& claim) {
  std::uint32_t party = m_newest.find(touch.key);
  const bool mayJoin =
      party != kNone && touch.mode != TouchMode::Alone && m_parties[party].mode == touch.mode;
  if (!mayJoin) {
    const std::uint32_t before = party;
    party = open(touch, before);
    m_newest.put(touch.key, party);
    if (before != kNone) {
      endBefore(m_parties[before]);
      letGo(before);  // by m_newest
    }
  }
  if (m_parties[party].before != kNone) wait(claim, m_parties[party].before);
  ++m_parties[party].members;
  ++m_parties[party].references;
  if (claim.party == kNone) {
    claim.party = party;
  } else {
    claim.others.push_back(party);
  }
}

std::uint32_t Dependencies::open(const Touch& touch, std::uint32_t before) {
  std::uint32_t number = 0;
  if (m_free.empty()) {
    number = static_cast<std::uint32_t>(m_parties.size());
    m_parties.emplace_back();
  } else {
    number = m_free.back();
    m_free.pop_back();
  }
  Party& party = m_parties[number];
  party = Party{touch.key, touch.mode, 0, 0, 1, before};
  if (before != kNone) ++m_parties[before].references;
  return number;
}

void Dependencies::wait(Claim& claim, std::uint32_t party) {
  if (m_parties[party].members == 0) return;
  ++m_parties[party].references;
  claim.behind.push_back(party);
}

void Dependencies::letGo(std::uint32_t party) {
  CHECK(m_parties[party].references > 0);
  if (--m_parties[party].references == 0) m_free.push_back(party);
}

/// Nobody joins `party` any more.
void Dependencies::endBefore(Party& party) {
  const std::uint32_t before = party.before;
  party.before = kNone;
  if (before != kNone) letGo(before);
}

bool Dependencies::isFree(const Claim& claim) const {
  return std::ranges::all_of(claim.behind, [this](std::uint32_t party) {
    return m_parties[party].members == m_parties[party].picked;
  });
}

std::optional<std::uint32_t> Dependencies::blocker(const Claim& claim) const {
  const auto found = std::ranges::find_if(
      claim.behind, [this](std::uint32_t party) { return m_parties[party].members > 0; });
  return found == claim.behind.end() ? std::nullopt : std::optional(*found);
}

void Dependencies::pick(const Claim& claim) {
  forEachParty(claim, [this](std::uint32_t party) { ++m_parties[party].picked; });
}

void Dependencies::unpick(const Claim& claim) {
  forEachParty(claim, [this](std::uint32_t party) { --m_parties[party].picked; });
}

void Dependencies::remove(Claim& claim) {
  CHECK(isFree(claim));
  for (const std::uint32_t party : claim.behind) letGo(party);
  forEachParty(claim, [this](std::uint32_t party) {
    Party& left = m_parties[party];
    if (--left.members == 0 && m_newest.find(left.key) == party) {
      endBefore(left);
      m_newest.erase(left.key);
      letGo(party);
    }
    letGo(party);
  });
  claim = Claim();
}

void Dependencies::checkInvariants() const {
  m_newest.forEach([this](std::uint64_t key, std::uint32_t party) {
    CHECK(m_parties[party].key == key && m_parties[party].members > 0);
  });
  for (const Party& party : m_parties) {
    CHECK(party.picked == 0);
    CHECK(party.members == 0 || party.references > 0);
  }
  CHECK(!m_newest.isEmpty() || m_free.size() == m_parties.size());
}

}  // namespace penstock
