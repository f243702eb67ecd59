// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/desktop.h"

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>
#include <cstdio>
#include <utility>

#include "app/application/config_file.h"
#include "app/desktop/sink_setup.h"
#include "base/log.h"
#include "ui/charts/chart_spec.h"

namespace penstock::app {
namespace {

using namespace std::chrono_literals;

/// A demo is a peak that one can watch, not one that heats the machine.
constexpr double kDemoRate = 2'000;
constexpr const char* kOwnDirectoryKey = "own_data_directory";

QString stateDirectory() {
  return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
}

QSettings settings() { return QSettings(stateDirectory() + "/penstock.ini", QSettings::IniFormat); }

std::string operatorName() {
  const QString user = qEnvironmentVariable("USER", "operator");
  return (user + "@" + QSysInfo::machineHostName()).toStdString();
}

void reportAndQuit(const Status& status) {
  if (!status.isOk()) {
    std::fprintf(stderr, "penstock: %s\n", escapeForLog(status.message()).c_str());
  }
  QApplication::exit(status.isOk() ? 0 : 1);
}

}  // namespace

Desktop::Desktop(DesktopArguments arguments) : m_arguments(std::move(arguments)) {}

Desktop::~Desktop() {
  m_window.reset();
  m_link.reset();
  if (!m_application) return;
  const StopReport report = m_application->stop(std::chrono::milliseconds(0));
  if (report.left > 0 || !report.behind.empty())
    std::fprintf(stderr, "penstock: %s\n", describe(report).c_str());
}

/// What was named; else the directory that was chosen when the demo was left; else the demo.
Result<Desktop::Place> Desktop::choosePlace() const {
  Place place;
  if (!m_arguments.configFile.isEmpty()) {
    Result<EngineOptions> read = readConfigFile(m_arguments.configFile.toStdString());
    if (!read) return Status(StatusCode::Invalid, read.status().message());
    place.options = std::move(*read);
  }
  QString directory = m_arguments.dataDirectory;
  if (directory.isEmpty()) directory = QString::fromStdString(place.options.dataDirectory);
  if (directory.isEmpty()) directory = settings().value(kOwnDirectoryKey).toString();
  if (directory.isEmpty()) {
    directory = stateDirectory() + "/demo";
    place.kind = Place::Kind::Demo;
  }
  place.options =
      withDefaults(std::move(place.options), QDir(directory).absolutePath().toStdString());
  return place;
}

/// What can be known to be wrong before there is an engine.
Status Desktop::checkArguments() const {
  const bool isWindow = m_arguments.exportDirectory.isEmpty();
  if (isWindow && m_arguments.range.value_or(0s) > ui::longestSpan()) {
    return {StatusCode::Invalid,
            "--range: the charts show 1h at most (give 1m, 5m, 15m or 1h; --export takes longer)"};
  }
  if (m_arguments.replayFile.isEmpty()) return Status::ok();
  const QFileInfo file(m_arguments.replayFile);
  const char* wrong = !file.exists()       ? "there is no such file"
                      : file.isDir()       ? "is a directory"
                      : !file.isReadable() ? "cannot be read by this user"
                                           : nullptr;
  if (wrong == nullptr) return Status::ok();
  return {StatusCode::Invalid, "--replay: " + m_arguments.replayFile.toStdString() + ": " + wrong};
}

Status Desktop::start() {
  RETURN_IF_ERROR(checkArguments());
  Result<Place> place = choosePlace();
  if (!place) return place.status();
  Result<std::unique_ptr<Application>> started =
      Application::start(place->options, KeepHistory::Yes);
  if (!started) return started.status();
  m_application = std::move(*started);
  m_link = m_application->makeLink();
  m_window = std::make_unique<ui::MainWindow>(*m_link, windowOptions(*place));
  m_arguments.fullScreen ? m_window->showFullScreen() : m_window->show();
  startWorkload(*place);
  scheduleScreenshot();
  scheduleExport();
  return Status::ok();
}

ui::MainWindowOptions Desktop::windowOptions(const Place& place) {
  ui::MainWindowOptions options;
  options.environment = QString::fromStdString(place.options.node.environment);
  options.operatorName = QString::fromStdString(operatorName());
  options.dataDirectory = QString::fromStdString(place.options.dataDirectory);
  options.drainTimeout = place.options.drainTimeout;
  options.layoutFile = stateDirectory() + "/window.ini";
  if (m_arguments.range) options.range = *m_arguments.range;
  options.demo = place.kind == Place::Kind::Demo;
  options.readOnly = m_arguments.readOnly;
  options.resetLayout = m_arguments.resetLayout;
  options.leaveDemo = [](const QString& directory) { return leaveDemo(directory); };
  options.aboutToQuit = [] { QApplication::quit(); };
  options.runElsewhere = [this](std::function<void()> job) { m_jobs.run(std::move(job)); };
  options.sinkSetup = sinkSetup();
  return options;
}

ui::SinkSetup Desktop::sinkSetup() {
  const std::string file = m_arguments.configFile.toStdString();
  ui::SinkSetup setup;
  setup.configFile = m_arguments.configFile;
  setup.test = [primary = m_application->engine().primary(),
                tables = m_application->engine().options().tables](const ui::SinkDraft& draft) {
    return testSink(draft, primary, tables);
  };
  setup.add = [file](const ui::SinkDraft& draft) { return addSink(draft, file); };
  setup.runElsewhere = [this](std::function<void()> job) { m_sinkTests.run(std::move(job)); };
  return setup;
}

void Desktop::startWorkload(const Place& place) {
  Command command;
  command.kind = CommandKind::StartWorkload;
  command.who = operatorName();
  if (!m_arguments.replayFile.isEmpty()) {
    command.workload = "replay";
    command.file = QFileInfo(m_arguments.replayFile).absoluteFilePath().toStdString();
    command.ratePerSecond = m_arguments.rate.value_or(0);
  } else if (!m_arguments.workload.isEmpty()) {
    command.workload = m_arguments.workload.toStdString();
    command.ratePerSecond = m_arguments.rate.value_or(kDemoRate);
  } else if (place.kind == Place::Kind::Demo) {
    command.workload = "game";
    command.ratePerSecond = kDemoRate;
  } else {
    return;
  }
  m_link->send(std::move(command));
}

/// Once, while the window lives.
void Desktop::after(std::chrono::milliseconds delay, const std::function<void()>& job) {
  auto* timer = new QTimer(m_window.get());
  timer->setSingleShot(true);
  QObject::connect(timer, &QTimer::timeout, m_window.get(), job);
  timer->start(delay);
}

void Desktop::scheduleScreenshot() {
  if (m_arguments.screenshotFile.isEmpty()) return;
  after(m_arguments.after.value_or(std::chrono::seconds(5)),
        [this] { reportAndQuit(m_window->saveScreenshot(m_arguments.screenshotFile)); });
}

void Desktop::scheduleExport() {
  if (m_arguments.exportDirectory.isEmpty()) return;
  const std::chrono::seconds range = m_arguments.range.value_or(std::chrono::minutes(15));
  // The history of earlier runs needs a moment to be read before it can be exported.
  after(m_arguments.after.value_or(std::chrono::seconds(2)), [this, range] {
    m_window->exportAll(m_arguments.exportDirectory, range, [](const ui::ExportReport& report) {
      for (const QString& line : report.written) std::puts(qPrintable(line));
      const QString failures = report.failures.join("; ");
      reportAndQuit(failures.isEmpty() ? Status::ok()
                                       : Status(StatusCode::IoError, failures.toStdString()));
    });
  });
}

/// The next process starts where the operator chose; this one ends as after any quit.
Status Desktop::leaveDemo(const QString& directory) {
  const QString program = QApplication::applicationFilePath();
  if (!QProcess::startDetached(program, {"--data-dir", directory})) {
    return Status(StatusCode::IoError, (program + " cannot be started").toStdString());
  }
  settings().setValue(kOwnDirectoryKey, directory);
  return Status::ok();
}

}  // namespace penstock::app
