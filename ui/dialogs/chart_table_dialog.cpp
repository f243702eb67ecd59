// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/chart_table_dialog.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>
#include <memory>

#include "ui/charts/chart_table.h"
#include "ui/models/cell_copy.h"

namespace penstock::ui {

namespace {

constexpr QSize kUsualSize{560, 480};
constexpr int kTimeWidth = 220;
constexpr int kValueWidth = 100;

QString momentOf(double seconds, TimeStyle style) {
  return formatMoment(std::llround(seconds * 1e6), style);
}

}  // namespace

ChartTableDialog::ChartTableDialog(const ChartSet& charts, int chart, QWidget* parent)
    : QDialog(parent),
      m_charts(charts),
      m_chart(chart),
      m_heading(new QLabel(this)),
      m_view(new QTableView(this)),
      m_renew(new QPushButton(QStringLiteral("&Renew"), this)),
      m_copy(new QPushButton(QStringLiteral("&Copy all"), this)) {
  setObjectName(QStringLiteral("chartTableDialog"));
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(m_charts.chart(chart)->spec().fullTitle());
  resize(kUsualSize);
  m_heading->setTextFormat(Qt::PlainText);
  m_heading->setWordWrap(true);
  m_view->setAccessibleName(windowTitle());
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setAlternatingRowColors(true);
  m_view->setTabKeyNavigation(false);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 4);
  m_view->horizontalHeader()->setHighlightSections(false);
  copyCellsOnKey(*m_view, ChartTable::CopyRole);
  auto* column = new QVBoxLayout(this);
  column->addWidget(m_heading);
  column->addWidget(m_view, 1);
  makeButtons();
  renew();
  m_view->setFocus();
}

void ChartTableDialog::makeButtons() {
  m_renew->setToolTip(QStringLiteral("Shows what is in view of the charts now"));
  m_renew->setAutoDefault(false);
  m_copy->setToolTip(QStringLiteral("All rows as tab-separated lines; Ctrl+C copies those chosen"));
  m_copy->setAutoDefault(false);
  auto* close = new QPushButton(QStringLiteral("Close"), this);
  auto* row = new QHBoxLayout;
  row->addWidget(m_renew);
  row->addWidget(m_copy);
  row->addStretch(1);
  row->addWidget(close);
  static_cast<QVBoxLayout*>(layout())->addLayout(row);
  connect(m_renew, &QPushButton::clicked, this, &ChartTableDialog::renew);
  connect(m_copy, &QPushButton::clicked, this, &ChartTableDialog::copyAll);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
}

void ChartTableDialog::renew() {
  const TimeSpan span = m_charts.timeInView();
  const TimeStyle style = m_charts.timeStyle();
  const std::unique_ptr<QAbstractItemModel> before(m_view->model());
  auto* table =
      new ChartTable(m_charts.chart(m_chart)->spec(), m_charts.store(), span, style, this);
  m_view->setModel(table);
  m_view->setColumnWidth(0, kTimeWidth);
  for (int column = 1; column < table->columnCount(); ++column) {
    m_view->setColumnWidth(column, kValueWidth);
  }
  m_view->scrollToBottom();
  m_heading->setText(
      QStringLiteral("%1 to %2: %3 rows, newest last. This table stands still; the charts go on.")
          .arg(momentOf(span.from, style), momentOf(span.to, style),
               formatCount(std::uint64_t(table->rowCount()))));
}

void ChartTableDialog::copyAll() {
  const QAbstractItemModel& table = *m_view->model();
  QString text;
  for (int row = -1; row < table.rowCount(); ++row) {
    for (int column = 0; column < table.columnCount(); ++column) {
      if (column > 0) text += '\t';
      text += row < 0 ? table.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()
                      : table.index(row, column).data(ChartTable::CopyRole).toString();
    }
    text += '\n';
  }
  QGuiApplication::clipboard()->setText(text);
}

}  // namespace penstock::ui
