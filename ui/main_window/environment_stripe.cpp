// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/environment_stripe.h"

namespace penstock::ui {

namespace {

constexpr int kHeight = 4;
const QColor kStripe(0x3a, 0x3f, 0x47);

void paintDark(QWidget* widget) {
  QPalette palette = widget->palette();
  palette.setColor(QPalette::Window, kStripe);
  palette.setColor(QPalette::WindowText, Qt::white);
  widget->setPalette(palette);
  // Said aloud, because a menu bar lends its children roles of its own.
  widget->setBackgroundRole(QPalette::Window);
  widget->setForegroundRole(QPalette::WindowText);
  widget->setAutoFillBackground(true);
}

}  // namespace

EnvironmentStripe::EnvironmentStripe(QWidget* parent)
    : QWidget(parent), m_word(new QLabel(parent)) {
  setFixedHeight(kHeight);
  paintDark(this);
  paintDark(m_word);
  QFont bold = m_word->font();
  bold.setBold(true);
  m_word->setFont(bold);
  m_word->setContentsMargins(12, 0, 12, 0);
  m_word->setAlignment(Qt::AlignCenter);
  m_word->setToolTip(QStringLiteral("The environment of this node, from its configuration"));
  m_word->setMinimumHeight(22);
  m_word->hide();
}

void EnvironmentStripe::setEnvironment(const QString& environment) {
  const QString text = environment.toUpper();
  if (m_word->text() == text && m_word->isVisibleTo(m_word->parentWidget()) == !text.isEmpty()) {
    return;
  }
  m_word->setText(text);
  m_word->setAccessibleName(QStringLiteral("Environment: ") + environment);
  m_word->setVisible(!text.isEmpty());
}

}  // namespace penstock::ui
