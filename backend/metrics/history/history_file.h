// SPDX-License-Identifier: Apache-2.0
// The database file of the history: points of three resolutions, written a few at a time and read
// by range. It knows SQL and nothing of threads, samples or what to do when it fails.
#pragma once

#include <QSqlDatabase>
#include <QString>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "metrics/history_point.h"

namespace penstock {

/// The resolutions; the number is stored.
enum class HistoryTier : std::uint8_t { Fine = 0, Middle = 1, Coarse = 2 };
inline constexpr std::size_t kHistoryTiers = 3;

struct TieredPoint {
  HistoryTier tier = HistoryTier::Fine;
  HistoryPoint point;
};

/// Wall times, both included.
struct HistoryRange {
  std::int64_t fromMicros = 0;
  std::int64_t toMicros = 0;
};

/// An open file, held for this process alone.
/// Threads: the one that opened it. Expects: a QCoreApplication exists (Qt finds its drivers by
/// it). Errors, of all: Unavailable (another process holds it), Corrupt (damaged, or made by a
/// newer version: leave it alone), IoError (the disk refused; the file is as before).
class HistoryFile {
 public:
  HistoryFile() = default;
  ~HistoryFile();
  HistoryFile(const HistoryFile&) = delete;
  HistoryFile& operator=(const HistoryFile&) = delete;

  /// Opens or makes `path`, and looks it through for damage.
  Status open(const std::string& path);
  void close();
  bool isOpen() const { return m_layout.has_value(); }

  /// All of them or none.
  Status append(const std::vector<TieredPoint>& points);
  /// Oldest first. Metrics that the file does not have (an earlier version wrote it) are NaN.
  Result<std::vector<HistoryPoint>> read(HistoryTier tier, const HistoryRange& range);
  /// Removes the points of a resolution that began before.
  Status removeBefore(HistoryTier tier, std::int64_t wallMicros);

 private:
  Status prepare();
  Status checkDamage();
  Status readLayouts();
  Status execute(const QString& statement);

  QSqlDatabase m_database;
  std::optional<std::int64_t> m_layout;  ///< number of today's list of metrics in this file
  std::vector<std::pair<std::int64_t, std::vector<int>>> m_layouts;  ///< where each has today's
};

}  // namespace penstock
