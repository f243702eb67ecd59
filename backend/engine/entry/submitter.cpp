// SPDX-License-Identifier: Apache-2.0
#include "engine/entry/submitter.h"

#include <algorithm>
#include <utility>

#include "intake/change_reader.h"
#include "intake/change_set_encoder.h"
#include "model/codec.h"
#include "model/identity.h"

namespace penstock {
namespace {

/// Every so many submissions one is timed from submit to journaled: reading the clock for each
/// would cost more than the rest of a small submission.
constexpr std::uint64_t kTimedEvery = 64;
constexpr std::size_t kSamplesMax = 4096;

bool hasRate(const std::vector<TablePolicy>& policies) {
  return std::any_of(policies.begin(), policies.end(),
                     [](const TablePolicy& policy) { return policy.ratePerClient.has_value(); });
}

/// One submission between gate and journal, counted so that a drain sees those on their way. Who
/// waits at the gate is not.
class Submission {
 public:
  Submission(std::atomic<std::uint64_t>& entered, std::atomic<std::uint64_t>& left)
      : m_entered(entered), m_left(left) {
    enter();
  }
  ~Submission() {
    if (m_inside) leave();
  }
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  void enter() {
    m_number = m_entered.fetch_add(1);
    m_inside = true;
  }
  void leave() {
    m_left.fetch_add(1);
    m_inside = false;
  }
  std::uint64_t number() const { return m_number; }

 private:
  std::atomic<std::uint64_t>& m_entered;
  std::atomic<std::uint64_t>& m_left;
  std::uint64_t m_number = 0;
  bool m_inside = false;
};

/// By its id or as a line of a source.
bool isRemembered(const ChangeSetView& view) {
  return !view.id().empty() || view.source().source != 0;
}

KnownChanges::Passage passageOf(const ChangeSetView& view, Sequence head) {
  KnownChanges::Passage passage;
  passage.source = view.source();
  passage.headBefore = head;
  if (view.id().empty()) return passage;
  passage.identity = KnownChanges::Passage::Identity::Id;
  passage.id = hashIdentity(view.client(), view.id());
  passage.content = hashContent(view);
  return passage;
}

}  // namespace

class SubmitterClient final : public Client {
 public:
  SubmitterClient(Submitter& submitter, std::string_view identity, AckReceiver* receiver)
      : m_submitter(submitter),
        m_identity(identity),
        m_key{hashBytes(identity)},
        m_account(submitter.m_parts.acknowledgements.open(receiver)) {}
  ~SubmitterClient() override { m_submitter.m_parts.acknowledgements.close(m_account); }

  Ack submit(const ChangeSet& changeSet, const SubmitOptions& options) override {
    return submitResult(m_encoder.encode(changeSet, m_submitter.catalog(), origin(options)),
                        options);
  }
  Ack submitJson(std::string_view line, const SubmitOptions& options) override {
    return submitResult(m_reader.read({line, line.size()}, m_submitter.catalog(), origin(options)),
                        options);
  }
  Ack submitEncoded(std::string_view encoded, const SubmitOptions& options) override {
    return m_submitter.submit({m_account, m_identity, m_key}, encoded, options);
  }

 private:
  Origin origin(const SubmitOptions& options) const { return {m_identity, options.source}; }
  Ack submitResult(const Result<std::string_view>& encoded, const SubmitOptions& options) {
    if (!encoded) return m_submitter.refuse(encoded.status());
    return m_submitter.submit({m_account, m_identity, m_key}, *encoded, options);
  }

