// SPDX-License-Identifier: GPL-3.0-or-later
// Asks what of the visible range to save and where, and says what was written: evidence for a
// ticket in three clicks.
#pragma once

#include <QDialog>
#include <QPointer>

#include "ui/dialogs/export_run.h"

class QCheckBox;
class QFileDialog;
class QLabel;
class QLineEdit;
class QPushButton;

namespace penstock::ui {

/// Threads: GUI.
class ExportDialog : public QDialog {
  Q_OBJECT

 public:
  /// `rangeText`: what is in view, for people.
  ExportDialog(ExportSource source, const ExportChoice& choice, const QString& rangeText,
               QWidget* parent = nullptr);

  ExportChoice choice() const;
  void takeHistory(const HistoryPage& page);
  QPushButton* exportButton() const { return m_export; }
  QString resultText() const;

 signals:
  /// Meaning: everything chosen was written or failed; see resultText().
  void exported();

 private:
  void makeChoices(const ExportChoice& choice, const QString& rangeText);
  void openChooser();
  void run();
  void showReport(const ExportReport& report);
  void showAvailability();

  const ExportSource m_source;
  QLineEdit* m_folder = nullptr;
  QCheckBox* m_csv = nullptr;
  QCheckBox* m_png = nullptr;
  QCheckBox* m_svg = nullptr;
  QCheckBox* m_pdf = nullptr;
  QLabel* m_result = nullptr;
  QPushButton* m_export = nullptr;
  QPushButton* m_close = nullptr;
  QPointer<QFileDialog> m_chooser;
  QPointer<ExportRun> m_run;
};

}  // namespace penstock::ui
