// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/status_line.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

#include "ui/models/state_mark.h"
#include "ui/panels/elided_label.h"

namespace penstock::ui {

namespace {

constexpr int kHeight = 30;

void paint(QWidget* widget, const ToneColors& colors) {
  QPalette palette = widget->palette();
  palette.setColor(QPalette::Window, colors.background);
  palette.setColor(QPalette::WindowText, colors.text);
  widget->setPalette(palette);
}

}  // namespace

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent),
      m_mark(new QLabel(this)),
      m_text(new ElidedLabel(this)),
      m_tryNow(new QPushButton(QStringLiteral("&Try now"), this)),
      m_more(new QToolButton(this)) {
  setObjectName(QStringLiteral("statusLine"));
  setFixedHeight(kHeight);
  setAutoFillBackground(true);
  m_mark->setFixedSize(16, 16);
  QFont bold = m_text->font();
  bold.setBold(true);
  m_text->setFont(bold);
  m_tryNow->hide();
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 0, 8, 0);
  row->setSpacing(8);
  row->addWidget(m_mark);
  row->addWidget(m_text, 1);
  row->addWidget(m_more);
  row->addWidget(m_tryNow);
  m_more->setObjectName(QStringLiteral("furtherProblems"));
  m_more->setToolTip(QStringLiteral("<p>Everything else that is wrong now, worse ones first."));
  m_more->setMaximumHeight(kHeight - 6);
  m_more->hide();
  connect(m_more, &QToolButton::clicked, this, &StatusLine::showFurther);
  m_tryNow->setMaximumHeight(kHeight - 6);
  applyColors();
}

void StatusLine::showStatus(const StatusText& status) {
  QString full = status.text;
  if (!status.advice.isEmpty()) full += QStringLiteral(" – ") + status.advice;
  m_text->setFullText(full);
  m_tryNow->setVisible(status.action == StatusText::Action::TryNow);
  if (status.further.size() != m_further.size()) {
    m_more->setText(QStringLiteral("Show %1 more").arg(status.further.size()));
    m_more->setVisible(!status.further.isEmpty());
  }
  m_further = status.further;
  if (status.tone == m_tone) return;
  m_tone = status.tone;
  applyColors();
}

void StatusLine::showFurther() {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  for (QString problem : m_further) menu->addAction(problem.replace('&', QStringLiteral("&&")));
  menu->popup(m_more->mapToGlobal(QPoint(0, m_more->height())));
}

void StatusLine::setShade(Shade shade) {
  m_shade = shade;
  applyColors();
}

QString StatusLine::statusText() const { return m_text->fullText(); }

void StatusLine::applyColors() {
  const ToneColors& colors = toneColors(m_tone, m_shade);
  paint(this, colors);
  paint(m_text, colors);
  m_mark->setPixmap(markIcon(m_tone, m_shade, 16).pixmap(QSize(16, 16), devicePixelRatioF()));
  m_mark->setAccessibleName(markName(m_tone));
}

}  // namespace penstock::ui
