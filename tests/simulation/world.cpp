// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdio>

namespace penstock::test {
namespace {

constexpr std::size_t kNotesKept = 400;

}  // namespace

std::uint64_t Random::next() {
  m_state += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = m_state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

void World::at(SteadyTime time, std::function<void()> what) {
  m_events.emplace(std::pair(std::max(time, now()), ++m_scheduled), std::move(what));
}

void World::at(SteadyTime time, const LifeToken& life, std::function<void()> what) {
  at(time, [weak = life, what = std::move(what)] {
    if (!weak.expired()) what();
  });
}

bool World::step() {
  if (m_events.empty()) return false;
  auto first = m_events.extract(m_events.begin());
  m_clock.m_steady = first.key().first;
  ++m_steps;
  first.mapped()();
  return true;
}

void World::fail(const std::string& why) {
  if (!m_failure.empty()) return;
  m_failure = why;
  note([&] { return "FAILED: " + why; });
}

void World::keepNote(const std::string& text) {
  const std::chrono::duration<double> passed = now() - SimulatedClock().steadyNow();
  char time[32];
  std::snprintf(time, sizeof time, "%12.6f  ", passed.count());
  m_notes.push_back(time + text);
  if (m_notes.size() > kNotesKept) m_notes.pop_front();
}

}  // namespace penstock::test
