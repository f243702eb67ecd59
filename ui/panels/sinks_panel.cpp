// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/sinks_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/display_text.h"
#include "ui/models/quantity.h"
#include "ui/panels/elided_label.h"

namespace penstock::ui {

namespace {

QString recordsText(std::uint64_t records) {
  return records == 1 ? QStringLiteral("1 record")
                      : QStringLiteral("%1 records").arg(formatCount(records));
}

}  // namespace

SinksPanel::SinksPanel(CommandDesk& commands, QWidget* parent)
    : QWidget(parent),
      m_commands(commands),
      m_model(new SinksModel(this)),
      m_view(new QTableView(this)),
      m_empty(new QLabel(QStringLiteral("No sink has reported yet."), m_view)),
      m_errorText(new QLabel(this)) {
  makeView();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2, 2, 2, 2);
  column->setSpacing(2);
  column->addWidget(m_view, 1);
  column->addWidget(m_errorText);
  column->addWidget(makeDecision());
  m_errorText->setAccessibleName(QStringLiteral("Last error, and what to do"));
  m_errorText->setTextFormat(Qt::PlainText);
  m_errorText->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_errorText->setWordWrap(true);
  m_errorText->hide();
  setFocusProxy(m_view);
  connect(m_view, &QTableView::doubleClicked, this,
          [this](const QModelIndex& index) { emit sinkChosen(m_model->sinkAt(index.row())); });
  connect(&m_commands, &CommandDesk::progressed, this, &SinksPanel::showProgress);
}

void SinksPanel::makeView() {
  m_view->setObjectName(QStringLiteral("Sinks"));
  m_view->setAccessibleName(QStringLiteral("Sinks"));
  m_view->setModel(m_model);
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_view->setAlternatingRowColors(true);
  m_view->setTabKeyNavigation(false);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 6);
  m_view->horizontalHeader()->setStretchLastSection(true);
  m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const QFontMetrics metrics = m_view->fontMetrics();
  const int figure = metrics.horizontalAdvance('8');
  const std::array<int, SinksModel::ColumnCount> figures{9,  8,  20, 9,  10, 9, 9,
                                                         28, 30, 34, 34, 24, 20};
  for (int column = 0; column < SinksModel::ColumnCount; ++column) {
    m_view->setColumnWidth(column, figures[std::size_t(column)] * figure + 12);
  }
  m_empty->setAlignment(Qt::AlignCenter);
  auto* over = new QVBoxLayout(m_view);
  over->addWidget(m_empty);
}

QWidget* SinksPanel::makeDecision() {
  m_decision = new QWidget(this);
  m_damageText = new ElidedLabel(m_decision);
  m_damageText->setAccessibleName(QStringLiteral("Damage in the journal"));
  m_accept = new QPushButton(QStringLiteral("Accept the loss …"), m_decision);
  m_accept->setObjectName(QStringLiteral("acceptLossButton"));
  m_accept->setToolTip(
      QStringLiteral("<p>Lets the sinks go on behind the damage. What it holds is given up."));
  auto* row = new QHBoxLayout(m_decision);
  row->setContentsMargins(4, 0, 0, 0);
  row->addWidget(m_damageText, 1);
  row->addWidget(m_accept);
  m_decision->hide();
  connect(m_accept, &QPushButton::clicked, this, &SinksPanel::ask);
  return m_decision;
}

void SinksPanel::showSample(const Snapshot& sample, const Snapshot* before) {
  m_model->show(sample, before);
  m_empty->setVisible(m_model->rowCount() == 0);
  showError();
  showDamage(sample);
}

QString SinksPanel::errorText() const { return m_errorText->text(); }

void SinksPanel::showError() {
  const auto textAt = [this](int row, int column) {
    return m_model->index(row, column).data().toString();
  };
  int shown = m_view->currentIndex().row();
  if (shown >= 0 && textAt(shown, SinksModel::LastError).isEmpty()) shown = -1;
  for (int row = 0; row < m_model->rowCount() && shown < 0; ++row) {
    if (!textAt(row, SinksModel::LastError).isEmpty()) shown = row;
  }
  m_errorText->setText(shown < 0 ? QString()
                                 : QStringLiteral("%1, %2 → %3")
                                       .arg(textAt(shown, SinksModel::Name),
                                            textAt(shown, SinksModel::LastError),
                                            textAt(shown, SinksModel::Advice)));
  m_errorText->setVisible(shown >= 0);
}

void SinksPanel::setConnected(bool connected) {
  m_connected = connected;
  showAvailability();
}

void SinksPanel::showDamage(const Snapshot& sample) {
  const auto sink = std::ranges::find_if(
      sample.sinks, [](const SinkSnapshot& each) { return each.damage.has_value(); });
  m_damage.reset();
  if (sink != sample.sinks.end()) {
    m_damage = sink->damage;
    m_damageText->setFullText(QStringLiteral("%1 stops before damage in the journal: %2 (%3).")
                                  .arg(displayText(sink->name), recordsText(m_damage->records),
                                       displayText(m_damage->text)));
  }
  m_decision->setVisible(m_damage.has_value());
  showAvailability();
}

void SinksPanel::showAvailability() {
  m_accept->setEnabled(m_connected && m_damage && !m_commands.isReadOnly());
}

QString SinksPanel::damageText() const { return m_damageText->fullText(); }

// Names all that is given up: nobody agrees to more than he has read.
void SinksPanel::ask() {
  if (!m_question.isNull()) {
    m_question->activateWindow();
    return;
  }
  if (!m_damage) return;
  Command command;
  command.kind = CommandKind::AcceptLoss;
  command.lossFirst = Sequence{m_damage->firstSequence};
  command.lossLast = Sequence{m_damage->lastSequence};
  m_question = new QMessageBox(
      QMessageBox::Warning, QStringLiteral("Accept the loss"),
      QStringLiteral("Go on without %1 of the journal?").arg(recordsText(m_damage->records)),
      QMessageBox::Cancel, window());
  m_question->setAttribute(Qt::WA_DeleteOnClose);
  m_question->setTextFormat(Qt::PlainText);
  m_question->setInformativeText(
      QStringLiteral("Given up: %1.\n\nThey were promised to be safe and never reach any sink. "
                     "This cannot be undone and is recorded with your name. Some of them may "
                     "still be readable: save those first, with the node stopped, by "
                     "penstockd journal salvage.")
          .arg(displayText(m_damage->text)));
  QPushButton* yes =
      m_question->addButton(QStringLiteral("Accept the loss"), QMessageBox::DestructiveRole);
  yes->setObjectName(QStringLiteral("confirmButton"));
  m_question->setDefaultButton(qobject_cast<QPushButton*>(m_question->button(QMessageBox::Cancel)));
  connect(yes, &QPushButton::clicked, this,
          [this, command] { m_latest = m_commands.send(command); });
  m_question->open();
}

void SinksPanel::showProgress(const CommandProgress& progress) {
  if (progress.command.id != m_latest || progress.stage != CommandProgress::Stage::Failed) return;
  m_question = new QMessageBox(QMessageBox::Warning, QStringLiteral("Accept the loss"),
                               displayText(progressLine(progress)), QMessageBox::Close, window());
  m_question->setAttribute(Qt::WA_DeleteOnClose);
  m_question->setTextFormat(Qt::PlainText);
  m_question->open();
}

}  // namespace penstock::ui
