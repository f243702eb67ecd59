// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/queue_panel.h"

#include <QComboBox>
#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/models/display_text.h"

namespace penstock::ui {

QueuePanel::QueuePanel(BrowseDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_pages(new PageTable(desk, BrowseSubject::Queue, this)),
      m_order(new QComboBox(this)),
      m_table(new QComboBox(this)) {
  m_order->addItem(QStringLiteral("Oldest first"));
  m_order->addItem(QStringLiteral("Newest first"));
  m_order->setAccessibleName(QStringLiteral("Order of the queue"));
  m_table->addItem(QStringLiteral("All tables"), QString());
  m_table->setAccessibleName(QStringLiteral("Only change sets of this table"));
  m_table->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_table->setMinimumContentsLength(12);
  m_pages->addToBar(m_order);
  m_pages->addToBar(m_table);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_pages);
  setFocusProxy(m_pages->filter());
  connect(m_order, &QComboBox::activated, this, [this](int index) {
    m_pages->setOrder(index == 1 ? BrowseOrder::Descending : BrowseOrder::Ascending);
  });
  connect(m_table, &QComboBox::activated, this,
          [this] { m_pages->setTable(m_table->currentData().toString().toStdString()); });
}

void QueuePanel::setTables(const QStringList& tables) {
  QStringList shown;
  for (int i = 1; i < m_table->count(); ++i) shown << m_table->itemData(i).toString();
  if (shown == tables) return;
  const QString chosen = m_table->currentData().toString();
  while (m_table->count() > 1) m_table->removeItem(1);
  for (const QString& table : tables) m_table->addItem(displayText(table, 64), table);
  const int at = m_table->findData(chosen);
  m_table->setCurrentIndex(at < 0 ? 0 : at);
  if (at < 0) m_pages->setTable({});
}

}  // namespace penstock::ui
