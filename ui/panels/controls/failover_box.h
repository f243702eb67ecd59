// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a standby the primary, after saying what it lacks. There to be seen only while the node has
// a standby.
#pragma once

#include <QGroupBox>
#include <QPointer>
#include <string>

#include "metrics/snapshot.h"
#include "ui/panels/command_desk.h"

class QComboBox;
class QLabel;
class QMessageBox;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI.
/// Owns: its widgets; the desk outlives it.
class FailoverBox : public QGroupBox {
  Q_OBJECT

 public:
  explicit FailoverBox(CommandDesk& desk, QWidget* parent = nullptr);

  void showSample(const Snapshot& sample);
  void setConnected(bool connected);
  QPushButton* button() const { return m_button; }
  QString progress() const;

 private:
  void showStandbys();
  void showAvailability();
  void ask();
  void send(const std::string& standby);
  QString consequence(const SinkSnapshot& primary, const SinkSnapshot& standby) const;
  void showProgress(const CommandProgress& progress);

  CommandDesk& m_desk;
  QComboBox* m_standby;
  QPushButton* m_button;
  QLabel* m_progress;
  QPointer<QMessageBox> m_question;
  std::vector<SinkSnapshot> m_sinks;  // the primary first
  CommandId m_latest{};
  bool m_connected = true;
};

}  // namespace penstock::ui
