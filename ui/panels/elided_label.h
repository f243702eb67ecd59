// SPDX-License-Identifier: GPL-3.0-or-later
// One line of text that never asks for more room than it has: what does not fit is shortened with
// an ellipsis and told in full by the tooltip. So a long reason cannot move the window about.
#pragma once

#include <QLabel>

namespace penstock::ui {

class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(QWidget* parent = nullptr);

  /// The whole text; also the tooltip while it is shortened, and the accessible name.
  void setFullText(const QString& text);
  const QString& fullText() const { return m_fullText; }
  bool isElided() const;

  QSize minimumSizeHint() const override;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void elide();

  QString m_fullText;
};

}  // namespace penstock::ui
