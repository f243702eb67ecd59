// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/events_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

namespace penstock::ui {

// Keeps events of at least a severity that hold a text in any column.
class EventFilter : public QSortFilterProxyModel {
 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;

  void setLeast(Severity least) {
    m_least = int(least);
    invalidateFilter();
  }

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    return index.data(EventsModel::SeverityRole).toInt() >= m_least &&
           QSortFilterProxyModel::filterAcceptsRow(row, parent);
  }

 private:
  int m_least = 0;
};

EventsPanel::EventsPanel(QWidget* parent)
    : QWidget(parent),
      m_model(new EventsModel(this)),
      m_filter(new EventFilter(this)),
      m_severity(new QComboBox(this)),
      m_text(new QLineEdit(this)),
      m_view(new QTableView(this)),
      m_empty(new QLabel(m_view)) {
  m_filter->setSourceModel(m_model);
  m_filter->setFilterKeyColumn(-1);
  m_filter->setFilterCaseSensitivity(Qt::CaseInsensitive);
  makeChoices();
  makeView();
  auto* bar = new QHBoxLayout;
  bar->setSpacing(4);
  bar->addWidget(m_severity);
  bar->addWidget(m_text, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2, 2, 2, 2);
  column->setSpacing(2);
  column->addLayout(bar);
  column->addWidget(m_view, 1);
  setFocusProxy(m_text);
  connect(m_severity, &QComboBox::activated, this, [this](int index) {
    m_filter->setLeast(Severity(index));
    showEmptyText();
  });
  connect(m_text, &QLineEdit::textChanged, this, [this](const QString& text) {
    m_filter->setFilterFixedString(text);
    showEmptyText();
  });
  connect(m_view, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
    emit momentChosen(index.data(EventsModel::MicrosRole).toLongLong());
  });
  showEmptyText();
}

void EventsPanel::makeChoices() {
  m_severity->addItem(QStringLiteral("All events"));
  m_severity->addItem(QStringLiteral("Warnings and worse"));
  m_severity->addItem(QStringLiteral("Critical only"));
  m_severity->setAccessibleName(QStringLiteral("Least severity shown"));
  m_text->setPlaceholderText(QStringLiteral("Filter events: who, what, sink …"));
  m_text->setAccessibleName(QStringLiteral("Events: filter"));
  m_text->setClearButtonEnabled(true);
}

void EventsPanel::makeView() {
  m_view->setObjectName(QStringLiteral("Events"));
  m_view->setAccessibleName(QStringLiteral("Events"));
  m_view->setModel(m_filter);
  m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_view->setAlternatingRowColors(true);
  m_view->setWordWrap(false);
  m_view->setTabKeyNavigation(false);
  m_view->verticalHeader()->hide();
  m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 4);
  m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_view->horizontalHeader()->setStretchLastSection(true);
  const int figure = m_view->fontMetrics().horizontalAdvance('8');
  const std::array<int, EventsModel::ColumnCount> figures{26, 12, 13, 8, 12, 43, 10};
  for (int column = 0; column < EventsModel::ColumnCount; ++column) {
    m_view->setColumnWidth(column, figures[std::size_t(column)] * figure);
  }
  m_empty->setAlignment(Qt::AlignCenter);
  auto* over = new QVBoxLayout(m_view);
  over->addWidget(m_empty);
}

void EventsPanel::showEmptyText() {
  const bool none = m_model->rowCount() == 0;
  m_empty->setText(none ? QStringLiteral("Nothing has happened yet: commands, backpressure, errors "
                                         "and restarts will stand here.")
                        : QStringLiteral("No event passes the filter."));
  m_empty->setVisible(m_filter->rowCount() == 0);
}

}  // namespace penstock::ui
