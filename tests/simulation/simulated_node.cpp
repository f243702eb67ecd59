// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_node.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/planted_recovery.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

const std::string kDataDirectory = "/data";
const std::string kJournalDirectory = "/data/journal";
constexpr std::size_t kKnownIds = 1000;
/// Nobody waits: what cannot be done at once is refused.
constexpr SteadyTime kAtOnce{};

}  // namespace

SimulatedNode::SimulatedNode(Parts parts, const NodeSetting& setting, std::uint32_t number)
    : m_parts(std::move(parts)),
      m_setting(setting),
      m_number(number),
      m_acknowledgements(setting.syncInterval.count() == 0 ? Survives::PowerLoss
                                                           : Survives::ProcessEnd),
      m_gate(m_parts.world.clock()),
      m_known(m_parts.disk, kDataDirectory, kKnownIds) {}

SimulatedNode::~SimulatedNode() {
  m_life.reset();
  m_client.reset();
  if (m_journal == nullptr) return;
  m_journal->setSyncedListener({});
  m_journal->setFailureListener({});
  m_sink.reset();
  m_journal.reset();
}

Status SimulatedNode::start(SinkGate gate, const std::vector<PausedTable>& pauses) {
  RETURN_IF_ERROR(m_parts.disk.createDirectories(kDataDirectory));
  plantBeforeRecovery(m_parts.bug, m_parts.disk, kJournalDirectory);
  RETURN_IF_ERROR(openJournal());
  if (m_parts.bug == PlantedBug::KnownIdsNotRecovered) {
    m_known.onSynced(m_journal->syncedHead());
  } else {
    RETURN_IF_ERROR(m_known.recover(*m_journal));
  }
  m_submitter = std::make_unique<Submitter>(
      Submitter::Parts{*m_journal, m_parts.world.clock(), m_gate, m_known, m_acknowledgements,
                       m_parts.counters, [](SteadyTime) { return Status::ok(); }},
      m_setting.sink.policies);
  m_client = m_submitter->openClient("client", this);
  m_sink = std::make_unique<SimulatedSink>(
      SimulatedSink::Parts{m_parts.world, *m_journal, m_parts.store,
                           static_cast<FlushListener&>(*this), m_life, letterAccess(), m_parts.bug},
      m_setting.sink);
  m_sink->setGate(gate);
  m_sink->setPauses(pauses);
  m_journal->setSyncedListener([this](const SyncedNews& news) { onSynced(news); });
  m_journal->setFailureListener([this](const AppendFailure& failure) { onNotJournaled(failure); });
  (void)m_sink->tryStart("life " + std::to_string(m_number));  // tried again later
  m_acknowledgements.onJournaled(m_journal->journaledHead());
  m_acknowledgements.onSettled(m_sink->settled());
  wakeJournal();
  scheduleChores();
  return Status::ok();
}

LetterAccess SimulatedNode::letterAccess() {
  return {[this](const LetterQuery& query) { return m_parts.store.listLetters(query); },
          [this](const DeadLetter& letter, std::string& to) {
            const std::string* bytes = m_parts.ledger.bytesOf(letter.sequence);
            if (bytes == nullptr) return Status(StatusCode::Invalid, "nobody's letter");
            to = *bytes;
            return Status::ok();
          },
          [this] { return m_journal->catalog(); }, SimulatedStore::kJournal};
}

Status SimulatedNode::openJournal() {
  FileJournalOptions options;
  options.directory = kJournalDirectory;
  options.holderNote = "the simulation";
  options.segmentBytes = m_setting.segmentBytes;
  options.stagingBytes = 8 * limits::kJournalBlockBytes;
  options.spares = m_setting.spares;
  options.retain = m_setting.retain;
  options.syncInterval = m_setting.syncInterval;
  options.retainBytes = 8 * m_setting.segmentBytes;
  options.initialCatalog = m_parts.catalog;
  options.drive = FileJournalOptions::Drive::Steps;
  options.confirm = [this](const JournalId& id, Sequence head) { return confirmHead(id, head); };
  auto journal = FileJournal::open(m_parts.disk, m_parts.world.clock(), std::move(options));
  if (!journal) return journal.status();
  m_journal = std::move(journal).value();
  return Status::ok();
}

Status SimulatedNode::confirmHead(const JournalId&, Sequence head) const {
  const auto checkpoint = m_parts.store.readCheckpoint();
  const Sequence seen = checkpoint ? *checkpoint : kNoSequence;
  if (std::max(seen, m_known.claimedPosition()) <= head) return Status::ok();
  return {StatusCode::Corrupt, "the end of the journal is missing"};
}

void SimulatedNode::stop() {
  m_life.reset();  // flushing ends first
  (void)m_journal->close();
}

// --- the way in ----------------------------------------------------------------------------------

void SimulatedNode::submit(Order& order, AckLevel notifyAt) {
  SubmitOptions options;
  options.token = m_parts.ledger.tokenFor(order);
  options.notifyAt = notifyAt;
  options.deadline = kAtOnce;
  order.submissions.emplace_back();
  Ack ack = m_client->submitEncoded(order.bytes, options);
  const bool isNew = ack.status.isOk() && !ack.known;
  if (m_parts.bug == PlantedBug::SequenceUsedTwice && isNew && m_parts.world.random().percent(2)) {
    ack.sequence = Sequence{toNumber(ack.sequence) - 1};
  }
  m_parts.ledger.onAnswer(order.number, ack, notifyAt);
  wakeJournal();
}

