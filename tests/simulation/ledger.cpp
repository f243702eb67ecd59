// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/ledger.h"

#include <algorithm>
#include <utility>

#include "tests/support/change_set_source.h"

namespace penstock::test {
namespace {

constexpr unsigned kSubmissionBits = 16;

bool isPromise(Fate fate) { return fate == Fate::Journaled || fate == Fate::Persisted; }

Fate fateOf(const Ack& ack) {
  if (ack.status.code() == StatusCode::Unknown) return Fate::Unknown;
  if (!ack.status.isOk() && !ack.deadLetter) return Fate::NotJournaled;
  switch (ack.level) {
    case AckLevel::Accepted:
      return Fate::Pending;
    case AckLevel::Journaled:
      return Fate::Journaled;
    case AckLevel::Persisted:
      break;
  }
  return Fate::Persisted;
}

/// The group and the rows by which a change set is ordered.
std::set<std::string> orderingKeys(const ChangeSetView& changeSet) {
  std::set<std::string> keys;
  if (!changeSet.group().empty()) keys.insert("group " + std::string(changeSet.group()));
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    if (change->keyBytes.empty()) continue;
    keys.insert("row " + std::to_string(toIndex(change->table)) + " " +
                std::string(change->keyBytes));
  }
  return keys;
}

bool sharesAny(const std::set<std::string>& keys, const std::set<std::string>& others) {
  return std::ranges::any_of(keys, [&](const auto& key) { return others.contains(key); });
}

}  // namespace

std::string_view fateName(Fate fate) {
  constexpr std::string_view kNames[] = {"pending",       "refused", "journaled", "persisted",
                                         "not journaled", "unknown", "lost"};
  return kNames[static_cast<std::size_t>(fate)];
}

bool Order::isPromised() const {
  return std::ranges::any_of(submissions, [](const auto& each) { return isPromise(each.fate); });
}

bool Order::isExcluded() const {
  return std::ranges::all_of(submissions, [](const Submission& each) {
    return each.fate == Fate::Refused || each.fate == Fate::NotJournaled;
  });
}

bool Order::isPending() const {
  return std::ranges::any_of(submissions,
                             [](const auto& each) { return each.fate == Fate::Pending; });
}

/// Only the newest that was accepted as new can be in: it was, because those before were not.
Sequence Order::sequence() const {
  Sequence newest = kNoSequence;
  for (const Submission& each : submissions) {
    const bool isRecord = !each.known && each.sequence != kNoSequence;
    if (isRecord && each.fate != Fate::Refused) newest = each.sequence;
  }
  return newest;
}

Shard Order::shard() const { return shardOf(ChangeSetView::parse(bytes)->groupHash()); }

Order& Ledger::add(std::string bytes, SourceLine source, bool mayRepeat) {
  const auto number = static_cast<std::uint32_t>(m_orders.size() + 1);
  Order& order = m_orders[number];
  order.number = number;
  order.bytes = std::move(bytes);
  order.source = source;
  order.mayRepeat = mayRepeat;
  return order;
}

AckToken Ledger::tokenFor(const Order& order) const {
  return AckToken{(std::uint64_t{order.number} << kSubmissionBits) | order.submissions.size()};
}

void Ledger::onAnswer(std::uint32_t number, const Ack& ack, AckLevel awaited) {
  Order& order = m_orders.at(number);
  // An acknowledgement may have come before the answer.
  const std::size_t at = order.submissions.size() - 1;
  Submission& submission = order.submissions[at];
  m_world.note([&] {
    return "client: order " + std::to_string(number) + " at " + toText(ack.sequence) +
           (ack.known ? " known" : "") + " " + ack.status.message();
  });
  submission.sequence = ack.sequence;
  submission.known = ack.known;
  if (!ack.status.isOk()) {
    submission.fate = Fate::Refused;
    return;
  }
  if (ack.known) {
    const bool isFirst = std::none_of(order.submissions.begin(), order.submissions.end() - 1,
                                      [](const auto& each) { return each.fate != Fate::Refused; });
    if (isFirst) failAbout(order, "is said to be known, and was never taken");
    const bool isLine = order.source.source != 0 && ack.sequence == kNoSequence;
    if (!isLine && ack.sequence != order.sequence()) {
      failAbout(order, "is known under a sequence that it never had, " + toText(ack.sequence));
    }
  } else {
    if (ack.sequence <= m_last) {
      failAbout(order, "got sequence " + toText(ack.sequence) + " after " + toText(m_last) +
                           " had been given: used twice");
    }
    m_last = std::max(m_last, ack.sequence);
  }
  // Nothing more comes, and nothing more is promised than that it was taken.
  if (awaited == AckLevel::Accepted) submission.fate = Fate::Lost;
}

