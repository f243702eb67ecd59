// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the samples of a range of time as a CSV file: those that the node still holds at full rate
// as they are, older ones as the points of its history. Works in slices, so that the window goes on
// meanwhile.
#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "engine/engine_link.h"

class QSaveFile;
class QTimer;

namespace penstock::ui {

struct RangeExportRequest {
  QString path;
  std::int64_t fromMicros = 0;  ///< wall time
  std::int64_t toMicros = 0;
  std::string sink;  ///< empty: the primary
};

struct RangeExportResult {
  Status status;
  QString path;
  std::uint64_t rows = 0;
};

/// Threads: GUI.
/// Owns: the file until it is whole; what is not whole is not left behind.
class RangeExport : public QObject {
  Q_OBJECT

 public:
  using Done = std::function<void(const RangeExportResult&)>;

  RangeExport(EngineLink& link, RangeExportRequest request, Done done, QObject* parent = nullptr);
  ~RangeExport() override;

  /// `done` is called later, once.
  void start();
  enum class Taken : std::uint8_t { Yes, NotMine };
  Taken takeHistory(const HistoryPage& page);

 private:
  void writeSlice();
  void writeHistoryRow(const HistoryPoint& point);
  void finish(Status status);

  EngineLink& m_link;
  const RangeExportRequest m_request;
  Done m_done;
  std::unique_ptr<QSaveFile> m_file;
  std::vector<SnapshotPointer> m_samples;
  std::vector<HistoryPoint> m_history;
  std::optional<RequestId> m_asked;
  QTimer* m_slices;
  std::string m_sinkName;
  std::size_t m_nextPoint = 0;
  std::size_t m_nextSample = 0;
  std::uint64_t m_rows = 0;
};

}  // namespace penstock::ui
