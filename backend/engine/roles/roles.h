// SPDX-License-Identifier: Apache-2.0
// Which sink is the primary: the one whose commits are announced as persisted. What was announced
// once stays so: a standby takes over only when it has settled all of it, and until then nothing
// more is announced.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "model/ids.h"

namespace penstock {

/// What may be told to those who await it.
struct Announcement {
  using Letter = std::pair<Sequence, Status>;
  std::vector<Letter> letters;  ///< before what follows; not after it
  Sequence settled{};
};

/// Threads: any. Announcements come one after another, on the thread of what allows them; they must
/// be short, and call nothing of this.
/// Limits: dead letters that are not announced yet are remembered up to kLettersMax for each sink;
/// of older ones it is told that they are settled, and the sink holds them.
class Roles {
 public:
  static constexpr std::size_t kLettersMax = 10'000;
  using Announce = std::function<void(const Announcement&)>;

  /// Sinks are named by their place. Expects: primary < sinks.
  Roles(std::size_t sinks, std::size_t primary, Announce announce);

  std::size_t primary() const;
  /// A sink has settled everything up to there. It may have gone back (a database was restored).
  void onSettled(std::size_t sink, Sequence settled);
  /// Before the onSettled that covers it.
  void onDeadLetter(std::size_t sink, Sequence sequence, const Status& reason);

  /// Nothing is announced until the failover ends. Expects: none is under way, `to` is not primary.
  void begin(std::size_t to);
  std::optional<std::size_t> underWay() const;
  /// Everything that was announced; `to` has to settle it first.
  Sequence announced() const;
  bool mayEnd() const;
  /// `to` is the primary. Expects: mayEnd().
  void end();
  /// All stays as it was. Expects: one is under way.
  void cancel();

 private:
  struct Known {
    Sequence settled{};
    std::deque<Announcement::Letter> letters;  // beyond what was announced
  };

  bool mayEndLocked() const REQUIRES(m_mutex);
  /// What the primary may say, and has not yet.
  std::optional<Announcement> next() REQUIRES(m_mutex);
  void tellNext();

  const Announce m_announce;
  Mutex m_telling;  // taken before the other one
  mutable Mutex m_mutex;
  std::vector<Known> m_sinks GUARDED_BY(m_mutex);
  std::size_t m_primary GUARDED_BY(m_mutex);
  std::optional<std::size_t> m_to GUARDED_BY(m_mutex);
  Sequence m_announced GUARDED_BY(m_mutex){};
};

}  // namespace penstock
