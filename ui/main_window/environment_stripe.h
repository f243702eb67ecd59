// SPDX-License-Identifier: GPL-3.0-or-later
// The dark stripe under the menu, and the word that says which environment this is. The word tells
// it; the colour is the same everywhere.
#pragma once

#include <QLabel>
#include <QWidget>

namespace penstock::ui {

/// Threads: GUI.
class EnvironmentStripe : public QWidget {
  Q_OBJECT

 public:
  explicit EnvironmentStripe(QWidget* parent = nullptr);

  /// `local`, `stage`, `prod` or another word; empty hides the word.
  void setEnvironment(const QString& environment);
  /// The word, for the corner of the menu bar; a child of whoever shows it.
  QLabel* word() const { return m_word; }

 private:
  QLabel* m_word;
};

}  // namespace penstock::ui
