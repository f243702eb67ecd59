// SPDX-License-Identifier: GPL-3.0-or-later
// What the application tells its window at the start, and what the window asks of the application:
// everything that is not the engine.
#pragma once

#include <QString>
#include <chrono>
#include <functional>

#include "base/clock.h"
#include "base/status.h"
#include "model/limits.h"
#include "ui/dialogs/sink_draft.h"
#include "ui/models/palette.h"

namespace penstock::ui {

struct MainWindowOptions {
  QString version = QStringLiteral(PENSTOCK_VERSION);
  QString environment;    ///< local, stage, prod; empty: as the samples say
  QString operatorName;   ///< recorded with every command: `ada@host`
  QString dataDirectory;  ///< of the embedded engine, for people
  QString layoutFile;     ///< where layout and choices are kept (INI); empty: nowhere
  std::chrono::seconds range{15 * 60};
  /// How long a drain may take before the window asks again whether to quit.
  std::chrono::milliseconds drainTimeout = limits::kDrainTimeoutDefault;
  Theme theme = Theme::System;
  bool demo = false;         ///< hints, and *Leave the demo*
  bool readOnly = false;     ///< watch only; cannot be unlocked
  bool resetLayout = false;  ///< ignore the layout that was kept
  bool ownsEngine = true;    ///< closing the window ends the engine: ask when work is left
  const Clock* clock = &systemClock();

  /// The operator leaves the demo for this data directory: start there, without demo. Once that is
  /// under way this window closes without a question: the demo stays where it is.
  std::function<Status(const QString& directory)> leaveDemo;
  /// *Add sink*; without `add` there is none.
  SinkSetup sinkSetup;
  /// The window has been allowed to close; called once.
  std::function<void()> aboutToQuit;
  /// *Try now* of a lost connection.
  std::function<void()> tryNow;
  /// Runs a job away from the GUI thread (encoding pictures); empty: at once.
  std::function<void(std::function<void()> job)> runElsewhere;
};

}  // namespace penstock::ui