void Ledger::onAck(AckToken token, const Ack& ack, const SimulatedStore& store) {
  const auto bits = static_cast<std::uint64_t>(token);
  Order& order = m_orders.at(static_cast<std::uint32_t>(bits >> kSubmissionBits));
  Submission& submission = order.submissions.at(bits & ((1u << kSubmissionBits) - 1));
  const Fate fate = fateOf(ack);
  m_world.note([&] {
    return "client: order " + std::to_string(order.number) + " is told " +
           std::string(fateName(fate)) + (ack.deadLetter ? " as a dead letter" : "");
  });
  if (submission.fate != Fate::Pending) {
    failAbout(order, "was told twice, then " + std::string(fateName(fate)));
  }
  submission.fate = fate;
  if (fate == Fate::Journaled && ack.survives != Survives::PowerLoss) {
    submission.toldUnsynced = m_world.now();
  }
  if (fate == Fate::Persisted && !store.hasSettled(order.shard(), order.sequence())) {
    failAbout(order, "was told persisted, and the store is at " +
                         toText(store.content().settledOf(order.shard())));
  }
  if (fate == Fate::Persisted && ack.deadLetter && !m_hasDecisions &&
      !store.content().letters.contains(ack.sequence) && store.restores() == 0) {
    failAbout(order, "was told that it is a dead letter, and the store has none");
  }
}

void Ledger::onStarted() {
  for (auto& [number, order] : m_orders) {
    for (Submission& each : order.submissions) each.toldUnsynced.reset();
  }
}

void Ledger::onPowerLoss(SteadyTime synced) {
  for (auto& [number, order] : m_orders) {
    for (Submission& each : order.submissions) {
      const bool mayBeLost = each.toldUnsynced && *each.toldUnsynced >= synced;
      if (mayBeLost && each.fate == Fate::Journaled) each.fate = Fate::Lost;
    }
  }
}

void Ledger::onClaimed(Order& order) {
  if (order.isPromised()) return;
  if (order.isExcluded()) {
    failAbout(order, "is said to be in, and was told that it is not");
    return;
  }
  for (Submission& each : order.submissions) {
    if (each.sequence == order.sequence() && !each.known) each.fate = Fate::Journaled;
  }
}

void Ledger::onLifeEnd() {
  for (auto& [number, order] : m_orders) {
    for (Submission& each : order.submissions) {
      if (each.fate == Fate::Pending) each.fate = Fate::Lost;
    }
  }
}

bool Ledger::isAnythingPending() const {
  return std::ranges::any_of(m_orders, [](const auto& each) { return each.second.isPending(); });
}

std::map<std::uint32_t, std::uint64_t> Ledger::countEffects(
    const SimulatedStore::Content& content) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const auto& [key, row] : content.rows.table(TableId{std::uint32_t(TestTable::Log)})) {
    const std::uint64_t times = ++counts[static_cast<std::uint32_t>(row.at(0).view().asInteger())];
    if (times > 1)
      m_world.fail("order " + std::to_string(row.at(0).view().asInteger()) +
                   " is in effect more than once");
  }
  return counts;
}

