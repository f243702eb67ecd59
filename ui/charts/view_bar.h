// SPDX-License-Identifier: GPL-3.0-or-later
// The line above the charts that says what they show: `Live: the last 15 min, local time`, or that
// they stand still, since when, how much was missed, and the way back:
// `Charts frozen at 14:02:10, 318 new samples.  [Back to live]`.
#pragma once

#include <QFrame>
#include <QString>

#include "ui/models/palette.h"

class QLabel;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI. Has its room always, so that nothing moves when charts freeze.
class ViewBar : public QFrame {
  Q_OBJECT

 public:
  static constexpr int kHeight = 20;

  explicit ViewBar(QWidget* parent);
  void setShade(Shade shade);
  void showLive(const QString& text);
  void showFrozen(const QString& text);

 signals:
  /// Emitted on: GUI. Meaning: the user wants to go back to live.
  void backWanted();

 private:
  enum class State : std::uint8_t { Live, Frozen };
  void show(State state, const QString& text);
  void applyColors();

  QLabel* m_mark = nullptr;
  QLabel* m_text = nullptr;
  QPushButton* m_back = nullptr;
  Shade m_shade = Shade::Light;
  State m_state = State::Live;
};

}  // namespace penstock::ui
