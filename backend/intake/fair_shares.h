// SPDX-License-Identifier: Apache-2.0
// Who may come in next while a budget is under pressure: what frees up is dealt out in equal parts,
// in bytes, among the clients that ask, however often each of them does. A part that is not used at
// once is saved up to a bound, so that whoever asks seldom finds it when it comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/clock.h"
#include "model/limits.h"

namespace penstock {

/// A client identity, hashed.
enum class ClientKey : std::uint64_t {};

/// Deficit round robin (Shreedhar and Varghese, 1995), dealt in advance: a set that is larger than
/// all that may be saved passes at that bound and leaves a debt.
/// Threads: none of its own; the caller's lock.
/// Limits: `clientsMax` clients apart; those beyond share one part.
class FairShares {
 public:
  explicit FairShares(std::size_t clientsMax = limits::kFairClientsMax);

  /// The client was turned away, and gets its part of every deal until `until` at least.
  void claim(ClientKey client, SteadyTime until);
  /// Takes `bytes` from what the client was dealt; false, and nothing changed: it is too little.
  /// Who passes gets its part until `until` at least.
  bool spend(ClientKey client, std::uint64_t bytes, SteadyTime until);

  struct Room {
    std::int64_t bytes = 0;      ///< to be used or promised; negative: more is than may be
    std::uint64_t savedMax = 0;  ///< so much may all clients together have saved up
  };
  /// Forgets whose time has passed, then deals what is not promised yet. False: nobody got
  /// anything.
  bool deal(Room room, SteadyTime now);

  /// Dealt and not used, in bytes, of all clients together; debts count against it.
  std::int64_t promised() const { return m_promised; }
  /// Clients that get a part.
  std::size_t claimants() const { return m_shares.size(); }
  void clear();

 private:
  struct Share {
    std::int64_t saved = 0;
    SteadyTime until{};
  };
  using Shares = std::unordered_map<std::uint64_t, Share>;

  Shares::iterator find(ClientKey client);
  void forgetUntil(SteadyTime now);

  const std::size_t m_clientsMax;
  Shares m_shares;
  std::int64_t m_promised = 0;
  std::int64_t m_savedEach = 0;  // at the last deal
};

}  // namespace penstock
