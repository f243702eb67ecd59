// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/about_dialog.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QLabel>
#include <QVBoxLayout>

namespace penstock::ui {

AboutDialog::AboutDialog(const QString& version, const QString& dataDirectory, QWidget* parent)
    : QDialog(parent) {
  setObjectName(QStringLiteral("aboutDialog"));
  setWindowTitle(QStringLiteral("About Penstock"));
  setAttribute(Qt::WA_DeleteOnClose);
  QString text =
      QStringLiteral(
          "<h3>Penstock %1</h3>"
          "<p>A write-behind persistence queue with a live dashboard: writes are safe in a journal "
          "at once and reach the database at the speed it can take.</p>"
          "<p>This application is free software under the GNU General Public License, version 3 or "
          "later; the engine in it is under the Apache License 2.0. It comes without any "
          "warranty.</p><p>Built with Qt %2 and QCustomPlot.</p>")
          .arg(version.toHtmlEscaped(), QString::fromUtf8(qVersion()));
  if (!dataDirectory.isEmpty()) {
    text += QStringLiteral("<p>Data directory: %1</p>")
                .arg(QDir::toNativeSeparators(dataDirectory).toHtmlEscaped());
  }
  auto* label = new QLabel(text, this);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  label->setMinimumWidth(440);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  auto* column = new QVBoxLayout(this);
  column->addWidget(label);
  column->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
}

}  // namespace penstock::ui
