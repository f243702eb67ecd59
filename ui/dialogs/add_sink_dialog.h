// SPDX-License-Identifier: GPL-3.0-or-later
// *Add sink*: where it is, a test that tells rights, tables and the statements that a start will
// run, and the section of the configuration that makes it so.
#pragma once

#include <QDialog>
#include <QTimer>
#include <memory>

#include "ui/dialogs/sink_draft.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTextBrowser;

namespace penstock::ui {

/// Threads: GUI.
/// Owns: its widgets. A test that was cancelled ends by itself, unheard.
class AddSinkDialog : public QDialog {
  Q_OBJECT

 public:
  /// `names`: of the sinks that there are.
  AddSinkDialog(SinkSetup setup, QStringList names, QWidget* parent = nullptr);
  ~AddSinkDialog() override;

  SinkDraft draft() const;
  /// Why it cannot be tested or added yet; empty when it can.
  QString incompleteBecause() const;
  QString resultText() const;
  QLineEdit* field(const char* name) const;
  QComboBox* driver() const { return m_driver; }
  QComboBox* role() const { return m_role; }
  QPushButton* testButton() const { return m_test; }
  QPushButton* addButton() const { return m_add; }

 private:
  /// A test on its way: the job holds it too.
  struct Test;

  void makeForm();
  void makeButtons();
  QLineEdit* addField(const char* name, const QString& label, const QString& hint);
  void showFields();
  void showAvailability();
  void startTest();
  void endTest();
  void look();
  void showFindings(const SinkFindings& findings);
  void add();
  void showAdded(const SinkAdded& added);

  const SinkSetup m_setup;
  const QStringList m_names;
  QFormLayout* m_form;
  QComboBox* m_driver;
  QComboBox* m_role;
  QSpinBox* m_port = nullptr;
  QLabel* m_note;
  QTextBrowser* m_result;
  QPushButton* m_test;
  QPushButton* m_add;
  QPushButton* m_copy;
  QPushButton* m_close;
  QTimer m_timer;
  std::shared_ptr<Test> m_running;
  SinkAdded m_added;
  bool m_isAdded = false;
};

/// The findings as a page: what is missing first. Foreign texts are escaped.
QString findingsAsHtml(const SinkFindings& findings);

}  // namespace penstock::ui
