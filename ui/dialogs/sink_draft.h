// SPDX-License-Identifier: GPL-3.0-or-later
// A sink as an operator describes it before there is one, and what the application finds out about
// it: values that the window and the application exchange.
#pragma once

#include <QString>
#include <QStringList>
#include <functional>

namespace penstock::ui {

struct SinkDraft {
  QString name;
  QString role;    ///< standby, mirror, archive
  QString driver;  ///< sqlite, postgres, mariadb, archive
  QString place;   ///< of a server the database's name; a file; of an archive its folder
  // Of a server
  QString host;
  int port = 0;  ///< 0: the driver's own
  QString user;
  QString passwordFile;
  QString options;  ///< as the database's own library takes them

  bool isServer() const {
    return driver != QStringLiteral("sqlite") && driver != QStringLiteral("archive");
  }
};

/// What a test found; nothing was made or changed. Texts are as they came from the database.
struct SinkFindings {
  QString problem;  ///< why it cannot be used; empty: it can be reached
  QString whatToDo;
  QString target;
  QString server;
  QStringList rights;         ///< that it has
  QStringList rightsMissing;  ///< with the statement that gives it
  QStringList tablesFound;
  QStringList tablesMissing;  ///< that the primary has
  QStringList statements;     ///< that a start will run
  QStringList advice;         ///< of configuration health

  bool isGood() const { return problem.isEmpty() && rightsMissing.isEmpty(); }
};

/// What became of a sink that was to be added.
struct SinkAdded {
  QString file;     ///< the configuration that has it now; empty: none
  QString toml;     ///< what was written, or is to be written by hand
  QString problem;  ///< why nothing was written; empty: nothing was asked to be, or it was
};

/// What the window asks of the application; empty: sinks cannot be added here.
struct SinkSetup {
  /// Takes as long as the timeouts of a server; called away from the GUI thread.
  std::function<SinkFindings(const SinkDraft&)> test;
  /// Writes the configuration file, if there is one. At once.
  std::function<SinkAdded(const SinkDraft&)> add;
  /// Runs a test away from the GUI thread, one after the other; empty: at once.
  std::function<void(std::function<void()> job)> runElsewhere;
  QString configFile;  ///< empty: there is none
};

}  // namespace penstock::ui
