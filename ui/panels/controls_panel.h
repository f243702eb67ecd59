// SPDX-License-Identifier: GPL-3.0-or-later
// The operator's hands: pause and resume flushing, flush, drain, and the settings of the pool, for
// the node or for one of its sinks; pause and resume for one table, too. What a click did is told
// in its place: sent, acknowledged, in effect, in milliseconds.
#pragma once

#include <QPointer>
#include <QScrollArea>
#include <QStringList>
#include <array>
#include <string>
#include <vector>

#include "metrics/snapshot.h"
#include "ui/panels/command_desk.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QMessageBox;
class QPushButton;
class QVBoxLayout;

namespace penstock::ui {

class FailoverBox;
class NumberField;

/// Threads: GUI.
/// Owns: its widgets; the desk outlives it.
class ControlsPanel : public QScrollArea {
  Q_OBJECT

 public:
  explicit ControlsPanel(CommandDesk& desk, QWidget* parent = nullptr);

  /// Renews what is shown. Typed values stay.
  void showSample(const Snapshot& sample);
  /// While there is no connection, typed values stay and nothing can be sent; `why` is the tooltip.
  void setConnected(bool connected, const QString& why);
  /// A sink; empty: the node.
  std::string scope() const;
  void setScope(const std::string& sink);
  /// The table that is chosen instead, of all sinks; empty: none.
  std::string table() const;
  void setTable(const std::string& table);

 public slots:
  /// Which tables can be chosen, beside those that are paused.
  void setTables(const QStringList& tables);
  /// Asks before it pauses; resumes without asking.
  void pauseOrResume();
  void flushNow();
  /// Asks first: intake is held meanwhile.
  void drain();
  void applySettings();
  void revertSettings();

 signals:
  /// The scope in the list is another now.
  void scopeChanged(const std::string& sink);

 private:
  // Where the progress of a command is told: under the buttons or under the settings.
  enum class Place : std::uint8_t { Verbs, Settings };

  QWidget* makeScope();
  QWidget* makeVerbs();
  QWidget* makeSettings();
  QPushButton* makeButton(const QString& text, const QString& tooltip, QVBoxLayout* into);
  void send(std::vector<Command> commands, Place place);
  CommandId sendOrRepeat(Command command, const std::vector<CommandId>& before);
  void confirm(const QString& question, const QString& consequence, CommandKind kind);
  void showProgress(const CommandProgress& progress);
  void showLatest(Place place);
  void showScopes(const Snapshot& sample);
  int indexOf(const std::string& sink, const std::string& table) const;
  bool isPaused(const Snapshot& sample) const;
  QString pauseConsequence() const;
  void showPauseButton();
  void showAvailability();
  QString scopeName() const;

  CommandDesk& m_desk;
  QComboBox* m_scope = nullptr;
  QPushButton* m_pause = nullptr;
  QPushButton* m_flush = nullptr;
  QPushButton* m_drain = nullptr;
  QComboBox* m_afterDrain = nullptr;
  QLabel* m_verbProgress = nullptr;
  NumberField* m_pool = nullptr;
  NumberField* m_batchRows = nullptr;
  NumberField* m_linger = nullptr;
  QPushButton* m_apply = nullptr;
  QPushButton* m_revert = nullptr;
  QLabel* m_settingsProgress = nullptr;
  FailoverBox* m_failover = nullptr;
  QPointer<QMessageBox> m_question;
  std::array<std::vector<CommandId>, 2> m_latest;  ///< by Place: what the last click sent
  QStringList m_tables;
  QString m_whyNot;
  QString m_nodeName;
  std::uint64_t m_waiting = 0;
  bool m_connected = true;
  bool m_paused = false;
  bool m_held = false;
  bool m_hasSample = false;
};

}  // namespace penstock::ui
