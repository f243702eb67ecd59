// SPDX-License-Identifier: GPL-3.0-or-later
// Writes all rows of a table of a database, or all dead letters, as a CSV file, page by page as the
// engine hands them out, under the engine's names of the columns, with a cancellable dialog that
// tells how far it is.
#pragma once

#include <QDialog>
#include <memory>

#include "engine/engine_link.h"
#include "ui/panels/browse_desk.h"

class QLabel;
class QPushButton;
class QSaveFile;

namespace penstock::ui {

/// Threads: GUI.
/// Owns: the file until it is whole; what is not whole is not left behind.
class TableExport : public QDialog {
  Q_OBJECT

 public:
  TableExport(BrowseDesk& desk, const BrowseRequest& request, const QString& path,
              QWidget* parent = nullptr);
  ~TableExport() override;

  /// `players`, `dead letters`: of the title, and of the file that is suggested.
  static QString nameOf(const BrowseRequest& request);
  void start();
  QString message() const;

 signals:
  /// Meaning: the file is there, or could not be made; see message().
  void ended(bool written);

 private:
  void ask();
  void take(const BrowsePage& page);
  void writeRow(const std::vector<PageCell>& row);
  void end(bool written, const QString& message);

  BrowseDesk& m_desk;
  BrowseRequest m_request;
  const QString m_path;
  std::unique_ptr<QSaveFile> m_file;
  QLabel* m_message;
  QPushButton* m_button;
  std::uint64_t m_rows = 0;
  bool m_ended = false;
};

}  // namespace penstock::ui
