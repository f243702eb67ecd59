// SPDX-License-Identifier: GPL-3.0-or-later
// The manual inside the application: pages of Markdown from the resources, with a list of them and
// a search. It stays open beside the window.
#pragma once

#include <QDialog>

class QLineEdit;
class QListWidget;
class QTextBrowser;

namespace penstock::ui {

/// Threads: GUI.
class ManualDialog : public QDialog {
  Q_OBJECT

 public:
  explicit ManualDialog(QWidget* parent = nullptr);

  /// A page by the name of its file without ending; unknown ones show the first.
  void showPage(const QString& name);
  QTextBrowser* browser() const { return m_browser; }
  QListWidget* pages() const { return m_pages; }
  QLineEdit* search() const { return m_search; }

 private:
  void load(const QString& name);
  void searchOnward();

  QListWidget* m_pages;
  QTextBrowser* m_browser;
  QLineEdit* m_search;
};

}  // namespace penstock::ui
