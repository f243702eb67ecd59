// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/shards/shards_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "ui/models/cell_copy.h"
#include "ui/models/display_text.h"
#include "ui/models/quantity.h"
#include "ui/panels/elided_label.h"

namespace penstock::ui {

namespace {

constexpr std::chrono::milliseconds kAskEvery{500};
constexpr std::chrono::milliseconds kSortEvery{1'000};
constexpr std::chrono::seconds kAnswerPatience{5};

const SinkSnapshot* sinkIn(const Snapshot& sample, const std::string& sink) {
  const auto found = std::ranges::find(sample.sinks, sink, &SinkSnapshot::name);
  if (found != sample.sinks.end()) return &*found;
  return sink.empty() && !sample.sinks.empty() ? &sample.sinks.front() : nullptr;
}

QString poolTextOf(const SinkSnapshot& sink) {
  const QString lanes = sink.lanes == 1 ? QStringLiteral("one lane")
                                        : QStringLiteral("up to %1 lanes").arg(sink.lanes);
  return QStringLiteral("%1 (%2): %3 committing, %4 preparing, %5 idle of %6 workers")
      .arg(displayText(sink.name, 64), lanes)
      .arg(sink.workersCommitting)
      .arg(sink.workersPreparing)
      .arg(sink.workersIdle)
      .arg(sink.workers);
}

}  // namespace

ShardsPanel::ShardsPanel(BrowseDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_desk(desk),
      m_model(new ShardsModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_view(new QTableView(this)),
      m_empty(new QLabel(m_view)),
      m_pool(new ElidedLabel(this)),
      m_note(new ElidedLabel(this)),
      m_export(new QPushButton(QStringLiteral("Export …"), this)) {
  m_request.subject = BrowseSubject::Shards;
  m_sorted->setSourceModel(m_model);
  m_sorted->setSortRole(ShardsModel::SortRole);
  m_sorted->setDynamicSortFilter(false);  // rows do not jump with each page
  makeBar();
  makeView();
  setFocusProxy(m_view);
  showEmptyText();
}

void ShardsPanel::makeBar() {
  m_pool->setAccessibleName(QStringLiteral("Pool of the sink"));
  m_note->setAccessibleName(QStringLiteral("What is shown of the shards"));
  m_export->setToolTip(QStringLiteral("Save these rows as a CSV file"));
  m_export->setEnabled(false);
  connect(m_export, &QPushButton::clicked, this, [this] { emit exportWanted(m_request); });
}

void ShardsPanel::makeView() {
  copyCellsOnKey(*m_view, ShardsModel::RawRole);
  m_view->setObjectName(QStringLiteral("Shards"));
  m_view->setAccessibleName(QStringLiteral("Shards"));
  m_view->setModel(m_sorted);
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_view->setAlternatingRowColors(true);
  m_view->setWordWrap(false);
  m_view->setTabKeyNavigation(false);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 4);
  m_view->horizontalHeader()->setStretchLastSection(true);
  m_view->horizontalHeader()->setHighlightSections(false);
  m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_view->horizontalHeader()->setSortIndicator(ShardsModel::Shard, Qt::AscendingOrder);
  m_view->setSortingEnabled(true);
  const int figure = m_view->fontMetrics().horizontalAdvance('8');
  const std::array<int, ShardsModel::ColumnCount> figures{8, 18, 12, 12, 13, 40};
  for (int column = 0; column < ShardsModel::ColumnCount; ++column) {
    m_view->setColumnWidth(column, figures[std::size_t(column)] * figure + 12);
  }
  m_empty->setAlignment(Qt::AlignCenter);
  m_empty->setWordWrap(true);
  m_empty->setTextFormat(Qt::PlainText);
  m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);
  auto* over = new QVBoxLayout(m_view);
  over->setContentsMargins(20, 20, 20, 4);
  over->addWidget(m_empty);
  auto* bar = new QHBoxLayout;
  bar->setSpacing(4);
  bar->addWidget(m_pool, 3);
  bar->addWidget(m_note, 2);
  bar->addWidget(m_export);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2, 2, 2, 2);
  column->setSpacing(2);
  column->addLayout(bar);
  column->addWidget(m_view, 1);
}

void ShardsPanel::setSink(const std::string& sink) {
  if (sink == m_request.sink) return;
  m_request.sink = sink;
  m_model->clear();  // shards of another sink
  m_whyNone.clear();
  m_askedAt.reset();
  m_waiting = false;
  m_export->setEnabled(false);
  m_note->setFullText({});
  showEmptyText();
}

void ShardsPanel::setConnected(bool connected) {
  if (connected == m_connected) return;
  m_connected = connected;
  m_askedAt.reset();
  m_waiting = false;
  m_view->setEnabled(connected);
  m_export->setEnabled(connected && m_model->rowCount() > 0);
  showEmptyText();
}

void ShardsPanel::showSample(const Snapshot& sample) {
  const SinkSnapshot* sink = sinkIn(sample, m_request.sink);
  m_pool->setFullText(sink == nullptr ? QString() : poolTextOf(*sink));
}

QString ShardsPanel::poolText() const { return m_pool->fullText(); }

QString ShardsPanel::emptyText() const { return m_empty->isHidden() ? QString() : m_empty->text(); }

void ShardsPanel::tick(SteadyTime now) {
  if (!isVisible() || !m_connected) return;
  sortWhenDue(now);
  if (m_waiting && m_askedAt && now - *m_askedAt < kAnswerPatience) return;
  if (m_askedAt && now - *m_askedAt < kAskEvery) return;
  m_askedAt = now;
  m_waiting = true;
  (void)m_desk.request(m_request, this, [this](const BrowsePage& page) { take(page); });
}

void ShardsPanel::sortWhenDue(SteadyTime now) {
  if (m_sortedAt && now - *m_sortedAt < kSortEvery) return;
  if (m_view->viewport()->underMouse()) return;
  m_sortedAt = now;
  const QHeaderView& header = *m_view->horizontalHeader();
  m_sorted->sort(header.sortIndicatorSection(), header.sortIndicatorOrder());
}

void ShardsPanel::take(const BrowsePage& page) {
  m_waiting = false;
  const QString note = displayText(page.note);
  if (!page.status.isOk()) {
    m_whyNone = displayText(page.status.message());
    m_model->clear();
  } else {
    m_whyNone = note.left(1).toUpper() + note.mid(1);
    if (!m_whyNone.isEmpty()) m_whyNone += '.';
    m_model->show(page);
  }
  const bool any = m_model->rowCount() > 0;
  m_note->setFullText(any ? note : QString());
  m_export->setEnabled(any && m_connected);
  showEmptyText();
}

void ShardsPanel::showEmptyText() {
  QString text;
  if (m_model->rowCount() == 0) {
    if (!m_connected) {
      text = QStringLiteral("Not connected: nothing can be read.");
    } else if (!m_whyNone.isEmpty()) {
      text = m_whyNone;
    } else {
      text = QStringLiteral("Waiting for an answer of the node …");
    }
  }
  m_empty->setText(text);
  m_empty->setVisible(!text.isEmpty());
}

}  // namespace penstock::ui
