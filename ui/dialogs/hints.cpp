// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/hints.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <array>

namespace penstock::ui {

namespace {

constexpr int kMargin = 12;

const std::array kHints{
    "<b>This is a demo.</b> 700 players of a game are writing into an embedded SQLite database. "
    "The line above the tiles tells whether all is well.",
    "<b>Try it:</b> press <i>Pause flushing</i> on the right and watch the queue grow, then "
    "<i>Resume</i>. Nothing is lost: every write is in the journal first.",
    "<b>Your own data:</b> <i>File, Leave the demo</i> starts on a directory of yours. F1 opens "
    "the manual.",
};

}  // namespace

Hints::Hints(QWidget* host)
    : QFrame(host),
      m_text(new QLabel(this)),
      m_count(new QLabel(this)),
      m_next(new QPushButton(QStringLiteral("Next"), this)),
      m_dismiss(new QPushButton(QStringLiteral("Dismiss"), this)) {
  setObjectName(QStringLiteral("hints"));
  setAccessibleName(QStringLiteral("Hints for a first look"));
  setFrameShape(QFrame::StyledPanel);
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::ToolTipBase);
  m_text->setForegroundRole(QPalette::ToolTipText);
  m_count->setForegroundRole(QPalette::ToolTipText);
  m_text->setWordWrap(true);
  setFixedWidth(340);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(m_count);
  buttons->addStretch(1);
  buttons->addWidget(m_next);
  buttons->addWidget(m_dismiss);
  auto* column = new QVBoxLayout(this);
  column->addWidget(m_text);
  column->addLayout(buttons);
  host->installEventFilter(this);
  connect(m_next, &QPushButton::clicked, this, [this] {
    m_hint = (m_hint + 1) % int(kHints.size());
    showHint();
  });
  connect(m_dismiss, &QPushButton::clicked, this, [this] {
    hide();
    emit dismissed();
  });
  showHint();
}

QString Hints::text() const { return m_text->text(); }

void Hints::showHint() {
  m_text->setText(QString::fromUtf8(kHints[std::size_t(m_hint)]));
  m_count->setText(QStringLiteral("%1 of %2").arg(m_hint + 1).arg(kHints.size()));
  place();
}

void Hints::place() {
  const int height = heightForWidth(width()) > 0 ? heightForWidth(width()) : sizeHint().height();
  resize(width(), height);
  move(kMargin, parentWidget()->height() - this->height() - kMargin);
  raise();
}

bool Hints::eventFilter(QObject* watched, QEvent* event) {
  if (watched == parentWidget() && event->type() == QEvent::Resize) place();
  return QFrame::eventFilter(watched, event);
}

}  // namespace penstock::ui