  Submitter& m_submitter;
  const std::string m_identity;
  const ClientKey m_key;
  const std::shared_ptr<Acknowledgements::Account> m_account;
  ChangeReader m_reader;
  ChangeSetEncoder m_encoder;
};

Submitter::Submitter(Parts parts, std::vector<TablePolicy> policies)
    : m_parts(std::move(parts)), m_policies(std::move(policies)), m_anyRate(hasRate(m_policies)) {}

std::unique_ptr<Client> Submitter::openClient(std::string_view identity, AckReceiver* receiver) {
  return std::make_unique<SubmitterClient>(*this, identity, receiver);
}

Status Submitter::encodeJson(std::string_view line, std::string_view identity,
                             const SourceLine& source, std::string& to) const {
  thread_local ChangeReader reader;
  const Result<std::string_view> encoded =
      reader.read({line, line.size()}, catalog(), {identity, source});
  if (!encoded) return encoded.status();
  to.assign(*encoded);
  return Status::ok();
}

SubmitPort::SourcePosition Submitter::sourcePosition(std::uint64_t source) const {
  const SourcePositions::Position position = m_parts.known.position(source);
  return {position.upTo, position.chainHash, position.refused, position.shed};
}

Ack Submitter::submit(const Sender& sender, std::string_view encoded,
                      const SubmitOptions& options) {
  const Result<ChangeSetView> view = ChangeSetView::parse(encoded);
  if (!view) return refuse(view.status());
  Submission submission(m_entered, m_left);
  const bool timed = submission.number() % kTimedEvery == 0;
  const SteadyTime begun = timed ? m_parts.clock.steadyNow() : SteadyTime();
  if (m_anyRate) {
    if (Ack limited = limitRate(sender.identity, *view); !limited.status.isOk()) return limited;
  }
  while (!m_parts.gate.isWideOpen()) {
    submission.leave();
    if (Ack stopped = passGate(*view, sender.key, options); !stopped.status.isOk()) return stopped;
    submission.enter();
    if (!m_parts.gate.isShut()) break;
  }
  Ack ack = isRemembered(*view) ? appendKnown(*view, options) : append(*view, options);
  if (!ack.status.isOk()) return ack;
  if (!ack.known) {
    m_parts.counters.acceptedSets.add(1);
    m_parts.counters.acceptedChanges.add(view->changeCount());
    if (timed) timeSample(ack.sequence, begun);
  }
  // A known line without an id has no sequence; but it is synced, so the head covers it.
  m_parts.acknowledgements.await(sender.account, options.token, ack, options.notifyAt,
                                 m_parts.journal.syncedHead());
  return ack;
}

Ack Submitter::passGate(const ChangeSetView& view, ClientKey client, const SubmitOptions& options) {
  const IntakeGate::Outcome outcome =
      m_parts.gate.pass({overloadPolicy(view), client, view.bytes().size()}, options.deadline);
  if (outcome.waited == IntakeGate::Outcome::Waiting::Yes) m_parts.counters.waitedSets.add(1);
  if (outcome.status.isOk()) return {};
  if (outcome.verdict == Verdict::Shed) return isKnown(view) ? Ack() : shed(outcome.status);
  return refuse(outcome.status, outcome.retryAfterMs);
}

Ack Submitter::append(const ChangeSetView& view, const SubmitOptions& options) {
  const Result<Sequence> sequence =
      m_parts.journal.append(RecordType::ChangeSet, view.bytes(), options.deadline);
  if (!sequence) return refuse(sequence.status());
  noteAppended(*sequence);
  Ack ack;
  ack.sequence = *sequence;
  return ack;
}

void Submitter::noteAppended(Sequence sequence) {
  std::uint64_t last = m_lastAppended.load(std::memory_order_relaxed);
  while (last < toNumber(sequence) &&
         !m_lastAppended.compare_exchange_weak(last, toNumber(sequence))) {
  }
}

/// What was accepted and is not synced yet belongs to it: the caller has sent it before.
Status Submitter::flushAndWait(SteadyTime deadline) {
  const Sequence last{m_lastAppended.load()};
  RETURN_IF_ERROR(m_parts.journal.waitSynced(last, deadline));
  return m_parts.flushAndWait(deadline);
}

/// Those that left are read first: who enters in between makes it less quiet, never more.
bool Submitter::isQuiet() const {
  const std::uint64_t left = m_left.load();
  if (m_entered.load() != left) return false;
  const Sequence last{m_lastAppended.load()};
  const Status synced = m_parts.journal.waitSynced(last, m_parts.clock.steadyNow());
  return synced.code() != StatusCode::Deadline;
}

/// Look up, append, remember; the place of the id is held meanwhile.
Ack Submitter::appendKnown(const ChangeSetView& view, const SubmitOptions& options) {
  const KnownChanges::Passage passage = passageOf(view, m_parts.journal.syncedHead());
  const KnownChanges::Entry entry = m_parts.known.reserve(passage, options.deadline);
  if (!entry.status.isOk()) return refuse(entry.status);
  if (entry.seen == KnownIds::Seen::ContentDiffers) {
    return refuse(
        Status(StatusCode::Invalid, "id: was used before for another change set (sequence " +
                                        std::to_string(toNumber(entry.sequence)) + ")"));
  }
  if (entry.seen == KnownIds::Seen::Known) {
    m_parts.counters.knownSets.add(1);
    Ack ack;
    ack.known = true;
    ack.sequence = entry.sequence;
    return ack;
  }
  Ack ack = append(view, options);
  if (ack.status.isOk()) {
    m_parts.known.commit(passage, ack.sequence, SourcePositions::LineFate::Journaled);
  } else {
    m_parts.known.cancel(passage);
  }
  return ack;
}

Ack Submitter::refuse(Status status, std::uint32_t retryAfterMs) {
  m_parts.counters.rejectedSets.add(1);
  Ack ack;
  ack.status = std::move(status);
  ack.retryAfterMs = retryAfterMs;
  return ack;
}

/// Not waiting for one with the same id that is under way.
bool Submitter::isKnown(const ChangeSetView& view) {
  if (!isRemembered(view)) return false;
  const KnownChanges::Passage passage = passageOf(view, m_parts.journal.syncedHead());
  const KnownChanges::Entry entry = m_parts.known.reserve(passage, m_parts.clock.steadyNow());
  if (!entry.status.isOk()) return false;
  if (entry.seen == KnownIds::Seen::New) m_parts.known.cancel(passage);
  return entry.seen != KnownIds::Seen::New;
}

Ack Submitter::shed(const Status& why) {
  m_parts.counters.shedSets.add(1);
  Ack ack;
  ack.shed = true;
  ack.status = why.withContext("dropped, as overload = \"shed\" allows");
  return ack;
}

/// What was turned away takes no part of the room that is dealt out, and yet some of the journal:
/// up to its limit.
Status Submitter::mark(const KnownChanges::Mark& mark) {
  const BudgetUsage journal = m_parts.gate.usage(Budget::Journal);
  if (journal.limit != 0 && journal.used >= journal.limit) {
    return {StatusCode::Overloaded,
            "journal: all of it is used (the sinks are behind; slow down, or raise disk_budget)"};
  }
  KnownChanges::Passage passage;
  passage.source = mark.line;
  passage.headBefore = m_parts.journal.syncedHead();
  const KnownChanges::Entry entry = m_parts.known.reserve(passage, SteadyTime::max());
  if (!entry.status.isOk() || entry.seen == KnownIds::Seen::Known) return entry.status;
  const Result<Sequence> sequence = m_parts.journal.append(
      RecordType::SourceMark, KnownChanges::encodeMark(mark), SteadyTime::max());
  if (!sequence) {
    m_parts.known.cancel(passage);
    return sequence.status();
  }
  m_parts.known.commit(passage, *sequence, mark.fate);
  return Status::ok();
}

const TablePolicy* Submitter::policyOf(const std::string& table) const {
  for (const TablePolicy& policy : m_policies) {
    if (policy.name == table) return &policy;
  }
  return nullptr;
}

/// Of several tables the one that lets callers wait longest decides: nothing is dropped because of
/// a table that may be, together with one that may not.
OverloadPolicy Submitter::overloadPolicy(const ChangeSetView& view) const {
  const CatalogPointer catalog = m_parts.journal.catalog();
  std::optional<OverloadPolicy> chosen;
  for (auto changes = view.changes(); auto change = changes.next();) {
    const TablePolicy* policy = policyOf(catalog->table(change->table).name);
    const OverloadPolicy each = policy == nullptr ? OverloadPolicy::Wait : policy->overload;
    chosen = chosen ? std::min(*chosen, each) : each;
  }
  return chosen.value_or(OverloadPolicy::Wait);
}

Ack Submitter::limitRate(std::string_view identity, const ChangeSetView& view) {
  const CatalogPointer catalog = m_parts.journal.catalog();
  for (auto changes = view.changes(); auto change = changes.next();) {
    const std::string& table = catalog->table(change->table).name;
    const TablePolicy* policy = policyOf(table);
    if (policy == nullptr || !policy->ratePerClient) continue;
    const std::chrono::milliseconds wait =
        m_parts.gate.takeToken(identity, {change->table, *policy->ratePerClient});
    if (wait.count() == 0) continue;
    return refuse(
        Status(StatusCode::Overloaded, "table " + table + ": more than its rate per client"),
        static_cast<std::uint32_t>(wait.count()));
  }
  return {};
}

void Submitter::timeSample(Sequence sequence, SteadyTime submitted) {
  {
    MutexLock lock(m_sampleMutex);
    if (m_samples.size() < kSamplesMax) m_samples.push_back({sequence, submitted});
  }
  // Journaled in between: nobody else would end this timing until the next group.
  if (m_parts.journal.journaledHead() >= sequence) onJournaled(sequence);
}

void Submitter::onJournaled(Sequence head) {
  MutexLock lock(m_sampleMutex);
  if (m_samples.empty()) return;
  const SteadyTime now = m_parts.clock.steadyNow();
  while (!m_samples.empty() && m_samples.front().sequence <= head) {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(now - m_samples.front().submitted);
    m_parts.counters.ackMicros.record(micros.count());
    m_samples.pop_front();
  }
}

}  // namespace penstock
