// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_dialog.h"

#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace penstock::ui {

ExportDialog::ExportDialog(ExportSource source, const ExportChoice& choice,
                           const QString& rangeText, QWidget* parent)
    : QDialog(parent), m_source(std::move(source)) {
  setObjectName(QStringLiteral("exportDialog"));
  setWindowTitle(QStringLiteral("Export what is in view"));
  setAttribute(Qt::WA_DeleteOnClose);
  setMinimumWidth(560);
  makeChoices(choice, rangeText);
  showAvailability();
}

void ExportDialog::makeChoices(const ExportChoice& choice, const QString& rangeText) {
  const auto makeBox = [this](const QString& text, bool checked) {
    auto* box = new QCheckBox(text, this);
    box->setChecked(checked);
    connect(box, &QCheckBox::toggled, this, &ExportDialog::showAvailability);
    return box;
  };
  m_csv = makeBox(QStringLiteral("Samples as &CSV, a row for each"), choice.csv);
  m_png = makeBox(QStringLiteral("Charts as P&NG (twice the size)"), choice.png);
  m_svg = makeBox(QStringLiteral("Charts as S&VG"), choice.svg);
  m_pdf = makeBox(QStringLiteral("Charts as P&DF"), choice.pdf);
  m_folder = new QLineEdit(QDir::toNativeSeparators(choice.folder), this);
  m_folder->setAccessibleName(QStringLiteral("Folder to write to"));
  auto* folderLabel = new QLabel(QStringLiteral("&Folder"), this);
  folderLabel->setBuddy(m_folder);
  auto* choose = new QPushButton(QStringLiteral("Ch&oose …"), this);
  m_result = new QLabel(this);
  m_result->setObjectName(QStringLiteral("exportResult"));
  m_result->setTextFormat(Qt::PlainText);
  m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_result->setWordWrap(true);
  m_result->setMinimumHeight(m_result->fontMetrics().lineSpacing() * 5);
  m_result->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  m_result->setAccessibleName(QStringLiteral("Result of the export"));
  m_export = new QPushButton(QStringLiteral("&Export"), this);
  m_export->setObjectName(QStringLiteral("runExport"));
  m_export->setDefault(true);
  m_close = new QPushButton(QStringLiteral("Close"), this);
  auto* grid = new QGridLayout(this);
  auto* range = new QLabel(rangeText, this);
  range->setWordWrap(true);
  grid->addWidget(range, 0, 0, 1, 3);
  int row = 1;
  for (QCheckBox* box : {m_csv, m_png, m_svg, m_pdf}) grid->addWidget(box, row++, 0, 1, 3);
  grid->addWidget(folderLabel, row, 0);
  grid->addWidget(m_folder, row, 1);
  grid->addWidget(choose, row++, 2);
  grid->addWidget(m_result, row++, 0, 1, 3);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(m_export);
  buttons->addWidget(m_close);
  grid->addLayout(buttons, row, 0, 1, 3);
  connect(m_folder, &QLineEdit::textChanged, this, &ExportDialog::showAvailability);
  connect(choose, &QPushButton::clicked, this, &ExportDialog::openChooser);
  connect(m_export, &QPushButton::clicked, this, &ExportDialog::run);
  connect(m_close, &QPushButton::clicked, this, &QDialog::close);
}

ExportChoice ExportDialog::choice() const {
  return {QDir::fromNativeSeparators(m_folder->text().trimmed()), m_csv->isChecked(),
          m_png->isChecked(), m_svg->isChecked(), m_pdf->isChecked()};
}

QString ExportDialog::resultText() const { return m_result->text(); }

void ExportDialog::takeHistory(const HistoryPage& page) {
  if (!m_run.isNull()) m_run->takeHistory(page);
}

void ExportDialog::showAvailability() {
  const ExportChoice chosen = choice();
  m_export->setEnabled(m_run.isNull() && !chosen.isEmpty() && !chosen.folder.isEmpty());
}

void ExportDialog::openChooser() {
  if (m_chooser.isNull()) {
    m_chooser = new QFileDialog(this, QStringLiteral("Folder to write to"), m_folder->text());
    m_chooser->setAttribute(Qt::WA_DeleteOnClose);
    m_chooser->setFileMode(QFileDialog::Directory);
    m_chooser->setOption(QFileDialog::ShowDirsOnly);
    connect(m_chooser, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
  }
  m_chooser->open();
}

void ExportDialog::run() {
  m_result->setText(QStringLiteral("Writing …"));
  m_result->repaint();  // drawing three kinds of pictures takes longer than a click may wait
  m_run = new ExportRun(
      m_source, choice(), [this](const ExportReport& report) { showReport(report); }, this);
  m_export->setEnabled(false);
  m_run->start();
}

void ExportDialog::showReport(const ExportReport& report) {
  m_run->deleteLater();
  m_run.clear();
  QStringList lines;
  if (!report.written.isEmpty()) lines << QStringLiteral("Written:") << report.written;
  if (!report.failures.isEmpty()) lines << QStringLiteral("✕ Not written:") << report.failures;
  m_result->setText(lines.join('\n'));
  m_close->setFocus();
  showAvailability();
  emit exported();
}

}  // namespace penstock::ui
