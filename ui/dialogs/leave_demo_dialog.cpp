// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/leave_demo_dialog.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace penstock::ui {

LeaveDemoDialog::LeaveDemoDialog(const QString& suggestion, QWidget* parent)
    : QDialog(parent),
      m_directory(new QLineEdit(QDir::toNativeSeparators(suggestion), this)),
      m_note(new QLabel(this)),
      m_leave(new QPushButton(QStringLiteral("&Leave the demo"), this)) {
  setObjectName(QStringLiteral("leaveDemoDialog"));
  setWindowTitle(QStringLiteral("Leave the demo"));
  setAttribute(Qt::WA_DeleteOnClose);
  setMinimumWidth(520);
  auto* text = new QLabel(
      QStringLiteral("Penstock starts anew on a data directory of your own, with an empty journal, "
                     "an embedded SQLite database and no workload. The demo stays where it is."),
      this);
  text->setWordWrap(true);
  auto* label = new QLabel(QStringLiteral("&Data directory"), this);
  label->setBuddy(m_directory);
  m_directory->setAccessibleName(QStringLiteral("Data directory"));
  auto* choose = new QPushButton(QStringLiteral("&Choose …"), this);
  auto* cancel = new QPushButton(QStringLiteral("Stay in the demo"), this);
  m_note->setWordWrap(true);
  m_note->setTextFormat(Qt::PlainText);
  m_note->setMinimumHeight(m_note->fontMetrics().lineSpacing() * 2);
  m_leave->setDefault(true);
  auto* grid = new QGridLayout(this);
  grid->addWidget(text, 0, 0, 1, 3);
  grid->addWidget(label, 1, 0);
  grid->addWidget(m_directory, 1, 1);
  grid->addWidget(choose, 1, 2);
  grid->addWidget(m_note, 2, 0, 1, 3);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch(1);
  buttons->addWidget(m_leave);
  buttons->addWidget(cancel);
  grid->addLayout(buttons, 3, 0, 1, 3);
  connect(m_directory, &QLineEdit::textChanged, this, &LeaveDemoDialog::showWhatIsThere);
  connect(choose, &QPushButton::clicked, this, &LeaveDemoDialog::openChooser);
  connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
  connect(m_leave, &QPushButton::clicked, this, [this] {
    emit chosen(QDir::fromNativeSeparators(m_directory->text().trimmed()));
    accept();
  });
  showWhatIsThere();
}

void LeaveDemoDialog::openChooser() {
  if (m_chooser.isNull()) {
    m_chooser = new QFileDialog(this, QStringLiteral("Data directory"), m_directory->text());
    m_chooser->setAttribute(Qt::WA_DeleteOnClose);
    m_chooser->setFileMode(QFileDialog::Directory);
    connect(m_chooser, &QFileDialog::fileSelected, m_directory, &QLineEdit::setText);
  }
  m_chooser->open();
}

void LeaveDemoDialog::showWhatIsThere() {
  const QString path = m_directory->text().trimmed();
  const QFileInfo info(path);
  QString note = QStringLiteral("A new directory is made there.");
  bool usable = !path.isEmpty();
  if (path.isEmpty()) {
    note = QStringLiteral("Choose a directory.");
  } else if (info.exists() && !info.isDir()) {
    note = QStringLiteral("This is a file, not a directory.");
    usable = false;
  } else if (info.isDir() && !info.isWritable()) {
    note = QStringLiteral("This directory cannot be written to.");
    usable = false;
  } else if (info.isDir() && !QDir(path).isEmpty()) {
    note = QStringLiteral(
        "This directory holds files already. If they are Penstock's, it carries "
        "on with them.");
  }
  m_note->setText(note);
  m_leave->setEnabled(usable);
}

}  // namespace penstock::ui
