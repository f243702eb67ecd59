// SPDX-License-Identifier: GPL-3.0-or-later
// Where the window was, how its docks lay and what its user chose, kept in a file between starts. A
// layout of another version, or off every screen, is not restored: the default is.
#pragma once

#include <QString>
#include <optional>

class QMainWindow;

namespace penstock::ui {

/// Threads: GUI.
/// Errors: a file that cannot be read or written is as if there were none.
class LayoutMemory {
 public:
  /// An empty file name: nothing is kept.
  explicit LayoutMemory(QString file) : m_file(std::move(file)) {}

  enum class Restored : std::uint8_t { Yes, No };
  Restored restore(QMainWindow& window) const;
  void save(const QMainWindow& window) const;
  void forget() const;

  QString choice(const QString& key) const;
  void setChoice(const QString& key, const QString& value) const;

 private:
  QString m_file;
};

}  // namespace penstock::ui
