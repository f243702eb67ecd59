// SPDX-License-Identifier: GPL-3.0-or-later
// The way out of the demo: chooses a data directory for real work and tells what will be there.
#pragma once

#include <QDialog>
#include <QPointer>

class QFileDialog;
class QLabel;
class QLineEdit;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI.
class LeaveDemoDialog : public QDialog {
  Q_OBJECT

 public:
  explicit LeaveDemoDialog(const QString& suggestion, QWidget* parent = nullptr);

  QLineEdit* directory() const { return m_directory; }
  QPushButton* leaveButton() const { return m_leave; }

 signals:
  void chosen(const QString& directory);

 private:
  void openChooser();
  void showWhatIsThere();

  QLineEdit* m_directory;
  QLabel* m_note;
  QPushButton* m_leave;
  QPointer<QFileDialog> m_chooser;
};

}  // namespace penstock::ui
