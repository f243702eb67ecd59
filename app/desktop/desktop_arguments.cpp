// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/desktop_arguments.h"

#include <QCommandLineParser>

#include "app/application/toml_values.h"

namespace penstock::app {
namespace {

Result<std::chrono::seconds> secondsOf(const QString& text) {
  bool plain = false;
  const int number = text.toInt(&plain);
  if (plain && number >= 0) return std::chrono::seconds(number);
  QString withUnit = text;
  if (withUnit.endsWith('m')) withUnit += "in";
  const auto duration = parseDuration(withUnit.toStdString());
  if (!duration) return duration.status();
  return std::chrono::duration_cast<std::chrono::seconds>(*duration);
}

void addOptions(QCommandLineParser& parser) {
  parser.setApplicationDescription("Penstock: a write-behind persistence queue and its dashboard");
  parser.addOptions({
      {"config", "Configuration (TOML).", "FILE"},
      {"data-dir", "Where journal, database and history are.", "DIR"},
      {"attach", "Attach to a running node (not available yet).", "URL"},
      {"workload", "Start a built-in workload: game.", "NAME"},
      {"replay", "Replay an NDJSON file of change sets.", "FILE"},
      {"rate", "Change sets a second of either; 0: as fast as they are taken.", "NUMBER"},
      {"screenshot", "Save the main window as a picture and quit.", "FILE"},
      {"export", "Write CSV and charts into a folder and quit.", "DIR"},
      {"after", "When to take the picture (5) or to export (2).", "SECONDS"},
      {"range", "What the charts show: 1m, 5m, 15m, 1h.", "RANGE"},
      {"read-only", "Watch only."},
      {"fullscreen", "Fill the screen."},
      {"reset-layout", "Forget how the window was laid out."},
      {{"h", "help"}, "This text."},
      {"version", "The version."},
  });
}

Status readTimes(const QCommandLineParser& parser, DesktopArguments& arguments) {
  if (parser.isSet("after")) {
    const auto after = secondsOf(parser.value("after"));
    if (!after) return after.status().withContext("--after");
    arguments.after = *after;
  }
  if (!parser.isSet("range")) return Status::ok();
  const auto range = secondsOf(parser.value("range"));
  if (!range) return range.status().withContext("--range");
  arguments.range = *range;
  return Status::ok();
}

Status readRate(const QCommandLineParser& parser, DesktopArguments& arguments) {
  if (!parser.isSet("rate")) return Status::ok();
  bool plain = false;
  const std::uint32_t rate = parser.value("rate").toUInt(&plain);
  if (!plain) {
    return {StatusCode::Invalid,
            "--rate: '" + parser.value("rate").toStdString() + "' is not a whole number"};
  }
  arguments.rate = rate;
  return Status::ok();
}

/// Asked before there is an application that would know its name.
QString helpText(const QCommandLineParser& parser) {
  return parser.helpText().replace("<executable_name>", "penstock");
}

}  // namespace

Result<DesktopArguments> parseDesktopArguments(const QStringList& words) {
  QCommandLineParser parser;
  addOptions(parser);
  if (!parser.parse(words)) {
    return Status(StatusCode::Invalid, parser.errorText().toStdString() + " (see --help)");
  }
  if (!parser.positionalArguments().isEmpty()) {
    return Status(StatusCode::Invalid, "'" + parser.positionalArguments().first().toStdString() +
                                           "' is not understood (see --help)");
  }
  if (parser.isSet("attach")) {
    return Status(StatusCode::Unsupported, "--attach: not available yet");
  }
  DesktopArguments arguments;
  if (parser.isSet("help")) arguments.answer = helpText(parser);
  if (parser.isSet("version")) arguments.answer = "penstock " PENSTOCK_VERSION "\n";
  arguments.configFile = parser.value("config");
  arguments.dataDirectory = parser.value("data-dir");
  arguments.workload = parser.value("workload");
  arguments.replayFile = parser.value("replay");
  arguments.screenshotFile = parser.value("screenshot");
  arguments.exportDirectory = parser.value("export");
  arguments.readOnly = parser.isSet("read-only");
  arguments.fullScreen = parser.isSet("fullscreen");
  arguments.resetLayout = parser.isSet("reset-layout");
  if (parser.isSet("workload") && arguments.workload != "game") {
    return Status(StatusCode::Unsupported, "--workload: '" + arguments.workload.toStdString() +
                                               "' is not available yet (there is game)");
  }
  RETURN_IF_ERROR(readTimes(parser, arguments));
  RETURN_IF_ERROR(readRate(parser, arguments));
  return arguments;
}

}  // namespace penstock::app
