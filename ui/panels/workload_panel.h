// SPDX-License-Identifier: GPL-3.0-or-later
// Load to try the engine with: the built-in game and the replay of a file, with progress, estimated
// time and, at the end, whether the database holds what it should.
#pragma once

#include <QPointer>
#include <QWidget>

#include "metrics/snapshot.h"
#include "ui/models/palette.h"
#include "ui/panels/command_desk.h"

class QDoubleSpinBox;
class QFileDialog;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace penstock::ui {

class ElidedLabel;

/// Threads: GUI.
/// Owns: its widgets; the desk outlives it.
class WorkloadPanel : public QWidget {
  Q_OBJECT

 public:
  explicit WorkloadPanel(CommandDesk& desk, QWidget* parent = nullptr);

  void showWorkload(const WorkloadSnapshot& workload);
  void setConnected(bool connected);
  void setShade(Shade shade) { m_shade = shade; }
  QString stateText() const;
  void chooseFile(const QString& path);

 private:
  QWidget* makeGame();
  QWidget* makeReplay();
  QWidget* makeState();
  void startGame();
  void startReplay();
  void stop();
  void openChooser();
  void send(Command command);
  void showProgress(const CommandProgress& progress);
  void showAvailability();

  CommandDesk& m_desk;
  QSpinBox* m_gameRate = nullptr;
  QDoubleSpinBox* m_gameSize = nullptr;
  QPushButton* m_startGame = nullptr;
  QLineEdit* m_file = nullptr;
  QPushButton* m_choose = nullptr;
  QSpinBox* m_replayRate = nullptr;
  QPushButton* m_startReplay = nullptr;
  QLabel* m_mark = nullptr;
  ElidedLabel* m_title = nullptr;
  QProgressBar* m_bar = nullptr;
  QLabel* m_message = nullptr;
  ElidedLabel* m_command = nullptr;
  QPushButton* m_stop = nullptr;
  QPointer<QFileDialog> m_chooser;
  CommandId m_latest{};
  Shade m_shade = Shade::Light;
  WorkloadState m_state = WorkloadState::None;
  bool m_connected = true;
};

}  // namespace penstock::ui