void SimulatedNode::decide(const DeadLetter& letter, LetterAction action) {
  LetterOrder order;
  order.action = action;
  order.journal = letter.journal;
  order.sequence = letter.sequence;
  const std::string* bytes = m_parts.ledger.bytesOf(letter.sequence);
  if (bytes == nullptr) return m_parts.world.fail("a letter of nobody's");
  if (action == LetterAction::Retry) order.changeSet = *bytes;
  std::string record;
  order.encodeTo(record);
  const auto sequence = m_journal->append(RecordType::DeadLetterOrder, record, kAtOnce);
  m_parts.world.note([&] {
    return "operator: " + std::string(action == LetterAction::Retry ? "retries" : "discards") +
           " letter " + toText(letter.sequence) + ", " + sequence.status().message();
  });
  if (sequence) m_parts.ledger.onDecision(letter.sequence, action);
  wakeJournal();
}

void SimulatedNode::onAck(AckToken token, const Ack& ack) {
  if (isDead()) return;  // nobody hears it
  m_parts.ledger.onAck(token, ack, m_parts.store);
}

// --- the journal's thread ------------------------------------------------------------------------

void SimulatedNode::wakeJournal() {
  if (m_journalIsWoken) return;
  m_journalIsWoken = true;
  m_parts.world.after(m_parts.world.random().time(0us, 2ms), m_life, [this] {
    m_journalIsWoken = false;
    stepJournal();
  });
}

void SimulatedNode::stepJournal() {
  const GroupLoop::Step step = m_journal->step();
  m_parts.world.note([&] {
    return "journal: step " + std::to_string(static_cast<int>(step.kind)) + ", head " +
           toText(m_journal->syncedHead());
  });
  if (step.kind == GroupLoop::Step::Kind::Wrote) wakeJournal();
  if (step.kind == GroupLoop::Step::Kind::Idle && step.until) {
    m_parts.world.at(*step.until, m_life, [this] { wakeJournal(); });
  }
  if (step.kind != GroupLoop::Step::Kind::Failed) return;
  m_journalIsWoken = true;
  m_parts.world.at(*step.until, m_life, [this] {
    m_journalIsWoken = false;
    stepJournal();
  });
}

void SimulatedNode::onSynced(const SyncedNews& news) {
  if (isDead()) return;
  m_known.onSynced(news.head);
  m_submitter->onJournaled(news.journaled);
  m_acknowledgements.onJournaled(news.journaled);
  m_sink->onSynced();
  measureBudgets();
}

void SimulatedNode::onNotJournaled(const AppendFailure& failure) {
  if (m_parts.bug != PlantedBug::LostStaysKnown) m_known.onNotJournaled(failure);
  m_acknowledgements.onNotJournaled(failure.first, failure.last, failure.status);
}

void SimulatedNode::measureBudgets() {
  const JournalUsage usage = m_journal->usage();
  m_gate.updateUsage({.journal = {usage.usedBytes, m_setting.diskBudgetBytes}});
  (void)m_gate.takeEvents();
}

// --- flush workers -------------------------------------------------------------------------------

void SimulatedNode::onSettled(const SettledNews& news) {
  m_acknowledgements.onSettled(news.settled);
}

void SimulatedNode::onDeadLetter(const DeadLetter& letter, EntryKind from) {
  m_parts.ledger.onLetter(letter);
  if (from != EntryKind::ChangeSet) return;
  m_acknowledgements.onDeadLetter(
      letter.sequence, Status(StatusCode::Invalid, letter.reason + " [" + letter.code + "]"));
}

bool SimulatedNode::isDrained() const {
  return m_sink->isRunning() && !m_sink->isReviewing() && m_journal->usage().stagedBytes == 0 &&
         m_sink->settled() >= m_journal->syncedHead();
}

// --- housekeeping --------------------------------------------------------------------------------

void SimulatedNode::scheduleChores() {
  m_parts.world.after(m_setting.chores, m_life, [this] { doChores(); });
}

void SimulatedNode::doChores() {
  scheduleChores();
  ++m_choresDone;
  if (!m_sink->isRunning()) {
    (void)m_sink->tryStart("life " + std::to_string(m_number));
    m_acknowledgements.onSettled(m_sink->settled());
  }
  measureBudgets();
  (void)m_journal->prepareSpares();
  if (m_choresDone % m_setting.snapshotEvery == 0) (void)m_known.writeSnapshots();
  const bool isTooFar = m_parts.bug == PlantedBug::RetiredTooFar;
  const Sequence passed = std::min(m_sink->start(), m_known.snapshotPosition());
  const Sequence keptBefore = m_journal->oldestKept();
  (void)m_journal->retire(isTooFar ? m_journal->syncedHead()
                                   : std::min(m_journal->syncedHead(), passed));
  if (m_journal->oldestKept() == keptBefore) return;
  m_parts.world.note(
      [&] { return "node: keeps what is after " + toText(m_journal->oldestKept()); });
}

}  // namespace penstock::test