void Ledger::judge(const SimulatedStore::Content& content) {
  const auto effects = countEffects(content);
  std::map<Sequence, const Order*> inOrder;
  for (const auto& [number, order] : m_orders) {
    const Verdict verdict{effects.contains(number), content.letters.contains(order.sequence())};
    judgeOrder(order, verdict, content.settledOf(order.shard()));
    if (verdict.hasEffect || verdict.isLetter) inOrder.emplace(order.sequence(), &order);
  }
  if (m_world.hasFailed()) return;
  std::size_t letters = 0;
  for (const auto& [sequence, order] : inOrder) {
    if (!content.letters.contains(sequence)) continue;
    ++letters;
    if (content.letters.at(sequence).reason.empty()) {
      failAbout(*order, "is a dead letter without a reason");
    }
  }
  if (letters != content.letters.size()) {
    return m_world.fail("a dead letter of nothing that was submitted");
  }
  if (m_hasDecisions) {
    judgeByEffects(content, inOrder);
  } else {
    judgeByModel(content, inOrder);
    judgeOrderOfEffects(content);
  }
}

/// Rows and groups follow the order of sequences at every moment, not only in the end.
void Ledger::judgeOrderOfEffects(const SimulatedStore::Content& content) {
  std::map<std::string, Sequence> newest;  // by key
  for (const auto& [key, row] : content.rows.table(TableId{std::uint32_t(TestTable::Log)})) {
    const Order& order = m_orders.at(static_cast<std::uint32_t>(row.at(0).view().asInteger()));
    for (const std::string& each : orderingKeys(*ChangeSetView::parse(order.bytes))) {
      Sequence& last = newest[each];
      if (last > order.sequence()) failAbout(order, "came after " + toText(last));
      last = order.sequence();
    }
  }
}

/// One by one, in the order of their sequences; behind a dead letter that says so, none.
void Ledger::judgeByModel(const SimulatedStore::Content& content,
                          const std::map<Sequence, const Order*>& inOrder) {
  FakeRows model(m_catalog);
  std::set<std::string> held;
  for (const auto& [sequence, order] : inOrder) {
    const auto changeSet = ChangeSetView::parse(order->bytes);
    const std::set<std::string> keys = orderingKeys(*changeSet);
    const bool waits = sharesAny(keys, held);
    const Status applied =
        waits ? Status(StatusCode::Conflict, "held") : model.applyChangeSet(*changeSet, m_policies);
    const auto letter = content.letters.find(sequence);
    const bool isLetter = letter != content.letters.end();
    if (isLetter && applied.isOk()) {
      failAbout(*order, "is a dead letter, and nothing is wrong with it: " + letter->second.reason);
    }
    if (!isLetter && !applied.isOk()) {
      failAbout(*order, "is in effect, and should be a dead letter: " + applied.message());
    }
    if (isLetter && waits != (letter->second.kind == kLetterHeld)) {
      failAbout(*order, "is a letter of the wrong kind, " + letter->second.kind);
    }
    if (m_world.hasFailed()) return;
    if (waits || (isLetter && isHolder(*order))) held.insert(keys.begin(), keys.end());
  }
  judgeRows(content, model);
}

/// When operators decided, the order of effects is not that of sequences; but what it was, the rows
/// of `log` tell, and nothing may have passed what it had to wait behind.
void Ledger::judgeByEffects(const SimulatedStore::Content& content,
                            const std::map<Sequence, const Order*>& inOrder) {
  FakeRows model(m_catalog);
  std::map<std::string, Sequence> newest;  // by key: of those in effect so far
  for (const auto& [key, row] : content.rows.table(TableId{std::uint32_t(TestTable::Log)})) {
    const Order& order = m_orders.at(static_cast<std::uint32_t>(row.at(0).view().asInteger()));
    const auto changeSet = ChangeSetView::parse(order.bytes);
    const Status applied = model.applyChangeSet(*changeSet, m_policies);
    if (!applied.isOk()) failAbout(order, "is in effect, and cannot be: " + applied.message());
    for (const std::string& each : orderingKeys(*changeSet)) {
      Sequence& last = newest[each];
      if (last > order.sequence() && mayNotBePassed(order)) {
        failAbout(order, "was to be waited for, and " + toText(last) + " passed it");
      }
      last = std::max(last, order.sequence());
    }
  }
  for (const auto& [sequence, letter] : content.letters) {
    const Order& order = *inOrder.at(sequence);
    const auto changeSet = ChangeSetView::parse(order.bytes);
    const bool isHeld = letter.kind == kLetterHeld && !m_retried.contains(sequence);
    const bool holds = isHeld || isHolder(order);
    for (const std::string& each : orderingKeys(*changeSet)) {
      const auto last = newest.find(each);
      if (holds && last != newest.end() && last->second > sequence) {
        failAbout(order, "waits for an operator, and " + toText(last->second) + " passed it; " +
                             letter.kind + ": " + letter.reason);
      }
    }
  }
  if (!m_world.hasFailed()) judgeRows(content, model);
}

