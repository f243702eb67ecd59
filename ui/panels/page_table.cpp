// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/page_table.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShowEvent>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/cell_copy.h"
#include "ui/models/quantity.h"
#include "ui/panels/elided_label.h"

namespace penstock::ui {

namespace {

constexpr std::chrono::milliseconds kTypingPause{250};
constexpr std::chrono::seconds kAnswerPatience{5};
constexpr int kColumnWidthMax = 420;

QToolButton* makeToolButton(const QString& text, const QString& name, const QString& tooltip,
                            QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setText(text);
  button->setAccessibleName(name);
  button->setToolTip(tooltip);
  button->setFocusPolicy(Qt::StrongFocus);
  return button;
}

}  // namespace

PageTableOptions pageTableOptions(BrowseSubject subject) {
  switch (subject) {
    case BrowseSubject::Queue:
      return {subject,
              QStringLiteral("Queue"),
              QStringLiteral("Search what waits: group, key, value …"),
              QStringLiteral("Nothing waits: everything journaled is in the database, or a dead "
                             "letter. A change set appears here from the moment it is "
                             "journaled until it is persisted."),
              {},
              std::chrono::milliseconds(1'000)};
    case BrowseSubject::DeadLetters:
      return {subject,
              QStringLiteral("Dead letters"),
              QStringLiteral("Filter: refused, held, parked, reason, key …"),
              QStringLiteral("No dead letters: the database has refused nothing for good. What it "
                             "refuses is kept here with its reason, and everything else goes on."),
              QStringLiteral("Save all dead letters, as filtered, as a CSV file"),
              std::chrono::milliseconds(2'000)};
    case BrowseSubject::Trace:
      return {
          subject,
          QStringLiteral("Trace"),
          QStringLiteral("Key of the row (42; eu,7), or id or sequence"),
          QStringLiteral("Choose a table and type the key of a row: the newest change sets that "
                         "touched it appear with what became of them in each sink. Or choose "
                         "“Id or sequence” and type one."),
          {},
          {}};
    case BrowseSubject::Health:
      return {subject,
              QStringLiteral("Configuration health"),
              QStringLiteral("Filter: warning, sink, table, setting …"),
              QStringLiteral("There is nothing to be said: no setting differs from the advice."),
              QStringLiteral("Save all of it, as filtered, as a CSV file"),
              {}};
    case BrowseSubject::Data:
    case BrowseSubject::Tables:
    case BrowseSubject::Shards:  // has a panel of its own
      break;
  }
  return {
      subject,
      QStringLiteral("Data"),
      QStringLiteral("Filter rows"),
      QStringLiteral("Choose a table on the left to see the rows that are in the database now."),
      QStringLiteral("Save all rows of this table, as filtered, as a CSV file"),
      {}};
}

PageTable::PageTable(BrowseDesk& desk, BrowseSubject subject, QWidget* parent)
    : QWidget(parent),
      m_desk(desk),
      m_options(pageTableOptions(subject)),
      m_model(new PageModel(this)),
      m_emptyText(m_options.emptyText) {
  m_request.subject = subject;
  makeBar();
  makeView();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2, 2, 2, 2);
  column->setSpacing(2);
  column->addLayout(m_bar);
  column->addWidget(m_view, 1);
  showPosition();
  showEmptyText();
}

void PageTable::makeBar() {
  m_filter = new QLineEdit(this);
  m_filter->setPlaceholderText(m_options.filterHint);
  m_filter->setAccessibleName(m_options.name + QStringLiteral(": filter"));
  m_filter->setClearButtonEnabled(true);
  m_filter->setMinimumWidth(120);
  m_previous = makeToolButton(QStringLiteral("◀"), QStringLiteral("Previous page"),
                              QStringLiteral("Previous page"), this);
  m_next = makeToolButton(QStringLiteral("▶"), QStringLiteral("Next page"),
                          QStringLiteral("Next page"), this);
  m_refresh = makeToolButton(QStringLiteral("Refresh"), QStringLiteral("Refresh"),
                             QStringLiteral("Ask the engine again now"), this);
  m_position = new ElidedLabel(this);
  m_position->setMinimumWidth(150);
  m_bar = new QHBoxLayout;
  m_barStart = new QHBoxLayout;
  m_bar->setSpacing(4);
  m_bar->addLayout(m_barStart);
  m_bar->addWidget(m_filter, 3);
  m_bar->addWidget(m_previous);
  m_bar->addWidget(m_next);
  m_bar->addWidget(m_position, 2);
  m_bar->addWidget(m_refresh);
  connect(m_filter, &QLineEdit::textChanged, this, &PageTable::onFilter);
  connect(m_previous, &QToolButton::clicked, this, [this] { turn(-1); });
  connect(m_next, &QToolButton::clicked, this, [this] { turn(+1); });
  connect(m_refresh, &QToolButton::clicked, this, &PageTable::refresh);
  if (!m_options.exportTip.isEmpty()) makeExport();
}

void PageTable::makeExport() {
  m_export = new QPushButton(QStringLiteral("Export …"), this);
  m_export->setToolTip(m_options.exportTip);
  m_export->setAutoDefault(false);  // Enter in the filter of a dialog is no export
  m_export->setEnabled(false);
  m_bar->addWidget(m_export);
  connect(m_export, &QPushButton::clicked, this, [this] { emit exportWanted(m_request); });
}

void PageTable::makeView() {
  m_view = new QTableView(this);
  copyCellsOnKey(*m_view, PageModel::RawRole);
  m_view->setObjectName(m_options.name);
  m_view->setAccessibleName(m_options.name);
  m_view->setModel(m_model);
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_view->setWordWrap(false);
  m_view->setAlternatingRowColors(true);
  m_view->setTabKeyNavigation(false);
  m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 4);
  m_view->horizontalHeader()->setStretchLastSection(true);
  m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_view->horizontalHeader()->setHighlightSections(false);
  connect(m_view->horizontalHeader(), &QHeaderView::sectionResized, this, [this] {
    if (QApplication::mouseButtons() != Qt::NoButton) m_widthsAreChosen = true;
  });
  m_empty = new QLabel(m_view);
  m_empty->setAlignment(Qt::AlignCenter);
  m_empty->setWordWrap(true);
  m_empty->setTextFormat(Qt::PlainText);
  m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);
  auto* over = new QVBoxLayout(m_view);
  over->setContentsMargins(20, 20, 20, 4);
  over->addWidget(m_empty);
}

void PageTable::addToBar(QWidget* widget) { m_barStart->addWidget(widget); }

void PageTable::setSink(const std::string& sink) {
  if (sink == m_request.sink) return;
  m_request.sink = sink;
  m_request.offset = 0;
  refresh();
}

void PageTable::setTable(const std::string& table) {
  if (table == m_request.table) return;
  m_request.table = table;
  m_request.offset = 0;
  m_model->clear();  // rows of another table
  m_isAnswered = false;
  refresh();
}

void PageTable::setOrder(BrowseOrder order) {
  if (order == m_request.order) return;
  m_request.order = order;
  m_request.offset = 0;
  refresh();
}

void PageTable::setEmptyText(const QString& text) {
  m_emptyText = text;
  showEmptyText();
}

QString PageTable::emptyText() const { return m_empty->isHidden() ? QString() : m_empty->text(); }

void PageTable::setConnected(bool connected) {
  if (connected == m_connected) return;
  m_connected = connected;
  m_waiting = false;
  m_wanted = true;
  m_view->setEnabled(connected);
  for (QWidget* widget : {static_cast<QWidget*>(m_refresh), static_cast<QWidget*>(m_previous),
                          static_cast<QWidget*>(m_next)}) {
    widget->setEnabled(connected);
  }
  showPosition();
  showEmptyText();
}

void PageTable::refresh() {
  m_wanted = true;
  m_waiting = false;
  m_changedAt.reset();
  showPosition();
}

void PageTable::onFilter(const QString& text) {
  m_request.filter = text.toStdString();
  m_request.offset = 0;
  m_wanted = true;
  m_waiting = false;
  m_changedAt = SteadyTime{};  // asked once typing pauses; the tick knows the time
  showPosition();
}

void PageTable::turn(int pages) {
  const std::int64_t offset = std::int64_t(m_request.offset) + pages * int(m_request.rowsMax);
  m_request.offset = std::uint64_t(std::max<std::int64_t>(0, offset));
  refresh();
}

/// What was read when it was last in view may be long past.
void PageTable::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (!event->spontaneous()) m_wanted = true;
}

bool PageTable::isHeldByPointer() const {
  return m_view->viewport()->underMouse() && m_model->rowCount() > 0;
}

void PageTable::tick(SteadyTime now) {
  if (!isVisible() || !m_connected) return;
  if (m_changedAt == SteadyTime{}) m_changedAt = now;
  if (m_changedAt && now - *m_changedAt < kTypingPause) return;
  if (m_waiting && m_askedAt && now - *m_askedAt < kAnswerPatience) return;
  const bool due = m_options.refreshEvery && !isHeldByPointer() &&
                   (!m_askedAt || now - *m_askedAt >= *m_options.refreshEvery);
  if (m_wanted || due) ask(now);
}

void PageTable::ask(SteadyTime now) {
  m_wanted = false;
  m_waiting = true;
  m_askedAt = now;
  m_changedAt.reset();
  (void)m_desk.request(m_request, this, [this](const BrowsePage& page) { take(page); });
  showEmptyText();
}

void PageTable::take(const BrowsePage& page) {
  m_waiting = false;
  m_everShown = true;
  m_isAnswered = true;
  m_model->show(page);
  keepColumnWidths();
  showPosition();
  showEmptyText();
  emit shown();
}

// Columns grow with what they have to hold and never shrink, until an operator sets one by hand.
void PageTable::keepColumnWidths() {
  const int columns = m_model->columnCount();
  const bool others = columns != m_sizedColumns;
  if (m_model->rowCount() == 0 || (m_widthsAreChosen && !others)) return;
  m_sizedColumns = columns;
  m_widthsAreChosen = false;
  const int rows = std::min(m_model->rowCount(), 30);
  // A last column of numbers stays beside the others, not at the far end of the table.
  const auto align = m_model->index(0, columns - 1).data(Qt::TextAlignmentRole);
  const bool isLastText = align.value<Qt::Alignment>().testFlag(Qt::AlignLeft);
  m_view->horizontalHeader()->setStretchLastSection(isLastText);
  for (int column = 0; column + int(isLastText) < columns; ++column) {
    const QString title = m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    int width = m_view->horizontalHeader()->fontMetrics().horizontalAdvance(title) + 18;
    if (!others) width = std::max(width, m_view->columnWidth(column));
    for (int row = 0; row < rows; ++row) {
      const QString text = m_model->index(row, column).data(Qt::DisplayRole).toString();
      width = std::max(width, m_view->fontMetrics().horizontalAdvance(text) + 14);
    }
    m_view->setColumnWidth(column, std::min(width, kColumnWidthMax));
  }
}

void PageTable::showPosition() {
  QString text;
  const auto rows = std::uint64_t(m_model->rowCount());
  if (m_wanted && m_everShown) {
    text = m_request.filter.empty() ? QStringLiteral("asking …") : QStringLiteral("searching …");
  } else if (rows > 0) {
    const std::uint64_t first = m_model->offset() + 1;
    text = QStringLiteral("%1–%2").arg(formatCount(first), formatCount(first + rows - 1));
    if (m_model->total() >= 0) {
      text += QStringLiteral(" of %1").arg(formatCount(std::uint64_t(m_model->total())));
    }
    if (!m_model->note().isEmpty()) text += QStringLiteral(" · ") + m_model->note();
  }
  m_position->setFullText(text);
  m_previous->setEnabled(m_connected && m_request.offset > 0);
  const bool more = m_model->total() < 0
                        ? rows >= m_request.rowsMax
                        : m_model->offset() + rows < std::uint64_t(m_model->total());
  m_next->setEnabled(m_connected && more);
  if (m_export != nullptr) m_export->setEnabled(m_connected && m_everShown);
}

void PageTable::showEmptyText() {
  QString text;
  if (!m_model->failure().isEmpty()) {
    text = m_model->failure();
  } else if (m_model->rowCount() == 0) {
    if (!m_connected) {
      text = QStringLiteral("Not connected: nothing can be read.");
    } else if (m_waiting && !m_isAnswered) {
      text = QStringLiteral("Waiting for an answer of the node …");
    } else if (!m_request.filter.empty()) {
      text = QStringLiteral("Nothing holds “%1”.").arg(m_filter->text());
    } else {
      text = m_emptyText;
    }
  }
  m_empty->setText(text);
  m_empty->setVisible(!text.isEmpty());
}

}  // namespace penstock::ui
