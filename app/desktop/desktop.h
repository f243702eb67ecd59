// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop application: an engine in this process and the window on it. Chooses between the demo
// of a first start and a data directory, starts what the command line asks for, and ends in order.
#pragma once

#include <functional>
#include <memory>

#include "app/application/application.h"
#include "app/desktop/background_jobs.h"
#include "app/desktop/desktop_arguments.h"
#include "ui/main_window/main_window.h"

namespace penstock::app {

/// Threads: the GUI thread.
/// Owns: engine, link and window, ended in the opposite order.
class Desktop {
 public:
  explicit Desktop(DesktopArguments arguments);
  ~Desktop();

  /// Errors: those of the configuration and of Application::start.
  Status start();

 private:
  struct Place {
    EngineOptions options;
    enum class Kind : std::uint8_t { Own, Demo } kind = Kind::Own;
  };

  Status checkArguments() const;
  Result<Place> choosePlace() const;
  ui::MainWindowOptions windowOptions(const Place& place);
  ui::SinkSetup sinkSetup();
  void startWorkload(const Place& place);
  void after(std::chrono::milliseconds delay, const std::function<void()>& job);
  void scheduleScreenshot();
  void scheduleExport();
  static Status leaveDemo(const QString& directory);

  const DesktopArguments m_arguments;
  BackgroundJobs m_jobs;
  BackgroundJobs m_sinkTests;  // which may wait for a server that does not answer
  std::unique_ptr<Application> m_application;
  std::unique_ptr<EngineLink> m_link;
  std::unique_ptr<ui::MainWindow> m_window;
};

}  // namespace penstock::app
