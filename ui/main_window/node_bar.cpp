// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/node_bar.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QTextDocument>
#include <QToolButton>

#include "ui/charts/chart_spec.h"
#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

constexpr int kHeight = 32;

QFrame* makeLine(QWidget* parent) {
  auto* line = new QFrame(parent);
  line->setFrameShape(QFrame::VLine);
  line->setFrameShadow(QFrame::Sunken);
  line->setFixedHeight(20);
  return line;
}

// Fixed, so that another word on the button moves none of its neighbours.
void keepWidthFor(QToolButton* button, const QStringList& texts) {
  int width = 0;
  const QString before = button->text();
  for (const QString& text : texts) {
    button->setText(text);
    width = std::max(width, button->sizeHint().width());
  }
  button->setText(before);
  button->setFixedWidth(width);
}

}  // namespace

NodeBar::NodeBar(QWidget* parent) : QWidget(parent), m_exportMenu(new QMenu(this)) {
  setObjectName(QStringLiteral("nodeBar"));
  setFixedHeight(kHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 0, 8, 0);
  row->setSpacing(4);
  makeLists();
  m_live = makeButton(QStringLiteral("● Live"), QStringLiteral("Follow the time (F8)"));
  m_live->setCheckable(true);
  row->addWidget(makeLine(this));
  makeSpans();
  row->addWidget(makeLine(this));
  m_freeze = makeButton(QStringLiteral("Freeze charts"),
                        QStringLiteral("The charts stand still; the engine goes on, samples are "
                                       "still taken (F8)"));
  m_freeze->setCheckable(true);
  m_freeze->setObjectName(QStringLiteral("freezeButton"));
  QToolButton* exports =
      makeButton(QStringLiteral("Export"), QStringLiteral("Save what is in view as files"));
  exports->setMenu(m_exportMenu);
  exports->setPopupMode(QToolButton::InstantPopup);
  row->addStretch(1);
  m_lock = makeButton(QString(), QString());
  m_lock->setCheckable(true);
  m_lock->setObjectName(QStringLiteral("lockButton"));
  keepWidthFor(m_lock, {QStringLiteral("Unlocked"), QStringLiteral("Locked")});
  connect(m_live, &QToolButton::clicked, this, &NodeBar::liveWanted);
  connect(m_freeze, &QToolButton::clicked, this, &NodeBar::freezeToggled);
  connect(m_lock, &QToolButton::clicked, this, &NodeBar::lockToggled);
  showFrozen(false);
  showLock(Lock::Open);
}

void NodeBar::makeLists() {
  auto* row = static_cast<QHBoxLayout*>(layout());
  const auto makeList = [&](const QString& title, const QString& name, int figures) {
    auto* label = new QLabel(title, this);
    auto* list = new QComboBox(this);
    list->setAccessibleName(name);
    list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    list->setMinimumContentsLength(figures);
    label->setBuddy(list);
    row->addWidget(label);
    row->addWidget(list);
    return list;
  };
  m_node = makeList(QStringLiteral("Node"), QStringLiteral("Node"), 18);
  m_node->addItem(QStringLiteral("embedded"));
  m_sink = makeList(QStringLiteral("Sink"), QStringLiteral("Sink in view"), 8);
  m_sink->setToolTip(QStringLiteral("The sink that tiles and charts show"));
  m_sink->addItem(QStringLiteral("primary"), QString());
  connect(m_sink, &QComboBox::activated, this,
          [this] { chooseSink(m_sink->currentData().toString().toStdString()); });
  connect(m_sink, &QComboBox::activated, this, [this] { emit sinkChosen(m_chosenSink); });
}

void NodeBar::makeSpans() {
  const std::vector<RangeChoice>& choices = rangeChoices();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const RangeChoice& choice = choices[i];
    const bool now = choice.availability == RangeChoice::Availability::Now;
    QToolButton* button = makeButton(
        choice.name, now ? QStringLiteral("Show the last %1 (Alt+%2)").arg(choice.name).arg(i + 1)
                         : QStringLiteral("Not available yet: the node keeps one hour"));
    button->setCheckable(true);
    button->setEnabled(now);
    button->setAccessibleName(QStringLiteral("Range ") + choice.name);
    connect(button, &QToolButton::clicked, this, [this, span = choice.span] {
      showSpan(span);
      emit spanChosen(span);
    });
    m_spans.push_back(button);
  }
}

QToolButton* NodeBar::makeButton(const QString& text, const QString& tooltip) {
  auto* button = new QToolButton(this);
  button->setText(text);
  button->setToolTip(tooltip);
  button->setFocusPolicy(Qt::StrongFocus);
  button->setAutoRaise(true);
  button->setFixedHeight(kHeight - 6);
  layout()->addWidget(button);
  return button;
}

void NodeBar::showNode(const QString& name) {
  if (name.isEmpty() || m_node->itemText(0) == name) return;
  m_node->setItemText(0, name);
  m_node->setToolTip(Qt::convertFromPlainText(name));
}

void NodeBar::showSinks(const std::vector<SinkSnapshot>& sinks) {
  QStringList wanted;
  for (const SinkSnapshot& sink : sinks) wanted << QString::fromStdString(sink.name);
  QStringList shown;
  for (int i = 0; i < m_sink->count(); ++i) shown << m_sink->itemData(i).toString();
  if (wanted == shown || wanted.isEmpty()) return;
  m_sink->clear();
  for (const QString& name : wanted) m_sink->addItem(displayText(name, 64), name);
  chooseSink(m_chosenSink);
}

// Before one is chosen it is the primary, whichever that is.
void NodeBar::chooseSink(const std::string& sink) {
  m_chosenSink = sink;
  const int at = m_sink->findData(QString::fromStdString(sink));
  m_sink->setCurrentIndex(at < 0 ? 0 : at);
}

void NodeBar::showSpan(std::chrono::milliseconds span) {
  const std::vector<RangeChoice>& choices = rangeChoices();
  for (std::size_t i = 0; i < m_spans.size(); ++i) {
    m_spans[i]->setChecked(choices[i].span == span);
  }
}

void NodeBar::showFrozen(bool frozen) {
  m_live->setChecked(!frozen);
  m_freeze->setChecked(frozen);
}

void NodeBar::showLock(Lock lock) {
  const bool locked = lock != Lock::Open;
  m_lock->setChecked(locked);
  m_lock->setText(locked ? QStringLiteral("Locked") : QStringLiteral("Unlocked"));
  m_lock->setEnabled(lock != Lock::LockedForGood);
  m_lock->setToolTip(lock == Lock::LockedForGood
                         ? QStringLiteral("Started with --read-only: this window only watches")
                         : QStringLiteral("Locked, this window only watches: no command is sent"));
}

}  // namespace penstock::ui
