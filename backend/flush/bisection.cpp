// SPDX-License-Identifier: Apache-2.0
#include "flush/bisection.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {

void Bisection::committed() {
  CHECK(!isDone());
  const bool trusted = m_suspectEnd <= m_tryEnd;
  if (m_stride > 0) m_stride += trusted ? m_stride : m_tryEnd - m_begin;
  m_begin = m_tryEnd;
  chooseNext();
}

void Bisection::refused() {
  CHECK(m_tryEnd - m_begin > 1);
  m_suspectEnd = m_tryEnd;
  chooseNext();
}

void Bisection::refusedAt(std::size_t guilty) {
  CHECK(m_tryEnd - m_begin > 1 && guilty >= m_begin && guilty < m_tryEnd);
  m_suspectEnd = guilty + 1;
  m_tryEnd = std::max(guilty, m_begin + 1);
}

// The next guilty one may be near: begin small, and let committed() double it.
void Bisection::buried() {
  CHECK(m_tryEnd - m_begin == 1);
  ++m_begin;
  m_suspectEnd = 0;
  m_stride = 1;
  chooseNext();
}

void Bisection::chooseNext() {
  if (m_suspectEnd > m_begin) {
    const std::size_t suspects = m_suspectEnd - m_begin;
    m_tryEnd = m_begin + std::max<std::size_t>(1, suspects / 2);
    return;
  }
  m_suspectEnd = 0;
  m_tryEnd = m_stride == 0 ? m_count : std::min(m_count, m_begin + m_stride);
}

}  // namespace penstock
