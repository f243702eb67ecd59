// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the main window that opens dialogs, writes files and lets go of the application.
#include <QCloseEvent>
#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QImageWriter>
#include <QMessageBox>
#include <QPixmap>
#include <QPushButton>
#include <QSaveFile>
#include <QStandardPaths>

#include "ui/dialogs/add_sink_dialog.h"
#include "ui/dialogs/chart_table_dialog.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/health_dialog.h"
#include "ui/dialogs/hints.h"
#include "ui/dialogs/leave_demo_dialog.h"
#include "ui/dialogs/manual_dialog.h"
#include "ui/dialogs/quit_dialog.h"
#include "ui/dialogs/table_export.h"
#include "ui/main_window/main_window.h"
#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

QString documentsFolder() {
  const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
  return QDir(documents.isEmpty() ? QDir::homePath() : documents)
      .filePath(QStringLiteral("penstock-exports"));
}

// Only what every file system takes.
QString fileNamePart(const QString& text) {
  QString part;
  for (const QChar character : text) {
    const bool plain = character.isLetterOrNumber() && character.unicode() < 128;
    part += plain ? character : QChar('-');
  }
  return part.left(40);
}

}  // namespace

Status MainWindow::saveScreenshot(const QString& path) {
  const QImage image = grab().toImage();
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) {
    return Status(StatusCode::IoError, file.errorString().toStdString())
        .withContext(path.toStdString());
  }
  QImageWriter writer(&file, "png");
  if (!writer.write(image) || !file.commit()) {
    return Status(StatusCode::IoError, writer.errorString().toStdString())
        .withContext(path.toStdString());
  }
  return Status::ok();
}

