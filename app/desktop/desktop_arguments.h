// SPDX-License-Identifier: GPL-3.0-or-later
// The command line of the desktop application.
#pragma once

#include <QString>
#include <QStringList>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/status.h"

namespace penstock::app {

struct DesktopArguments {
  QString configFile;
  QString dataDirectory;
  QString workload;  ///< started at once
  /// Of that workload or replay, change sets a second; 0: as fast as intake takes them.
  std::optional<std::uint32_t> rate;
  QString replayFile;  ///< likewise
  QString screenshotFile;
  QString exportDirectory;                    ///< CSV and charts, then quit
  std::optional<std::chrono::seconds> after;  ///< picture or export
  std::optional<std::chrono::seconds> range;
  bool readOnly = false;
  bool fullScreen = false;
  bool resetLayout = false;
  /// Printed and done: `--help`, `--version`.
  QString answer;
};

/// Errors: Invalid (usage), Unsupported (known and not available yet).
Result<DesktopArguments> parseDesktopArguments(const QStringList& arguments);

}  // namespace penstock::app
