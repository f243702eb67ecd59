// SPDX-License-Identifier: GPL-3.0-or-later
// The sinks of the node, a row each. Under them the last error of the one that is chosen, or of the
// first that has one, with what to do; and, while one stands before damage in the journal, what
// cannot be read and the decision to go on without it.
#pragma once

#include <QPointer>
#include <QWidget>
#include <optional>

#include "ui/models/sinks_model.h"
#include "ui/panels/command_desk.h"

class QTableView;
class QLabel;
class QMessageBox;
class QPushButton;

namespace penstock::ui {

class ElidedLabel;

/// Threads: GUI.
/// Owns: its widgets; the desk outlives it.
class SinksPanel : public QWidget {
  Q_OBJECT

 public:
  explicit SinksPanel(CommandDesk& commands, QWidget* parent = nullptr);

  /// `before`: about two seconds older, for rates; may be null.
  void showSample(const Snapshot& sample, const Snapshot* before);
  void setConnected(bool connected);
  void setShade(Shade shade) { m_model->setShade(shade); }
  void setTimeStyle(TimeStyle style) { m_model->setTimeStyle(style); }
  QTableView* view() const { return m_view; }
  QPushButton* acceptLoss() const { return m_accept; }
  QString damageText() const;
  /// Empty: no sink had an error.
  QString errorText() const;

 signals:
  /// A row was double-clicked: the window is to look at this sink.
  void sinkChosen(const std::string& sink);

 private:
  void makeView();
  QWidget* makeDecision();
  void showDamage(const Snapshot& sample);
  void showError();
  void showAvailability();
  void ask();
  void showProgress(const CommandProgress& progress);

  CommandDesk& m_commands;
  SinksModel* m_model;
  QTableView* m_view;
  QLabel* m_empty;
  QWidget* m_decision = nullptr;
  ElidedLabel* m_damageText = nullptr;
  QLabel* m_errorText;
  QPushButton* m_accept = nullptr;
  QPointer<QMessageBox> m_question;
  std::optional<DamageSnapshot> m_damage;  // of the first sink that stands before one
  CommandId m_latest{};
  bool m_connected = true;
};

}  // namespace penstock::ui
