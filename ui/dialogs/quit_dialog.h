// SPDX-License-Identifier: GPL-3.0-or-later
// Asks what to do when the window is closed while work is left: drain first, quit at once (the
// journal keeps everything), or stay. While draining it tells how far it is and can be cancelled; a
// drain that does not end in time ends with what was persisted and what is left.
#pragma once

#include <QDialog>
#include <chrono>

#include "metrics/snapshot.h"
#include "ui/panels/command_desk.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI.
/// Owns: its widgets; the desk outlives it. Accepted: the application may quit.
class QuitDialog : public QDialog {
  Q_OBJECT

 public:
  QuitDialog(CommandDesk& desk, std::uint64_t waiting, std::chrono::milliseconds drainTimeout,
             QWidget* parent = nullptr);

  /// Renews the progress while draining.
  void showSample(const Snapshot& sample);
  QPushButton* drainAndQuit() const { return m_drain; }
  QPushButton* quitNow() const { return m_quit; }
  QPushButton* cancel() const { return m_cancel; }
  QString message() const;

  void reject() override;

 private:
  void startDrain();
  void followDrain(const CommandProgress& progress);
  QString unfinishedText(const CommandProgress& progress) const;

  CommandDesk& m_desk;
  QLabel* m_message;
  QProgressBar* m_bar;
  QLabel* m_progress;
  QPushButton* m_drain;
  QPushButton* m_quit;
  QPushButton* m_cancel;
  CommandId m_command{};
  const std::chrono::milliseconds m_drainTimeout;
  std::uint64_t m_waiting = 0;
  std::uint64_t m_waitingAtStart = 0;
};

}  // namespace penstock::ui
