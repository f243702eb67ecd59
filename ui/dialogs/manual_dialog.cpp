// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/manual_dialog.h"

#include <QFile>
#include <QGridLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QTextBrowser>

// Resources of a static library are registered by hand, outside of any namespace.
static void registerManual() { Q_INIT_RESOURCE(manual); }

namespace penstock::ui {

namespace {

struct ManualPage {
  const char* name;
  const char* title;
};

constexpr ManualPage kPages[] = {
    {"overview", "What Penstock does"},
    {"window", "The window"},
    {"commands", "Commands and settings"},
    {"tables", "The tables"},
    {"states", "States"},
    {"acknowledgements", "Acknowledgements"},
    {"workloads", "Workloads"},
    {"keys", "Keys"},
    {"files", "Files"},
    {"sinks", "Several databases"},
    {"health", "Configuration health"},
    {"troubleshooting", "Troubleshooting"},
};

}  // namespace

ManualDialog::ManualDialog(QWidget* parent)
    : QDialog(parent),
      m_pages(new QListWidget(this)),
      m_browser(new QTextBrowser(this)),
      m_search(new QLineEdit(this)) {
  registerManual();
  setObjectName(QStringLiteral("manualDialog"));
  setWindowTitle(QStringLiteral("Penstock manual"));
  resize(860, 600);
  for (const ManualPage& page : kPages) {
    auto* item = new QListWidgetItem(QString::fromUtf8(page.title), m_pages);
    item->setData(Qt::UserRole, QString::fromUtf8(page.name));
  }
  m_pages->setAccessibleName(QStringLiteral("Pages of the manual"));
  m_pages->setFixedWidth(190);
  m_browser->setAccessibleName(QStringLiteral("Page of the manual"));
  m_browser->setOpenLinks(false);
  m_search->setPlaceholderText(QStringLiteral("Find in the manual, Enter for the next place"));
  m_search->setAccessibleName(QStringLiteral("Find in the manual"));
  m_search->setClearButtonEnabled(true);
  auto* grid = new QGridLayout(this);
  grid->addWidget(m_pages, 0, 0, 2, 1);
  grid->addWidget(m_search, 0, 1);
  grid->addWidget(m_browser, 1, 1);
  connect(m_pages, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
    if (item != nullptr) load(item->data(Qt::UserRole).toString());
  });
  connect(m_browser, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
    if (link.isRelative()) showPage(link.fileName().section('.', 0, 0));
  });
  connect(m_search, &QLineEdit::returnPressed, this, &ManualDialog::searchOnward);
  m_pages->setCurrentRow(0);
}

void ManualDialog::showPage(const QString& name) {
  for (int row = 0; row < m_pages->count(); ++row) {
    if (m_pages->item(row)->data(Qt::UserRole).toString() != name) continue;
    m_pages->setCurrentRow(row);
    return;
  }
  m_pages->setCurrentRow(0);
}

void ManualDialog::load(const QString& name) {
  QFile file(QStringLiteral(":/manual/%1.md").arg(name));
  const bool found = file.open(QIODevice::ReadOnly);
  m_browser->setMarkdown(found ? QString::fromUtf8(file.readAll())
                               : QStringLiteral("This page is missing from the program."));
}

// Through this page, then through the pages after it, once around.
void ManualDialog::searchOnward() {
  const QString text = m_search->text();
  if (text.isEmpty() || m_browser->find(text)) return;
  for (int step = 1; step <= m_pages->count(); ++step) {
    m_pages->setCurrentRow((m_pages->currentRow() + 1) % m_pages->count());
    m_browser->moveCursor(QTextCursor::Start);
    if (m_browser->find(text)) return;
  }
}

}  // namespace penstock::ui
