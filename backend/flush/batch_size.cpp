// SPDX-License-Identifier: Apache-2.0
#include "flush/batch_size.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr std::size_t kRowsMin = 500;

}  // namespace

BatchSize::BatchSize(std::size_t rowsMax, std::chrono::microseconds target)
    : m_rowsMax(rowsMax), m_target(target), m_rows(rowsMax) {}

void BatchSize::setRowsMax(std::size_t rowsMax) {
  m_rowsMax = rowsMax;
  m_rows = rowsMax;
}

std::size_t BatchSize::rowsMin() const { return std::min(m_rowsMax, kRowsMin); }

// Too slow: in proportion, but at most by half. Fast with a full batch: a quarter more.
void BatchSize::onCommit(std::size_t rows, std::chrono::microseconds duration) {
  if (duration * 4 > m_target * 5) {
    if (rows * 2 < m_rows) return;  // something else is slow
    const double share = static_cast<double>(m_target.count()) /
                         static_cast<double>(std::max<std::int64_t>(1, duration.count()));
    const auto fitting = static_cast<std::size_t>(static_cast<double>(m_rows) * share);
    m_rows = std::max({fitting, m_rows / 2, rowsMin()});
  } else if (duration * 5 < m_target * 4 && rows * 10 >= m_rows * 9) {
    m_rows = std::min(m_rowsMax, m_rows + std::max<std::size_t>(1, m_rows / 4));
  }
}

}  // namespace penstock
