// SPDX-License-Identifier: GPL-3.0-or-later
// The change sets that the database refused for good: why, with which code, after how many
// attempts, and the change set itself in full; and what an operator decides about them.
#pragma once

#include <QPointer>
#include <QWidget>
#include <string>
#include <vector>

#include "ui/panels/command_desk.h"
#include "ui/panels/page_table.h"

class QMessageBox;
class QPlainTextEdit;

namespace penstock::ui {

/// Threads: GUI.
class DeadLettersPanel : public QWidget {
  Q_OBJECT

 public:
  DeadLettersPanel(BrowseDesk& desk, CommandDesk& commands, QWidget* parent = nullptr);

  PageTable* pages() const { return m_pages; }
  QPlainTextEdit* details() const { return m_details; }
  void setSink(const std::string& sink);
  void setConnected(bool connected);
  /// Called when the window was locked or unlocked.
  void showAvailability();

 private:
  QWidget* makeDecisions();
  QPushButton* makeButton(const QString& text, const QString& name, const QString& tooltip);
  void showDetails();
  /// The chosen letters, or all that match the filter when none is chosen.
  Command commandFor(CommandKind kind) const;
  QString meantText(const Command& command) const;
  QString tableOfFirst() const;
  static void askForTable(QMessageBox& question, QPushButton& yes, const QString& table);
  QString previewText(const Command& command) const;
  void ask(CommandKind kind);
  void send(Command command);
  void showProgress(const CommandProgress& progress);

  CommandDesk& m_commands;
  PageTable* m_pages;
  QPlainTextEdit* m_details;
  QPushButton* m_retry = nullptr;
  QPushButton* m_discard = nullptr;
  ElidedLabel* m_progress = nullptr;
  QPointer<QMessageBox> m_question;
  std::string m_sink;
  CommandId m_latest{};
  bool m_connected = true;
};

}  // namespace penstock::ui
