// SPDX-License-Identifier: Apache-2.0
// What an operator pauses of a sink, and what waits for a decision, in words.
#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "engine/sink.h"

namespace penstock {
namespace {

Pause pauseBy(const std::string& who, const std::string& why, std::int64_t now) {
  return {who.empty() ? "somebody" : who, why, now};
}

std::uint64_t heldBy(const HoldState& holds, std::string_view table) {
  const auto found = std::ranges::find(holds.pauses, table, &HoldState::ByPause::table);
  return found == holds.pauses.end() ? 0 : found->held;
}

std::string setsAreHeld(std::uint64_t sets) {
  return groupedNumber(sets) + (sets == 1 ? " change set is held" : " change sets are held");
}

/// Of letters; empty when nothing waits for a decision about one.
std::string lettersText(const HoldState& holds) {
  std::string text = holds.parked;
  if (holds.parkedMore > 0) text += ", and " + groupedNumber(holds.parkedMore) + " more tables";
  if (!text.empty()) text += " (mend it, then retry its dead letter); ";
  std::uint64_t byPauses = 0;
  for (const HoldState::ByPause& each : holds.pauses) byPauses += each.held;
  const std::uint64_t behindLetters = holds.held - std::min(holds.held, byPauses);
  if (behindLetters > 0) text += setsAreHeld(behindLetters) + "; ";
  if (text.empty()) return text;
  return text + "decide dead letter " + std::to_string(toNumber(holds.firstBlocker)) + " first";
}

}  // namespace

void Sink::pause(const std::string& who, const std::string& why) {
  Pauses now;
  {
    MutexLock lock(m_mutex);
    if (m_pauses.sink) return;
    m_pauses.sink = pauseBy(who, why, wallMicros());
    if (m_running) m_running->queue->setGate(SinkGate::Paused);
    now = m_pauses;
  }
  keepPauses(now, "the pause will not outlive a restart");
}

std::string Sink::resume() {
  std::string who;
  Pauses now;
  {
    MutexLock lock(m_mutex);
    if (!m_pauses.sink) return who;
    who = m_pauses.sink->who;
    m_pauses.sink.reset();
    if (m_running) m_running->queue->setGate(SinkGate::Open);
    now = m_pauses;
  }
  keepPauses(now, "the next start will be paused again");
  return who;
}

Status Sink::checkTablePause() const {
  if (!keepsRows()) {
    return {StatusCode::Unsupported, "sink " + name() +
                                         " is an archive: it keeps every change set, whatever its "
                                         "tables (pause the sink)"};
  }
  if (!hasSeveralLanes()) return Status::ok();
  return {StatusCode::Unsupported, "sink " + name() +
                                       " commits on several lanes, where a table cannot be paused "
                                       "by itself (pause the sink)"};
}

void Sink::pauseTable(const std::string& table, const std::string& who, const std::string& why) {
  Pauses now;
  {
    MutexLock lock(m_mutex);
    if (m_pauses.find(table) != nullptr) return;
    m_pauses.tables.push_back({table, pauseBy(who, why, wallMicros())});
    if (m_running) m_running->pool->setPauses(pausedTables());
    now = m_pauses;
  }
  keepPauses(now, "the pause of a table will not outlive a restart");
}

std::string Sink::resumeTable(std::string_view table) {
  std::string who;
  Pauses now;
  {
    MutexLock lock(m_mutex);
    const TablePause* const found = m_pauses.find(table);
    if (found == nullptr) return who;
    who = found->pause.who;
    std::erase_if(m_pauses.tables, [&](const TablePause& each) { return each.table == table; });
    if (m_running) m_running->pool->setPauses(pausedTables());
    now = m_pauses;
  }
  keepPauses(now, "the table will be paused again by the next start");
  return who;
}

/// Not under the lock: the sampler must not wait for a disk.
void Sink::keepPauses(const Pauses& pauses, const char* trouble) {
  const Status written = m_pauseFile.write(pauses);
  if (written.isOk()) return;
  tell(EventKind::SinkState, Severity::Warning, trouble + (": " + written.message()));
}

Pauses Sink::pauses() const {
  MutexLock lock(m_mutex);
  return m_pauses;
}

std::vector<PausedTable> Sink::pausedTables() const {
  std::vector<PausedTable> tables;
  for (const TablePause& each : m_pauses.tables) tables.push_back({each.table, each.reason()});
  return tables;
}

/// For people: what waits for an operator, and for which decision. Empty: nothing does.
std::string Sink::waitingText(const HoldState& holds) const {
  std::string text;
  for (const TablePause& each : m_pauses.tables) {
    if (!text.empty()) text += "; ";
    text += each.reason() + ", " + setsAreHeld(heldBy(holds, each.table));
  }
  const std::string letters = lettersText(holds);
  return text + (text.empty() || letters.empty() ? "" : "; ") + letters;
}

void Sink::fillPauses(SinkSnapshot& snapshot, const HoldState& holds) const {
  for (const TablePause& each : m_pauses.tables) {
    const Pause& pause = each.pause;
    snapshot.pausedTables.push_back(
        {each.table, pause.who, pause.why, pause.sinceMicros, heldBy(holds, each.table)});
  }
}

}  // namespace penstock
