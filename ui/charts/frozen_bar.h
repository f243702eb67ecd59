// SPDX-License-Identifier: GPL-3.0-or-later
// Says over the charts that they stand still, since when, how much was missed, and leads back:
// `Charts frozen at 14:02:10, 318 new samples.  [Back to live]`.
#pragma once

#include <QFrame>
#include <QString>

#include "ui/models/palette.h"

class QLabel;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI. Floats over its parent, so that nothing moves when it comes.
class FrozenBar : public QFrame {
  Q_OBJECT

 public:
  explicit FrozenBar(QWidget* parent);
  void setShade(Shade shade);
  /// Shows the text at the top, left of the middle: beside the title of the first chart.
  void show(const QString& text);

 signals:
  /// Emitted on: GUI. Meaning: the user wants to go back to live.
  void backWanted();

 private:
  QLabel* m_mark = nullptr;
  QLabel* m_text = nullptr;
  QPushButton* m_back = nullptr;
};

}  // namespace penstock::ui
