// SPDX-License-Identifier: GPL-3.0-or-later
// Three short hints for a first look, on a card over the charts that goes away for good when it is
// dismissed. It moves nothing and takes no keys.
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI.
/// Expects: `host` is the widget it lies over; it follows its size.
class Hints : public QFrame {
  Q_OBJECT

 public:
  explicit Hints(QWidget* host);

  QPushButton* next() const { return m_next; }
  QPushButton* dismiss() const { return m_dismiss; }
  QString text() const;

 signals:
  void dismissed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void showHint();
  void place();

  QLabel* m_text;
  QLabel* m_count;
  QPushButton* m_next;
  QPushButton* m_dismiss;
  int m_hint = 0;
};

}  // namespace penstock::ui
