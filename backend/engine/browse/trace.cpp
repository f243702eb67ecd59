// SPDX-License-Identifier: Apache-2.0
#include "engine/browse/trace.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/number_text.h"
#include "model/codec_json.h"

namespace penstock {
namespace {

constexpr std::uint32_t kChangesShown = 5;

std::string timeText(std::int64_t micros) {
  return formatUtc(WallTime{std::chrono::microseconds(micros)});
}

std::string sequenceText(Sequence sequence) { return std::to_string(toNumber(sequence)); }

std::string summaryOf(const ChangeSetView& set, const Catalog& catalog) {
  std::string text;
  std::uint32_t shown = 0;
  for (auto changes = set.changes(); auto change = changes.next();) {
    if (shown++ == kChangesShown) break;
    if (!text.empty()) text += ", ";
    text += operationName(change->operation);
    text += " " + catalog.table(change->table).name;
    if (!change->keyBytes.empty()) text += "/" + plainKey(*change);
  }
  if (set.changeCount() > kChangesShown) {
    text += " (and " + groupedNumber(std::uint64_t{set.changeCount() - kChangesShown}) + " more)";
  }
  return text;
}

std::string orderText(const TracedOrder& order, Sequence settled) {
  const char* what = order.action == LetterAction::Retry ? "retry" : "discard";
  std::string text = std::string(what) + " decided by " + order.who + " at " +
                     timeText(order.atMicros) + " (sequence " + sequenceText(order.sequence);
  return text + (order.sequence > settled ? ", waiting)" : ")");
}

std::string ordersText(const std::vector<TracedOrder>& orders, Sequence settled) {
  std::string text;
  for (const TracedOrder& order : orders) text += "; " + orderText(order, settled);
  return text;
}

/// Of a letter that is gone, by the decisions that the sink has come to. A letter is decided once:
/// what comes after the decision that took effect does nothing.
SinkFate fateOf(const std::vector<TracedOrder>& orders, Sequence settled) {
  const auto isDone = [settled](const TracedOrder& order) { return order.sequence <= settled; };
  const auto isDiscard = [](const TracedOrder& order) {
    return order.action == LetterAction::Discard;
  };
  const auto first = std::ranges::find_if(orders, isDone);
  if (first == orders.end()) return SinkFate::Persisted;
  if (isDiscard(*first)) return SinkFate::Discarded;
  const bool hasDiscard = std::ranges::any_of(
      orders, [&](const TracedOrder& order) { return isDone(order) && isDiscard(order); });
  return hasDiscard ? SinkFate::Decided : SinkFate::Retried;
}

std::string letterText(const DeadLetter& letter) {
  return "dead letter (" + letter.kind + ") since " + timeText(letter.atMicros) + ": " +
         letter.reason + (letter.code.empty() ? "" : " (" + letter.code + ")") + ", " +
         groupedNumber(std::uint64_t{letter.attempts}) +
         (letter.attempts == 1 ? " attempt" : " attempts");
}

std::string fateText(SinkFate fate) {
  switch (fate) {
    case SinkFate::Retried:
      return "refused, and persisted by a retry";
    case SinkFate::Discarded:
      return "refused, and discarded";
    case SinkFate::Decided:
      return "refused, retried and then discarded: persisted unless the retry was refused too";
    case SinkFate::Waiting:
    case SinkFate::Persisted:
    case SinkFate::DeadLetter:
    case SinkFate::Unknown:
      return std::string(sinkFateName(fate));
  }
  return {};
}

std::string otherRecordText(RecordType type) {
  switch (type) {
    case RecordType::Catalog:
      return "the tables as they were when its segment began";
    case RecordType::SourceMark:
      return "a mark that lines of a replayed source were refused";
    case RecordType::AcceptedLoss:
      return "an operator's decision to go on behind damage";
    case RecordType::DeadLetterOrder:
    case RecordType::ChangeSet:
      break;
  }
  return {};
}

}  // namespace

std::string TraceQuery::describe() const {
  if (sequence) return "sequence " + sequenceText(*sequence);
  if (!id.empty()) return "id '" + id + "'";
  return "row " + table + "/" + key;
}

Result<TraceQuery> rowQuery(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    return Status(StatusCode::Invalid,
                  "--row: '" + text +
                      "' is no row (write TABLE/KEY, as in players/42; the values of a longer key "
                      "with commas between)");
  }
  TraceQuery query;
  query.table = text.substr(0, slash);
  query.key = text.substr(slash + 1);
  return query;
}

bool isMeant(const TraceQuery& query, const DeadLetter& letter) {
  if (query.sequence) return letter.sequence == *query.sequence;
  if (query.id.empty()) return false;
  std::string start = "{\"id\":";  // as toJson() begins
  appendJsonString(start, query.id);
  return letter.changeSet.starts_with(start);
}

bool touchesRow(const ChangeSetView& set, const Catalog& catalog, const TraceQuery& query) {
  for (auto changes = set.changes(); auto change = changes.next();) {
    const bool ofTable = catalog.table(change->table).name == query.table;
    if (ofTable && plainKey(*change) == query.key) return true;
  }
  return false;
}

std::string_view sinkFateName(SinkFate fate) {
  switch (fate) {
    case SinkFate::Unknown:
      return "unknown";
    case SinkFate::Waiting:
      return "waiting";
    case SinkFate::Persisted:
      return "persisted";
    case SinkFate::DeadLetter:
      return "dead_letter";
    case SinkFate::Retried:
      return "retried";
    case SinkFate::Discarded:
      return "discarded";
    case SinkFate::Decided:
      return "decided";
  }
  return {};
}

