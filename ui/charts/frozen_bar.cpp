// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/frozen_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <algorithm>

#include "ui/models/state_mark.h"

namespace penstock::ui {

namespace {
constexpr int kHeight = 20;  ///< of the titles of the charts, beside one of which it stands
}  // namespace

FrozenBar::FrozenBar(QWidget* parent) : QFrame(parent) {
  setObjectName("frozenBar");
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 0, 0, 0);
  row->setSpacing(4);
  m_mark = new QLabel(this);
  m_text = new QLabel(this);
  m_text->setTextFormat(Qt::PlainText);
  m_back = new QPushButton(tr("Back to live"), this);
  m_back->setObjectName("backToLive");
  m_back->setFlat(true);
  m_back->setFixedHeight(kHeight - 2);
  row->addWidget(m_mark);
  row->addWidget(m_text);
  row->addWidget(m_back);
  connect(m_back, &QPushButton::clicked, this, &FrozenBar::backWanted);
  setShade(Shade::Light);
  hide();
}

void FrozenBar::setShade(Shade shade) {
  const ToneColors& colors = toneColors(Tone::Notice, shade);
  QPalette blue = palette();
  blue.setColor(QPalette::Window, colors.background);
  blue.setColor(QPalette::WindowText, colors.text);
  setPalette(blue);
  m_mark->setPixmap(markIcon(Tone::Notice, shade).pixmap(12, 12));
}

void FrozenBar::show(const QString& text) {
  if (m_text->text() != text) m_text->setText(text);
  const QSize size = sizeHint();
  const int right = parentWidget()->width() / 2 - 2;
  setGeometry(std::max(0, right - size.width()), 0, size.width(), kHeight);
  raise();
  setVisible(true);
}

}  // namespace penstock::ui
