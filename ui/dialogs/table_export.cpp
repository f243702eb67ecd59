// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/table_export.h"

#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

#include "metrics/csv.h"
#include "model/limits.h"
#include "ui/models/display_text.h"
#include "ui/models/quantity.h"

namespace penstock::ui {

TableExport::TableExport(BrowseDesk& desk, const BrowseRequest& request, const QString& path,
                         QWidget* parent)
    : QDialog(parent),
      m_desk(desk),
      m_request(request),
      m_path(path),
      m_file(std::make_unique<QSaveFile>(path)),
      m_message(new QLabel(this)),
      m_button(new QPushButton(QStringLiteral("Cancel"), this)) {
  setWindowTitle(QStringLiteral("Export %1").arg(displayText(nameOf(request), 64)));
  setAttribute(Qt::WA_DeleteOnClose);
  m_message->setTextFormat(Qt::PlainText);
  m_message->setWordWrap(true);
  m_message->setMinimumWidth(380);
  auto* column = new QVBoxLayout(this);
  column->addWidget(m_message);
  column->addWidget(m_button, 0, Qt::AlignRight);
  connect(m_button, &QPushButton::clicked, this, &QDialog::close);
}

TableExport::~TableExport() = default;

QString TableExport::nameOf(const BrowseRequest& request) {
  switch (request.subject) {
    case BrowseSubject::DeadLetters:
      return QStringLiteral("dead letters");
    case BrowseSubject::Shards:
      return QStringLiteral("shards");
    case BrowseSubject::Health:
      return QStringLiteral("configuration health");
    default:
      return QString::fromStdString(request.table);
  }
}

QString TableExport::message() const { return m_message->text(); }

void TableExport::start() {
  m_request.offset = 0;
  m_request.rowsMax = std::uint32_t(limits::kBrowseRowsMax);
  if (!m_file->open(QIODevice::WriteOnly)) {
    end(false, m_file->errorString());
    return;
  }
  m_message->setText(QStringLiteral("Reading …"));
  ask();
}

void TableExport::ask() {
  (void)m_desk.request(m_request, this, [this](const BrowsePage& page) { take(page); });
}

void TableExport::take(const BrowsePage& page) {
  if (m_ended) return;
  if (!page.status.isOk()) {
    end(false, QString::fromStdString(page.status.message()));
    return;
  }
  if (m_request.offset == 0) {
    std::vector<CsvCell> header;
    for (const std::string& column : page.columns) header.push_back({column, CsvCell::Kind::Text});
    m_file->write(QByteArray::fromStdString(csvRow(header)));
  }
  for (const std::vector<PageCell>& row : page.rows) writeRow(row);
  m_rows += page.rows.size();
  m_message->setText(QStringLiteral("%1 rows written …").arg(formatCount(m_rows)));
  if (page.rows.size() == m_request.rowsMax) {
    m_request.offset += page.rows.size();
    ask();
    return;
  }
  if (!m_file->commit()) {
    end(false, m_file->errorString());
    return;
  }
  end(true, QStringLiteral("%1 rows written to %2")
                .arg(formatCount(m_rows), QDir::toNativeSeparators(m_path)));
}

void TableExport::writeRow(const std::vector<PageCell>& row) {
  std::vector<CsvCell> cells;
  for (const PageCell& cell : row) {
    cells.push_back(cell.kind == PageCell::Kind::Null ? CsvCell::none()
                                                      : CsvCell{cell.text, CsvCell::Kind::Text});
  }
  m_file->write(QByteArray::fromStdString(csvRow(cells)));
}

void TableExport::end(bool written, const QString& message) {
  m_ended = true;
  if (!written) m_file->cancelWriting();
  m_message->setText(written ? message : QStringLiteral("Nothing was written: ") + message);
  m_button->setText(QStringLiteral("Close"));
  emit ended(written);
}

}  // namespace penstock::ui