SinkTrace judge(const TracedChangeSet& set, const SinkView& view) {
  SinkTrace trace;
  for (const TracedOrder& order : set.orders) {
    if (order.sink == view.sink) trace.orders.push_back(order);
  }
  if (!view.status.isOk()) {
    trace.text = "unknown: " + view.status.message();
    return trace;
  }
  if (view.letter) {
    trace.fate = SinkFate::DeadLetter;
    trace.text = letterText(*view.letter) + ordersText(trace.orders, view.settled);
    return trace;
  }
  const bool isSettled = set.sequence <= view.settled;
  trace.fate = isSettled ? fateOf(trace.orders, view.settled) : SinkFate::Waiting;
  trace.text = fateText(trace.fate) + ordersText(trace.orders, view.settled);
  return trace;
}

Tracer::Tracer(TraceQuery query, const JournalId& journal, std::size_t setsMax)
    : m_query(std::move(query)), m_journal(toText(journal)), m_setsMax(setsMax) {}

Status Tracer::take(const JournalRecord& record) {
  if (m_first == kNoSequence) {
    m_first = record.sequence;
    m_firstMicros = record.wallMicros;
  }
  m_last = record.sequence;
  if (record.catalog != nullptr && record.catalog != m_catalog) {
    m_catalog = record.catalog;
    m_knowsTable = m_knowsTable || m_catalog->find(m_query.table) != nullptr;
  }
  if (record.type == RecordType::ChangeSet) return takeChangeSet(record);
  if (m_query.sequence == record.sequence) m_otherRecord = otherRecordText(record.type);
  return record.type == RecordType::DeadLetterOrder ? takeOrder(record) : Status::ok();
}

Status Tracer::takeChangeSet(const JournalRecord& record) {
  if (m_query.sequence && *m_query.sequence != record.sequence) return Status::ok();
  const Result<ChangeSetView> set = ChangeSetView::parse(record.payload);
  if (!set) return set.status().withContext("sequence " + sequenceText(record.sequence));
  if (!isMeant(*set, record)) return Status::ok();
  ++m_matches;
  TracedChangeSet found;
  found.sequence = record.sequence;
  found.journaledMicros = record.wallMicros;
  found.id = set->id();
  found.group = set->group();
  found.summary = summaryOf(*set, *record.catalog);
  found.changeSet = toJson(*set, *record.catalog);
  m_sets.push_back(std::move(found));
  if (m_sets.size() > m_setsMax) dropOldest();
  return Status::ok();
}

void Tracer::dropOldest() {
  m_droppedUpTo = m_sets.front().sequence;
  m_sets.pop_front();
}

bool Tracer::isMeant(const ChangeSetView& set, const JournalRecord& record) const {
  if (m_query.sequence) return true;
  if (!m_query.id.empty()) return set.id() == m_query.id;
  return touchesRow(set, *record.catalog, m_query);
}

Status Tracer::takeOrder(const JournalRecord& record) {
  const Result<LetterOrder> order = LetterOrder::parse(record.payload);
  if (!order) return order.status().withContext("sequence " + sequenceText(record.sequence));
  const bool isRetry = order->action == LetterAction::Retry;
  if (m_query.sequence == record.sequence) {
    m_otherRecord = std::string("the decision by ") + std::string(order->who) + " to " +
                    (isRetry ? "retry" : "discard") + " dead letter " +
                    sequenceText(order->sequence) + " of sink " + std::string(order->sink);
  }
  const bool isOurs = order->journal.empty() || order->journal == m_journal;
  // A decision comes after the change set that it is about.
  if (!isOurs || (m_query.sequence != order->sequence && !isFound(order->sequence))) {
    return Status::ok();
  }
  m_orders[order->sequence].push_back({order->action, record.sequence, std::string(order->sink),
                                       std::string(order->who), record.wallMicros});
  return Status::ok();
}

bool Tracer::isFound(Sequence sequence) const {
  const auto at = std::ranges::lower_bound(m_sets, sequence, {}, &TracedChangeSet::sequence);
  return at != m_sets.end() && at->sequence == sequence;
}

void Tracer::takeLetter(const DeadLetter& letter) {
  if (letter.journal != m_journal || isFound(letter.sequence)) return;
  if (letter.sequence <= m_droppedUpTo) return;  // counted
  ++m_matches;
  TracedChangeSet found;
  found.sequence = letter.sequence;
  found.changeSet = letter.changeSet;
  const auto at = std::ranges::lower_bound(m_sets, letter.sequence, {}, &TracedChangeSet::sequence);
  m_sets.insert(at, std::move(found));
  if (m_sets.size() > m_setsMax) dropOldest();
}

std::vector<TracedChangeSet> Tracer::found() const {
  std::vector<TracedChangeSet> sets(m_sets.begin(), m_sets.end());
  for (TracedChangeSet& set : sets) {
    const auto orders = m_orders.find(set.sequence);
    if (orders != m_orders.end()) set.orders = orders->second;
  }
  return sets;
}

std::string Tracer::reachText() const {
  if (m_first == kNoSequence) return "the journal is empty";
  return "the journal reaches back to sequence " + sequenceText(m_first) + " of " +
         timeText(m_firstMicros);
}

}  // namespace penstock
