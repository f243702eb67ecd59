// SPDX-License-Identifier: GPL-3.0-or-later
// Which version this is, what it is made of, and under which licences.
#pragma once

#include <QDialog>

namespace penstock::ui {

/// Threads: GUI.
class AboutDialog : public QDialog {
  Q_OBJECT

 public:
  AboutDialog(const QString& version, const QString& dataDirectory, QWidget* parent = nullptr);
};

}  // namespace penstock::ui
