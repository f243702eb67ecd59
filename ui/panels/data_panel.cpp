// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/data_panel.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalBlocker>
#include <QTableView>

#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

constexpr std::chrono::seconds kTablesEvery{10};
constexpr std::chrono::seconds kTablesSoon{1};  // as long as none are known

}  // namespace

DataPanel::DataPanel(BrowseDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_desk(desk),
      m_tables(new QListWidget(this)),
      m_pages(new PageTable(desk, BrowseSubject::Data, this)),
      m_tablesContext(new QObject(this)) {
  m_tables->setAccessibleName(QStringLiteral("Tables of the database"));
  m_tables->setFixedWidth(170);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2, 2, 0, 0);
  row->setSpacing(2);
  row->addWidget(m_tables);
  row->addWidget(m_pages, 1);
  setFocusProxy(m_pages->filter());
  connect(m_tables, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
    if (item != nullptr) choose(item->data(Qt::UserRole).toString());
  });
}

void DataPanel::setSink(const std::string& sink) {
  if (sink == m_sink) return;
  m_sink = sink;
  m_askedAt.reset();
  m_pages->setSink(sink);
}

void DataPanel::setConnected(bool connected) {
  m_connected = connected;
  m_tables->setEnabled(connected);
  m_pages->setConnected(connected);
}

void DataPanel::tick(SteadyTime now) {
  if (!m_connected) return;
  const auto every = m_known.isEmpty() ? kTablesSoon : kTablesEvery;
  if (!m_askedAt || now - *m_askedAt >= every) askForTables(now);
  if (m_tables->currentItem() != nullptr) m_pages->tick(now);
}

void DataPanel::askForTables(SteadyTime now) {
  m_askedAt = now;
  BrowseRequest request;
  request.subject = BrowseSubject::Tables;
  request.sink = m_sink;
  request.rowsMax = 1'000;
  (void)m_desk.request(request, m_tablesContext,
                       [this](const BrowsePage& page) { takeTables(page); });
}

void DataPanel::takeTables(const BrowsePage& page) {
  QStringList names;
  for (const std::vector<PageCell>& row : page.rows) {
    if (!row.empty()) names << QString::fromStdString(row.front().text);
  }
  if (!page.status.isOk() || names == m_known) return;
  m_known = names;
  const QString chosen = m_tables->currentItem() == nullptr
                             ? QString()
                             : m_tables->currentItem()->data(Qt::UserRole).toString();
  {
    const QSignalBlocker quiet(m_tables);
    m_tables->clear();
    for (const QString& name : names) {
      auto* item = new QListWidgetItem(displayText(name, 128), m_tables);
      item->setData(Qt::UserRole, name);
      if (name == chosen) m_tables->setCurrentItem(item);
    }
  }
  if (m_tables->currentItem() == nullptr && m_tables->count() > 0) m_tables->setCurrentRow(0);
  emit tablesKnown(names);
}

void DataPanel::choose(const QString& table) {
  m_pages->setTable(table.toStdString());
  m_pages->setEmptyText(
      QStringLiteral("The table %1 has no rows yet.").arg(displayText(table, 128)));
  m_pages->refresh();
}

}  // namespace penstock::ui
