// SPDX-License-Identifier: Apache-2.0
// The desktop application as its program puts it together: an engine with its database and history
// in a folder, and the main window on it. A test clicks the window and looks at the samples.
#pragma once

#include <QPushButton>
#include <QSpinBox>
#include <QString>
#include <memory>

#include "app/application/application.h"
#include "app/desktop/background_jobs.h"
#include "ui/main_window/main_window.h"

namespace penstock::test {

/// Threads: GUI.
class WindowRig {
 public:
  /// Starts over whatever the folder holds. Expects: the folder exists.
  explicit WindowRig(const QString& folder);
  /// As the program ends: window, link, engine; what waits stays in the journal.
  ~WindowRig();

  ui::MainWindow& window() { return *m_window; }
  app::Application& application() { return *m_application; }
  SnapshotPointer newest() const { return m_link->newest(); }
  SinkSnapshot sink() const { return newest()->sinks.front(); }
  WorkloadState workload() const { return newest()->workload.state; }
  /// The window has been allowed to close.
  bool hasQuit() const { return m_hasQuit; }

  QPushButton* button(const char* objectName) const;
  /// By its accessible name.
  QSpinBox* box(const char* name) const;
  /// The text of the label of this name.
  QString text(const char* objectName) const;
  /// Types a value into a field as an operator does.
  void type(const char* boxName, int value);
  /// Once it can be clicked: numbers and buttons change twice a second.
  void click(QAbstractButton* button);

  /// Starts the game from its tab; 0: as fast as it can.
  void startGame(int ratePerSecond);

 private:
  app::BackgroundJobs m_jobs;
  std::unique_ptr<app::Application> m_application;
  std::unique_ptr<EngineLink> m_link;
  std::unique_ptr<ui::MainWindow> m_window;
  bool m_hasQuit = false;
};

}  // namespace penstock::test
