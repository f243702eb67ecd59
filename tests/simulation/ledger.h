// SPDX-License-Identifier: Apache-2.0
// The judge: what the simulated clients submitted and what they were told, kept apart from the
// engine, and the simple model that says what must have come of it: the change sets, one by one, in
// the order of their sequences. Each change set also inserts its own number into the table `log`,
// so that the rows themselves tell which are in effect, and how often.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/submit.h"
#include "model/ack.h"
#include "model/dead_letter.h"
#include "tests/simulation/simulated_store.h"
#include "tests/simulation/world.h"

namespace penstock::test {

/// What a client was told of one submission in the end.
enum class Fate : std::uint8_t {
  Pending,  ///< accepted; the rest is still to come
  Refused,  ///< nothing happened
  Journaled,
  Persisted,     ///< also as a dead letter
  NotJournaled,  ///< accepted, and certainly not journaled
  Unknown,       ///< accepted; may or may not be journaled
  Lost,          ///< accepted; the process ended before it said more
};
std::string_view fateName(Fate fate);

struct Submission {
  Sequence sequence{};
  Fate fate = Fate::Pending;
  bool known = false;  ///< answered with an earlier one's sequence
  /// When it was told as journaled, and that it does not survive a power loss yet.
  std::optional<SteadyTime> toldUnsynced;
};

/// A change set as its client knows it; one with an id or a line may be submitted again.
struct Order {
  std::uint32_t number = 0;
  std::string bytes;  ///< encoded
  bool mayRepeat = false;
  SourceLine source;
  std::vector<Submission> submissions;

  /// It is journaled, as far as the client was told.
  bool isPromised() const;
  /// It is not: every submission was refused or lost for certain.
  bool isExcluded() const;
  bool isPending() const;
  /// Under which its record stands, if it does.
  Sequence sequence() const;
  /// To which its checkpoint belongs.
  Shard shard() const;
};

/// Threads: one. Owns: the orders, over all lives of the node.
class Ledger {
 public:
  Ledger(World& world, CatalogPointer catalog, std::vector<TablePolicy> policies)
      : m_world(world), m_catalog(std::move(catalog)), m_policies(std::move(policies)) {}

  Order& add(std::string bytes, SourceLine source, bool mayRepeat);
  Order& order(std::uint32_t number) { return m_orders.at(number); }
  const std::map<std::uint32_t, Order>& orders() const { return m_orders; }

  /// The token for the submission that comes next.
  AckToken tokenFor(const Order& order) const;
  /// The immediate answer. Checks that sequences increase and are never used twice.
  void onAnswer(std::uint32_t number, const Ack& ack, AckLevel awaited);
  /// A later acknowledgement; the store tells what it has committed by now.
  void onAck(AckToken token, const Ack& ack, const SimulatedStore& store);
  /// An operator's decision about the letter of this sequence may be in the journal.
  void onDecision(Sequence letter, LetterAction action);
  /// Tables are paused from time to time: the order of effects is not that of sequences.
  void onPause() { m_hasDecisions = true; }
  /// The node says that there is such a letter.
  void onLetter(const DeadLetter& letter);
  /// The database is as it was once: what was held since is forgotten.
  void onRestore() { m_held.clear(); }
  /// The change set that became the letter of this sequence: as it was submitted, for wild ones are
  /// not what a reader of JSON takes.
  const std::string* bytesOf(Sequence letter) const;
  /// The node says that it has it.
  void onClaimed(Order& order);
  void onLifeEnd();
  /// A node has started: everything that it has found is synced.
  void onStarted();
  /// What was told before `synced` has been synced before the power went.
  void onPowerLoss(SteadyTime synced);

  /// Compares all that the store holds with the model up to its checkpoint.
  void judge(const SimulatedStore::Content& content);
  /// Everything promised has come so far. Expects: nothing is under way any more.
  void judgeEnd(const SimulatedStore::Content& content);
  bool isAnythingPending() const;

 private:
  struct Verdict {
    bool hasEffect = false;
    bool isLetter = false;
  };
  std::map<std::uint32_t, std::uint64_t> countEffects(const SimulatedStore::Content& content);
  void judgeOrder(const Order& order, const Verdict& verdict, Sequence settled);
  void judgeOrderOfEffects(const SimulatedStore::Content& content);
  void judgeByModel(const SimulatedStore::Content& content,
                    const std::map<Sequence, const Order*>& inOrder);
  void judgeByEffects(const SimulatedStore::Content& content,
                      const std::map<Sequence, const Order*>& inOrder);
  void judgeRows(const SimulatedStore::Content& content, const FakeRows& model);
  bool isHolder(const Order& order) const;
  /// No later one may pass it: it is a holder, or is held.
  bool mayNotBePassed(const Order& order) const;
  void failAbout(const Order& order, const std::string& what);

  World& m_world;
  const CatalogPointer m_catalog;
  const std::vector<TablePolicy> m_policies;
  std::map<std::uint32_t, Order> m_orders;
  Sequence m_last{};               // of all that were ever given
  std::set<Sequence> m_discarded;  // letters that may have been
  std::set<Sequence> m_held;       // letters that were held, and were not refused since
  std::set<Sequence> m_retried;    // refused before, so that others may have passed them
  bool m_hasDecisions = false;
};

}  // namespace penstock::test