ExportSource MainWindow::exportSource(TimeSpan span) const {
  ExportSource source;
  source.link = &m_link;
  source.charts = m_charts;
  const QString node = displayText(m_link.state().node);
  const SnapshotPointer newest = m_link.newest();
  const QString environment =
      newest == nullptr ? m_options.environment : displayText(newest->environment);
  source.node = environment.isEmpty() ? node : QStringLiteral("%1 (%2)").arg(node, environment);
  const QDateTime end = QDateTime::fromMSecsSinceEpoch(qint64(span.to * 1'000));
  source.fileStem = QStringLiteral("penstock-%1-%2")
                        .arg(fileNamePart(node), end.toString(QStringLiteral("yyyyMMdd-HHmmss")));
  source.version = QStringLiteral("Penstock ") + m_options.version;
  source.sink = m_sink;
  source.span = span;
  source.runElsewhere = m_options.runElsewhere;
  return source;
}

void MainWindow::exportAll(const QString& folder, std::chrono::seconds range,
                           ExportRun::Done done) {
  m_charts->setSpan(range);
  refresh();
  const ExportChoice choice{folder, true, true, true, true};
  m_exportRun = new ExportRun(
      exportSource(m_charts->timeInView()), choice,
      [this, done = std::move(done)](const ExportReport& report) {
        m_exportRun->deleteLater();
        if (done) done(report);
      },
      this);
  m_exportRun->start();
}

void MainWindow::openExport(ExportWhat what) {
  if (!m_exportDialog.isNull()) {
    m_exportDialog->activateWindow();
    return;
  }
  const QString kept = m_memory.choice(QStringLiteral("exportFolder"));
  ExportChoice choice;
  choice.folder = kept.isEmpty() ? documentsFolder() : kept;
  choice.csv = what != ExportWhat::Charts;
  choice.png = what != ExportWhat::Csv;
  const TimeSpan span = m_charts->timeInView();
  const TimeStyle style = m_charts->timeStyle();
  const QString range = QStringLiteral("%1 to %2")
                            .arg(formatMoment(qint64(span.from * 1e6), style),
                                 formatMoment(qint64(span.to * 1e6), style));
  m_exportDialog = new ExportDialog(exportSource(span), choice, range, this);
  connect(m_exportDialog, &ExportDialog::exported, this, [this] {
    m_memory.setChoice(QStringLiteral("exportFolder"), m_exportDialog->choice().folder);
  });
  m_exportDialog->open();
}

void MainWindow::openTableExport(const BrowseRequest& request) {
  auto* chooser = new QFileDialog(this, QStringLiteral("Export table as CSV"), documentsFolder());
  chooser->setAttribute(Qt::WA_DeleteOnClose);
  chooser->setAcceptMode(QFileDialog::AcceptSave);
  chooser->setNameFilter(QStringLiteral("CSV (*.csv)"));
  chooser->setDefaultSuffix(QStringLiteral("csv"));
  chooser->selectFile(fileNamePart(TableExport::nameOf(request)) + QStringLiteral(".csv"));
  connect(chooser, &QFileDialog::fileSelected, this, [this, request](const QString& path) {
    auto* run = new TableExport(*m_browse, request, path, this);
    run->open();
    run->start();
  });
  chooser->open();
}

void MainWindow::openChartTable(int chart) {
  (new ChartTableDialog(*m_charts, chart, this))->show();
}

void MainWindow::openScreenshot() {
  auto* chooser =
      new QFileDialog(this, QStringLiteral("Save a picture of the window"), documentsFolder());
  chooser->setAttribute(Qt::WA_DeleteOnClose);
  chooser->setAcceptMode(QFileDialog::AcceptSave);
  chooser->setNameFilter(QStringLiteral("PNG (*.png)"));
  chooser->setDefaultSuffix(QStringLiteral("png"));
  connect(chooser, &QFileDialog::fileSelected, this,
          [this](const QString& path) { (void)saveScreenshot(path); });
  chooser->open();
}

void MainWindow::openManual() {
  if (m_manual.isNull()) m_manual = new ManualDialog(this);
  m_manual->show();
  m_manual->raise();
  m_manual->activateWindow();
}

// Beside the window: what it advises is done in it.
void MainWindow::openHealth() {
  if (m_health.isNull()) {
    m_health = new HealthDialog(*m_browse, this);
    m_health->setAttribute(Qt::WA_DeleteOnClose);
    m_health->setShade(shadeOf(palette()));
    m_health->setConnected(m_link.state().phase == LinkState::Phase::Connected);
    connect(m_health->pages(), &PageTable::exportWanted, this, &MainWindow::openTableExport);
  }
  m_health->show();
  m_health->raise();
  m_health->activateWindow();
}

void MainWindow::openAddSink() {
  if (!m_addSink.isNull()) {
    m_addSink->activateWindow();
    return;
  }
  QStringList names;
  if (const SnapshotPointer newest = m_link.newest()) {
    for (const SinkSnapshot& sink : newest->sinks) names << QString::fromStdString(sink.name);
  }
  m_addSink = new AddSinkDialog(m_options.sinkSetup, names, this);
  m_addSink->open();
}

void MainWindow::openLeaveDemo() {
  const QString suggestion =
      QDir(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation))
          .filePath(QStringLiteral("penstock/data"));  // beside the demo, not around it
  auto* dialog = new LeaveDemoDialog(suggestion, this);
  connect(dialog, &LeaveDemoDialog::chosen, this, [this](const QString& directory) {
    if (!m_options.leaveDemo) return;
    const Status left = m_options.leaveDemo(directory);
    m_mayClose = left.isOk();
    if (m_mayClose) {
      close();
      return;
    }
    auto* failed = new QMessageBox(
        QMessageBox::Warning, QStringLiteral("Leave the demo"),
        QStringLiteral("The demo goes on: ") + displayText(QString::fromStdString(left.message())),
        QMessageBox::Close, this);
    failed->setAttribute(Qt::WA_DeleteOnClose);
    failed->setTextFormat(Qt::PlainText);
    failed->open();
  });
  dialog->open();
}

void MainWindow::showHints() {
  if (m_hints.isNull()) {
    m_hints = new Hints(m_charts);
    connect(m_hints, &Hints::dismissed, this, [this] {
      m_memory.setChoice(QStringLiteral("hintsDismissed"), QStringLiteral("yes"));
      m_hints->deleteLater();
    });
  }
  m_hints->show();
}

bool MainWindow::hasWorkLeft() const {
  const SnapshotPointer newest = m_link.newest();
  const bool connected = m_link.state().phase == LinkState::Phase::Connected;
  if (!m_options.ownsEngine || !connected || newest == nullptr || newest->sinks.empty()) {
    return false;
  }
  return newest->sinks.front().queueDepth > 0;
}

void MainWindow::askBeforeQuit() {
  if (!m_quitDialog.isNull()) {
    m_quitDialog->activateWindow();
    return;
  }
  m_quitDialog = new QuitDialog(*m_commands, m_link.newest()->sinks.front().queueDepth,
                                m_options.drainTimeout, this);
  m_quitDialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(m_quitDialog, &QDialog::accepted, this, [this] {
    m_mayClose = true;
    close();
  });
  m_quitDialog->open();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!m_mayClose && hasWorkLeft()) {
    event->ignore();
    askBeforeQuit();
    return;
  }
  m_mayClose = true;
  m_timer.stop();
  m_memory.save(*this);
  event->accept();
  if (m_options.aboutToQuit) m_options.aboutToQuit();
}

}  // namespace penstock::ui
