// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/elided_label.h"

#include <QEvent>

namespace penstock::ui {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void ElidedLabel::setFullText(const QString& text) {
  if (text == m_fullText) return;
  m_fullText = text;
  setAccessibleName(text);
  elide();
}

bool ElidedLabel::isElided() const { return text() != m_fullText; }

QSize ElidedLabel::minimumSizeHint() const { return {24, QLabel::minimumSizeHint().height()}; }

void ElidedLabel::resizeEvent(QResizeEvent* event) {
  QLabel::resizeEvent(event);
  elide();
}

void ElidedLabel::changeEvent(QEvent* event) {
  QLabel::changeEvent(event);
  if (event->type() == QEvent::FontChange) elide();
}

void ElidedLabel::elide() {
  const QString shown =
      fontMetrics().elidedText(m_fullText, Qt::ElideRight, contentsRect().width());
  if (shown != text()) setText(shown);
  setToolTip(isElided() ? m_fullText : QString());
}

}  // namespace penstock::ui
