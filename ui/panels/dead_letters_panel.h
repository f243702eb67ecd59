// SPDX-License-Identifier: GPL-3.0-or-later
// The change sets that the database refused for good: why, with which code, after how many
// attempts, and the change set itself in full.
#pragma once

#include <QWidget>

#include "ui/panels/page_table.h"

class QPlainTextEdit;

namespace penstock::ui {

/// Threads: GUI.
class DeadLettersPanel : public QWidget {
  Q_OBJECT

 public:
  explicit DeadLettersPanel(BrowseDesk& desk, QWidget* parent = nullptr);

  PageTable* pages() const { return m_pages; }
  QPlainTextEdit* details() const { return m_details; }

 private:
  void showDetails();

  PageTable* m_pages;
  QPlainTextEdit* m_details;
};

}  // namespace penstock::ui
