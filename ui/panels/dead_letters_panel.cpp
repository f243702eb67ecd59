// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/dead_letters_panel.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/display_text.h"
#include "ui/models/quantity.h"
#include "ui/panels/elided_label.h"

namespace penstock::ui {

namespace {

// A change set as its lines; what is no JSON object stays as it is.
QString spread(const QString& text) {
  const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
  if (document.isNull()) return text;
  return QString::fromUtf8(document.toJson(QJsonDocument::Indented)).trimmed();
}

}  // namespace

DeadLettersPanel::DeadLettersPanel(BrowseDesk& desk, CommandDesk& commands, QWidget* parent)
    : QWidget(parent),
      m_commands(commands),
      m_pages(new PageTable(desk, BrowseSubject::DeadLetters, this)),
      m_details(new QPlainTextEdit(this)) {
  m_details->setReadOnly(true);
  m_details->setTabChangesFocus(true);
  m_details->setAccessibleName(QStringLiteral("The chosen dead letter in full"));
  m_details->setPlaceholderText(QStringLiteral("Choose a dead letter to see all of it."));
  m_pages->view()->setSelectionMode(QAbstractItemView::ExtendedSelection);
  auto* side = new QWidget(this);
  auto* sideColumn = new QVBoxLayout(side);
  sideColumn->setContentsMargins(0, 0, 0, 0);
  sideColumn->setSpacing(3);
  sideColumn->addWidget(m_details);
  sideColumn->addWidget(makeDecisions());
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setObjectName(QStringLiteral("deadLettersSplitter"));
  splitter->addWidget(m_pages);
  splitter->addWidget(side);
  splitter->setStretchFactor(0, 5);
  splitter->setStretchFactor(1, 2);
  splitter->setChildrenCollapsible(false);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  column->addWidget(splitter, 1);
  column->addWidget(m_progress);
  setFocusProxy(m_pages->filter());
  connect(m_pages->view()->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &DeadLettersPanel::showDetails);
  connect(m_pages, &PageTable::shown, this, &DeadLettersPanel::showAvailability);
  connect(&m_commands, &CommandDesk::progressed, this, &DeadLettersPanel::showProgress);
  showAvailability();
}

QPushButton* DeadLettersPanel::makeButton(const QString& text, const QString& name,
                                          const QString& tooltip) {
  auto* button = new QPushButton(text, this);
  button->setObjectName(name);
  button->setToolTip(QStringLiteral("<p>") + tooltip);
  return button;
}

QWidget* DeadLettersPanel::makeDecisions() {
  m_retry = makeButton(QStringLiteral("Retry …"), QStringLiteral("retryLettersButton"),
                       QStringLiteral("Applies the change sets once more, after everything that "
                                      "is journaled before. The chosen rows; when none is chosen, "
                                      "all that match the filter."));
  m_discard = makeButton(QStringLiteral("Discard …"), QStringLiteral("discardLettersButton"),
                         QStringLiteral("Removes the dead letters for good. The chosen rows; when "
                                        "none is chosen, all that match the filter."));
  m_progress = new ElidedLabel(this);
  m_progress->setObjectName(QStringLiteral("lettersProgress"));
  m_progress->setAccessibleName(QStringLiteral("Progress of the last decision"));
  m_progress->hide();  // the room is the letter's until there is something to tell
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  row->addWidget(m_retry);
  row->addWidget(m_discard);
  row->addStretch(1);
  connect(m_retry, &QPushButton::clicked, this, [this] { ask(CommandKind::RetryLetters); });
  connect(m_discard, &QPushButton::clicked, this, [this] { ask(CommandKind::DiscardLetters); });
  return bar;
}

void DeadLettersPanel::setSink(const std::string& sink) {
  m_sink = sink;
  m_pages->setSink(sink);
}

void DeadLettersPanel::setConnected(bool connected) {
  m_connected = connected;
  m_pages->setConnected(connected);
  showAvailability();
}

void DeadLettersPanel::showAvailability() {
  const bool can = m_connected && !m_commands.isReadOnly() && m_pages->model().rowCount() > 0;
  m_retry->setEnabled(can);
  m_discard->setEnabled(can);
}

Command DeadLettersPanel::commandFor(CommandKind kind) const {
  Command command;
  command.kind = kind;
  command.sink = m_sink;
  const PageModel& model = m_pages->model();
  int journal = -1;
  for (int column = 0; column < model.columnCount(); ++column) {
    const QString title = model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    if (title == QStringLiteral("Journal")) journal = column;
  }
  for (const QModelIndex& row : m_pages->view()->selectionModel()->selectedRows()) {
    const auto raw = [&row](int column) {
      return row.siblingAtColumn(column).data(PageModel::RawRole).toString();
    };
    command.letters.push_back(
        {Sequence{raw(0).toULongLong()}, journal < 0 ? std::string() : raw(journal).toStdString()});
  }
  command.allLetters = command.letters.empty();
  if (command.allLetters) command.letterFilter = m_pages->filter()->text().toStdString();
  return command;
}

QString DeadLettersPanel::meantText(const Command& command) const {
  if (!command.allLetters) {
    const std::size_t count = command.letters.size();
    return count == 1 ? QStringLiteral("the chosen dead letter")
                      : QStringLiteral("the %1 chosen dead letters").arg(formatCount(count));
  }
  const std::int64_t total = m_pages->model().total();
  const QString count =
      total < 0 ? QString() : formatCount(static_cast<std::uint64_t>(total)) + QStringLiteral(" ");
  return command.letterFilter.empty()
             ? QStringLiteral("all %1dead letters").arg(count)
             : QStringLiteral("the %1dead letters that hold “%2”")
                   .arg(count, QString::fromStdString(command.letterFilter));
}

// The first few by their sequence and reason, so that nobody decides about others than meant.
QString DeadLettersPanel::previewText(const Command& command) const {
  constexpr int kPreviewed = 5;
  const PageModel& model = m_pages->model();
  const QModelIndexList chosen = m_pages->view()->selectionModel()->selectedRows();
  const int count = command.allLetters ? model.rowCount() : int(chosen.size());
  QStringList lines;
  for (int i = 0; i < std::min(count, kPreviewed); ++i) {
    const QModelIndex row = command.allLetters ? model.index(i, 0) : chosen[i];
    lines << QStringLiteral("%1: %2").arg(row.data().toString(),
                                          row.siblingAtColumn(4).data().toString());
  }
  if (count > kPreviewed) lines << QStringLiteral("…");
  return lines.join('\n');
}

void DeadLettersPanel::ask(CommandKind kind) {
  if (!m_question.isNull()) {
    m_question->activateWindow();
    return;
  }
  const Command command = commandFor(kind);
  const bool retry = kind == CommandKind::RetryLetters;
  const QString verb = retry ? QStringLiteral("Retry") : QStringLiteral("Discard");
  const QString consequence =
      retry ? QStringLiteral(
                  "Their change sets are applied after everything journaled before. "
                  "What is refused again stays here.")
            : QStringLiteral(
                  "Their change sets are never applied. This cannot be undone: export "
                  "them first to keep a copy.");
  m_question = new QMessageBox(retry ? QMessageBox::Question : QMessageBox::Warning, verb,
                               QStringLiteral("%1 %2?").arg(verb, meantText(command)),
                               QMessageBox::Cancel, window());
  m_question->setAttribute(Qt::WA_DeleteOnClose);
  m_question->setTextFormat(Qt::PlainText);
  m_question->setInformativeText(consequence + QStringLiteral("\n\n") + previewText(command));
  QPushButton* yes =
      m_question->addButton(verb, retry ? QMessageBox::AcceptRole : QMessageBox::DestructiveRole);
  yes->setObjectName(QStringLiteral("confirmButton"));
  m_question->setDefaultButton(
      retry ? yes : qobject_cast<QPushButton*>(m_question->button(QMessageBox::Cancel)));
  if (!retry) askForTable(*m_question, *yes, tableOfFirst());
  connect(yes, &QPushButton::clicked, this, [this, command] { send(command); });
  m_question->open();
}

// Which one: of the first that is meant, as its preview tells.
QString DeadLettersPanel::tableOfFirst() const {
  const QModelIndexList chosen = m_pages->view()->selectionModel()->selectedRows();
  const PageModel& model = m_pages->model();
  const QModelIndex first = chosen.isEmpty() ? model.index(0, 0) : chosen.front();
  const QModelIndex changeSet = first.siblingAtColumn(model.columnCount() - 1);
  const QJsonObject set =
      QJsonDocument::fromJson(changeSet.data(PageModel::RawRole).toString().toUtf8()).object();
  return set["changes"].toArray().first().toObject()["table"].toString();
}

// What cannot be undone is not done by a click that went astray.
void DeadLettersPanel::askForTable(QMessageBox& question, QPushButton& yes, const QString& table) {
  auto* layout = qobject_cast<QGridLayout*>(question.layout());
  if (table.isEmpty() || layout == nullptr) return;
  auto* name = new QLineEdit(&question);
  name->setObjectName(QStringLiteral("tableNameEdit"));
  name->setAccessibleName(QStringLiteral("Name of the table"));
  auto* label = new QLabel(&question);
  label->setTextFormat(Qt::PlainText);
  label->setText(QStringLiteral("Type the table's name, %1, to discard:").arg(displayText(table)));
  label->setBuddy(name);
  auto* row = new QHBoxLayout;
  row->addWidget(label);
  row->addWidget(name, 1);
  layout->addLayout(row, layout->rowCount(), 0, 1, layout->columnCount());
  yes.setEnabled(false);
  connect(name, &QLineEdit::textChanged, &yes,
          [&yes, table](const QString& typed) { yes.setEnabled(typed.trimmed() == table); });
  name->setFocus();
}

void DeadLettersPanel::send(Command command) {
  m_latest = m_commands.send(std::move(command));
  if (const CommandProgress* progress = m_commands.find(m_latest)) showProgress(*progress);
}

void DeadLettersPanel::showProgress(const CommandProgress& progress) {
  if (progress.command.id != m_latest) return;
  m_progress->setFullText(progressLine(progress));
  m_progress->show();
  if (progress.stage == CommandProgress::Stage::InEffect) m_pages->refresh();
}

void DeadLettersPanel::showDetails() {
  const QModelIndexList chosen = m_pages->view()->selectionModel()->selectedRows();
  if (chosen.isEmpty()) {
    m_details->clear();
    return;
  }
  const PageModel& model = m_pages->model();
  QString text;
  for (int column = 0; column < model.columnCount(); ++column) {
    const QString title = model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const QString raw = chosen.front().siblingAtColumn(column).data(PageModel::RawRole).toString();
    const bool isLast = column + 1 == model.columnCount();
    text += isLast ? QStringLiteral("%1:\n%2").arg(title, spread(raw))
                   : QStringLiteral("%1: %2\n").arg(title, raw);
  }
  m_details->setPlainText(text);
}

}  // namespace penstock::ui
