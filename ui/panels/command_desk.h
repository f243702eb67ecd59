// SPDX-License-Identifier: GPL-3.0-or-later
// Where every command of the window goes out and every answer comes in. It knows who sends, follows
// each command until it is in effect, and sends the same one again under the same id when an
// operator repeats what was not confirmed.
#pragma once

#include <QObject>
#include <map>
#include <string>

#include "engine/engine_link.h"
#include "ui/panels/command_progress.h"

namespace penstock::ui {

/// Threads: GUI.
/// Owns: nothing; the link and the clock outlive it.
/// Limits: follows at most the last 256 commands.
class CommandDesk : public QObject {
  Q_OBJECT

 public:
  CommandDesk(EngineLink& link, const Clock& clock, QObject* parent = nullptr);

  /// The name recorded with every command, such as `ada@host`.
  void setOperator(std::string name) { m_operator = std::move(name); }
  void setReadOnly(bool readOnly) { m_readOnly = readOnly; }
  bool isReadOnly() const { return m_readOnly; }

  /// Sends at once and returns its id; 0 when the window is read-only.
  CommandId send(Command command);
  /// The same command under the same id: answered, not done twice.
  void repeat(CommandId id);
  const CommandProgress* find(CommandId id) const;
  /// Takes answers and notices silence. Called by the window's one timer.
  void poll();

 signals:
  /// Emitted on: the GUI thread, for every step of a command, the sending included.
  void progressed(const penstock::ui::CommandProgress& progress);

 private:
  void forgetOldest();

  EngineLink& m_link;
  const Clock& m_clock;
  std::string m_operator;
  bool m_readOnly = false;
  std::map<CommandId, CommandProgress> m_followed;
};

}  // namespace penstock::ui