void Ledger::judgeRows(const SimulatedStore::Content& content, const FakeRows& model) {
  if (model.isSameInAnyOrder(content.rows)) return;
  m_world.fail("the rows are not those of the model:\n" + content.rows.describe() + "model:\n" +
               model.describe());
}

bool Ledger::isHolder(const Order& order) const {
  const auto changeSet = ChangeSetView::parse(order.bytes);
  for (auto changes = changeSet->changes(); auto change = changes.next();) {
    const std::string& name = m_catalog->table(change->table).name;
    const auto policy = std::ranges::find(m_policies, name, &TablePolicy::name);
    if (policy != m_policies.end() && policy->afterDeadLetter == AfterDeadLetter::Hold) return true;
  }
  return false;
}

bool Ledger::mayNotBePassed(const Order& order) const {
  if (isHolder(order)) return true;
  return m_held.contains(order.sequence()) && !m_retried.contains(order.sequence());
}

void Ledger::onLetter(const DeadLetter& letter) {
  if (letter.kind == kLetterHeld) {
    m_held.insert(letter.sequence);
  } else {
    m_held.erase(letter.sequence);
  }
}

const std::string* Ledger::bytesOf(Sequence letter) const {
  for (const auto& [number, order] : m_orders) {
    if (order.sequence() == letter) return &order.bytes;
  }
  return nullptr;
}

void Ledger::onDecision(Sequence letter, LetterAction action) {
  m_hasDecisions = true;
  if (action == LetterAction::Discard) m_discarded.insert(letter);
  if (action == LetterAction::Retry) m_retried.insert(letter);
}

void Ledger::judgeOrder(const Order& order, const Verdict& verdict, Sequence settled) {
  const bool isIn = verdict.hasEffect || verdict.isLetter;
  if (verdict.hasEffect && verdict.isLetter) failAbout(order, "is in effect and a dead letter");
  if (isIn && order.isExcluded()) failAbout(order, "was told not journaled, and is in effect");
  if (isIn && order.sequence() > settled) failAbout(order, "is in effect past the checkpoint");
  const bool mayBeGone = m_discarded.contains(order.sequence());
  if (!isIn && order.isPromised() && order.sequence() <= settled && !mayBeGone) {
    failAbout(order, "was promised, and is lost");
  }
}

void Ledger::judgeEnd(const SimulatedStore::Content& content) {
  if (m_world.hasFailed()) return;
  std::map<Sequence, const Order*> inOrder;
  for (const auto& [number, order] : m_orders) inOrder.emplace(order.sequence(), &order);
  std::set<std::string> held;
  for (const auto& [sequence, letter] : content.letters) {
    const Order& order = *inOrder.at(sequence);
    const std::set<std::string> keys = orderingKeys(*ChangeSetView::parse(order.bytes));
    const bool waits = letter.kind == kLetterHeld;
    if (waits && !sharesAny(keys, held)) failAbout(order, "is held, and nothing holds it");
    if (waits || isHolder(order)) held.insert(keys.begin(), keys.end());
  }
  for (const auto& [number, order] : m_orders) {
    if (order.isPromised() && order.sequence() > content.settledOf(order.shard())) {
      failAbout(order, "was promised, and never came");
    }
  }
}

void Ledger::failAbout(const Order& order, const std::string& what) {
  std::string told;
  for (const Submission& each : order.submissions) {
    told += " " + toText(each.sequence) + " " + std::string(fateName(each.fate)) +
            (each.known ? " (known)" : "") + ";";
  }
  m_world.fail("order " + std::to_string(order.number) + " " + what + " [told:" + told + "]");
}

}  // namespace penstock::test
