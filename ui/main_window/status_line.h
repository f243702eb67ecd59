// SPDX-License-Identifier: GPL-3.0-or-later
// The line that is always there: how the node is, with mark, word, number, cause and what to do.
// Its height never changes.
#pragma once

#include <QWidget>

#include "ui/models/status_text.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace penstock::ui {

class ElidedLabel;

/// Threads: GUI.
class StatusLine : public QWidget {
  Q_OBJECT

 public:
  explicit StatusLine(QWidget* parent = nullptr);

  void showStatus(const StatusText& status);
  void setShade(Shade shade);

  QString statusText() const;
  QPushButton* tryNow() const { return m_tryNow; }
  /// Shows what else is wrong, in a menu that stays as it is while it is open.
  QToolButton* more() const { return m_more; }

 private:
  void applyColors();
  void showFurther();

  QLabel* m_mark;
  ElidedLabel* m_text;
  QPushButton* m_tryNow;
  QToolButton* m_more;
  QStringList m_further;
  Tone m_tone = Tone::Neutral;
  Shade m_shade = Shade::Light;
};

}  // namespace penstock::ui
