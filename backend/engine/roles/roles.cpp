// SPDX-License-Identifier: Apache-2.0
#include "engine/roles/roles.h"

#include "base/check.h"

namespace penstock {

Roles::Roles(std::size_t sinks, std::size_t primary, Announce announce)
    : m_announce(std::move(announce)), m_sinks(sinks), m_primary(primary) {
  CHECK(primary < sinks);
}

std::size_t Roles::primary() const {
  MutexLock lock(m_mutex);
  return m_primary;
}

void Roles::onSettled(std::size_t sink, Sequence settled) {
  {
    MutexLock lock(m_mutex);
    m_sinks[sink].settled = settled;
    if (sink != m_primary) return;
  }
  tellNext();
}

void Roles::onDeadLetter(std::size_t sink, Sequence sequence, const Status& reason) {
  MutexLock lock(m_mutex);
  if (sequence <= m_announced) return;
  auto& letters = m_sinks[sink].letters;
  letters.emplace_back(sequence, reason);
  if (letters.size() > kLettersMax) letters.pop_front();
}

void Roles::begin(std::size_t to) {
  MutexLock lock(m_mutex);
  CHECK(!m_to && to < m_sinks.size() && to != m_primary);
  m_to = to;
}

std::optional<std::size_t> Roles::underWay() const {
  MutexLock lock(m_mutex);
  return m_to;
}

Sequence Roles::announced() const {
  MutexLock lock(m_mutex);
  return m_announced;
}

bool Roles::mayEnd() const {
  MutexLock lock(m_mutex);
  return mayEndLocked();
}

bool Roles::mayEndLocked() const { return m_to && m_sinks[*m_to].settled >= m_announced; }

void Roles::end() {
  {
    MutexLock lock(m_mutex);
    CHECK(mayEndLocked());
    m_primary = *m_to;
    m_to.reset();
  }
  tellNext();
}

void Roles::cancel() {
  {
    MutexLock lock(m_mutex);
    CHECK(m_to);
    m_to.reset();
  }
  tellNext();
}

void Roles::tellNext() {
  MutexLock turn(m_telling);
  std::optional<Announcement> what;
  {
    MutexLock lock(m_mutex);
    what = next();
  }
  if (what) m_announce(*what);
}

std::optional<Announcement> Roles::next() {
  const Sequence settled = m_sinks[m_primary].settled;
  if (m_to || settled <= m_announced) return std::nullopt;
  Announcement what;
  what.settled = settled;
  for (const auto& letter : m_sinks[m_primary].letters) {
    if (letter.first > m_announced && letter.first <= settled) what.letters.push_back(letter);
  }
  m_announced = settled;
  for (Known& each : m_sinks) {
    std::erase_if(each.letters, [&](const auto& letter) { return letter.first <= settled; });
  }
  return what;
}

}  // namespace penstock
