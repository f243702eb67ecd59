// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/sink_setup.h"

#include <QFileInfo>

#include "app/application/health_advice.h"
#include "app/application/sink_report.h"
#include "app/application/sink_section.h"
#include "base/file_system.h"
#include "metrics/error_advice.h"

namespace penstock::app {
namespace {

QString toQt(const std::string& text) { return QString::fromStdString(text); }

void tellTables(const SinkReport& report, const SinkReport& primary,
                const std::vector<TablePolicy>& tables, ui::SinkFindings& findings) {
  for (const Table& table : report.catalog.tables()) findings.tablesFound << toQt(table.name);
  for (const std::string& name : missingTables(report, primary.catalog, tables)) {
    findings.tablesMissing << toQt(name);
  }
}

void tellRights(const StoreHealth& health, ui::SinkFindings& findings) {
  for (const StoreRight& each : health.rights) {
    const QString right = toQt(each.right + " on " + each.on);
    if (each.held == StoreRight::Held::Yes) {
      findings.rights << right;
    } else {
      findings.rightsMissing << right + ": " + toQt(each.grant);
    }
  }
}

/// SQLite makes its file, and an archive its folder; neither makes what is above.
QString placeProblem(const ui::SinkDraft& draft) {
  if (draft.isServer()) return {};
  const QFileInfo folder(QFileInfo(draft.place).path());
  if (!folder.isDir()) return QStringLiteral("There is no folder %1.").arg(folder.filePath());
  if (!folder.isWritable())
    return QStringLiteral("%1 cannot be written to.").arg(folder.filePath());
  return {};
}

}  // namespace

SinkOptions optionsOf(const ui::SinkDraft& draft) {
  SinkOptions sink;
  sink.name = draft.name.toStdString();
  sink.role = draft.role.toStdString();
  sink.driver = draft.driver.toStdString();
  const bool isArchive = sink.driver == "archive";
  (isArchive ? sink.directory : sink.database) = draft.place.toStdString();
  sink.host = draft.host.toStdString();
  sink.port = static_cast<std::uint16_t>(draft.port);
  sink.user = draft.user.toStdString();
  sink.passwordFile = draft.passwordFile.toStdString();
  sink.options = draft.options.toStdString();
  return sink;
}

ui::SinkFindings testSink(const ui::SinkDraft& draft, const SinkOptions& primary,
                          const std::vector<TablePolicy>& tables) {
  SinkOptions sink = optionsOf(draft);
  sink.flush = primary.flush;  // as [flush] has it for all of them, mostly
  ui::SinkFindings findings;
  findings.problem = placeProblem(draft);
  if (!findings.problem.isEmpty()) {
    findings.whatToDo = QStringLiteral("Make the folder, give it rights, or name another place.");
    return findings;
  }
  const SinkReport report = lookAtSink(sink);
  findings.target = toQt(report.target);
  findings.server = toQt(report.health.server);
  if (!report.status.isOk()) {
    const std::string& why = report.status.message();
    findings.problem = toQt(why);
    const std::string code(codeIn(why));
    findings.whatToDo =
        toQt(draft.isServer() ? adviceForMessage(why) : std::string(adviceFor(code)));
    return findings;
  }
  for (const Advice& each : adviseOnSink(sink, report)) {
    const bool isSaid = each.about == "rights" || each.level == AdviceLevel::Good;
    if (!isSaid) findings.advice << toQt(lineOf(each));
  }
  tellRights(report.health, findings);
  if (!report.health.hasOwnTables) {
    for (const std::string& each : report.statements) findings.statements << toQt(each);
  }
  if (sink.driver != "archive") tellTables(report, lookAtSink(primary), tables, findings);
  return findings;
}

ui::SinkAdded addSink(const ui::SinkDraft& draft, const std::string& configFile) {
  const SinkOptions sink = optionsOf(draft);
  ui::SinkAdded added;
  added.toml = toQt(sinkSection(sink));
  if (configFile.empty()) return added;
  const Status written = addSinkToFile(posixFileSystem(), configFile, sink);
  if (written.isOk()) {
    added.file = toQt(configFile);
  } else {
    added.problem = toQt(written.message());
  }
  return added;
}

}  // namespace penstock::app
