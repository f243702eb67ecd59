// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/view_bar.h"

#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/models/state_mark.h"

namespace penstock::ui {

ViewBar::ViewBar(QWidget* parent) : QFrame(parent) {
  setObjectName("viewBar");
  setAutoFillBackground(true);
  setFixedHeight(kHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 0, 4, 0);
  row->setSpacing(6);
  m_mark = new QLabel(this);
  m_text = new QLabel(this);
  m_text->setObjectName("viewText");
  m_text->setTextFormat(Qt::PlainText);
  m_back = new QPushButton(tr("Back to live"), this);
  m_back->setObjectName("backToLive");
  m_back->setFixedHeight(kHeight - 1);
  row->addWidget(m_mark);
  row->addWidget(m_text);
  row->addWidget(m_back);
  row->addStretch(1);
  connect(m_back, &QPushButton::clicked, this, &ViewBar::backWanted);
  m_mark->hide();
  m_back->hide();
  applyColors();
}

void ViewBar::setShade(Shade shade) {
  m_shade = shade;
  applyColors();
}

void ViewBar::showLive(const QString& text) { show(State::Live, text); }

void ViewBar::showFrozen(const QString& text) { show(State::Frozen, text); }

void ViewBar::show(State state, const QString& text) {
  if (m_text->text() != text) m_text->setText(text);
  if (state == m_state) return;
  m_state = state;
  m_mark->setVisible(state == State::Frozen);
  m_back->setVisible(state == State::Frozen);
  applyColors();
}

// Blue when frozen; live it is part of the charts' paper, and quiet.
void ViewBar::applyColors() {
  const ChartColors& paper = chartColors(m_shade);
  const ToneColors& blue = toneColors(Tone::Notice, m_shade);
  const bool isFrozen = m_state == State::Frozen;
  QPalette colors = QGuiApplication::palette();
  colors.setColor(QPalette::Window, isFrozen ? blue.background : paper.background);
  colors.setColor(QPalette::WindowText, isFrozen ? blue.text : paper.mutedText);
  setPalette(colors);
  m_mark->setPixmap(markIcon(Tone::Notice, m_shade).pixmap(12, 12));
}

}  // namespace penstock::ui
