// SPDX-License-Identifier: Apache-2.0
#include "flush/circuit.h"

#include <algorithm>

namespace penstock {

void Circuit::onCommitted() {
  m_failures = 0;
  m_openUntil.reset();
}

void Circuit::onFailure(SteadyTime now, std::chrono::microseconds delay) {
  ++m_failures;
  if (m_failures >= m_options.failures || m_openUntil) m_openUntil = now + delay;
}

// After the cooldown the count begins anew: a table that goes on being refused is buried in
// portions, with time for an operator to pause the sink between them.
void Circuit::onDeadLetter(SteadyTime now) {
  m_deadLetters.push_back(now);
  while (now - m_deadLetters.front() > m_options.burstWindow) m_deadLetters.pop_front();
  if (m_deadLetters.size() < m_options.burst) return;
  m_deadLetters.clear();
  m_openUntil = now + m_options.burstCooldown;
}

CircuitState Circuit::state(SteadyTime now) const {
  if (!m_openUntil) return CircuitState::Closed;
  return now < *m_openUntil ? CircuitState::Open : CircuitState::HalfOpen;
}

std::optional<SteadyTime> Circuit::probeAt(SteadyTime now) const {
  return state(now) == CircuitState::Open ? m_openUntil : std::nullopt;
}

void Circuit::probeNow() {
  if (m_openUntil) m_openUntil = SteadyTime::min();
}

}  // namespace penstock
