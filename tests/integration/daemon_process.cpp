// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/daemon_process.h"

#include <QFile>
#include <QJsonDocument>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QVariant>
#include <csignal>

namespace penstock::test {
namespace {

constexpr int kPatienceMs = 120'000;

QStringList readRows(QSqlDatabase& database, const QString& sql) {
  QSqlQuery query(database);
  query.setForwardOnly(true);
  if (!query.exec(sql)) return {"ERROR " + query.lastError().text()};
  QStringList rows;
  while (query.next()) {
    QStringList cells;
    for (int i = 0; i < query.record().count(); ++i) {
      // Of a number that is NULL, some drivers make 0.
      cells << (query.isNull(i) ? QString() : csvCell(query.value(i).toString()));
    }
    rows << cells.join(',');
  }
  rows.sort();
  return rows;
}

}  // namespace

QJsonObject DaemonResult::summary() const {
  const QByteArray last = output.trimmed().split('\n').constLast();
  return QJsonDocument::fromJson(last).object();
}

DaemonResult runDaemon(const QStringList& arguments, std::chrono::seconds limit) {
  return LiveDaemon(arguments).end(limit);
}

DaemonResult runDaemonInShell(const QString& arguments) {
  return LiveDaemon("sh", {"-c", "exec " PENSTOCKD_PROGRAM " " + arguments})
      .end(std::chrono::minutes(2));
}

LiveDaemon::LiveDaemon(const QStringList& arguments) : LiveDaemon(PENSTOCKD_PROGRAM, arguments) {}

LiveDaemon::LiveDaemon(const QString& program, const QStringList& arguments)
    : m_process(std::make_unique<QProcess>()) {
  m_process->start(program, arguments);
}

LiveDaemon::~LiveDaemon() {
  if (isRunning()) kill();
}

void LiveDaemon::write(const QByteArray& input) {
  m_process->write(input);
  m_process->waitForBytesWritten(kPatienceMs);
}

void LiveDaemon::closeInput() { m_process->closeWriteChannel(); }

void LiveDaemon::terminate() { m_process->terminate(); }

void LiveDaemon::kill() {
  m_process->kill();
  m_process->waitForFinished();
}

bool LiveDaemon::isRunning() const { return m_process->state() != QProcess::NotRunning; }

const QByteArray& LiveDaemon::errors() {
  m_errors += m_process->readAllStandardError();
  return m_errors;
}

DaemonResult LiveDaemon::end(std::chrono::seconds limit) {
  QProcess& process = *m_process;
  DaemonResult result;
  const bool ended =
      !isRunning() ||
      process.waitForFinished(static_cast<int>(std::chrono::milliseconds(limit).count()));
  result.output = process.readAllStandardOutput();
  result.errors = errors();
  if (!ended) {
    result.errors += process.errorString().toUtf8();
    process.kill();
    process.waitForFinished();
  } else if (process.exitStatus() == QProcess::NormalExit) {
    result.exitCode = process.exitCode();
  }
  return result;
}

qint64 countDaemonLines(const QStringList& arguments) {
  QProcess process;
  process.start(PENSTOCKD_PROGRAM, arguments);
  qint64 lines = 0;
  while (process.waitForReadyRead(kPatienceMs)) {
    lines += process.readAllStandardOutput().count('\n');
  }
  process.waitForFinished(kPatienceMs);
  lines += process.readAllStandardOutput().count('\n');
  const bool good = process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
  return good ? lines : -1;
}

bool runDaemonAndKill(const QStringList& arguments, std::chrono::milliseconds after) {
  QProcess process;
  process.start(PENSTOCKD_PROGRAM, arguments);
  if (!process.waitForStarted(kPatienceMs)) return false;
  if (process.waitForFinished(static_cast<int>(after.count()))) return false;
  process.kill();
  process.waitForFinished();
  return process.exitStatus() == QProcess::CrashExit;
}

bool wasKilled(const QProcess& process) {
  // Of a program that a signal ended, the exit code is the signal.
  return process.state() == QProcess::NotRunning && process.exitStatus() == QProcess::CrashExit &&
         process.exitCode() == SIGKILL;
}

bool runDaemonUntilItDies(const QStringList& arguments, const QProcessEnvironment& environment) {
  QProcess process;
  process.setProcessEnvironment(environment);
  process.start(PENSTOCKD_PROGRAM, arguments);
  process.waitForFinished(kPatienceMs);
  return wasKilled(process);
}

QStringList rowsOf(const QString& databaseFile, const QString& sql) {
  return rowsOf(ServerPlace{"QSQLITE", 0, {}, databaseFile}, sql);
}

QStringList rowsOf(const ServerPlace& place, const QString& sql) {
  const QString name = "rows";
  QStringList rows;
  {
    QSqlDatabase database = QSqlDatabase::addDatabase(place.driver, name);
    database.setDatabaseName(place.database);
    if (place.port != 0) {
      database.setHostName("127.0.0.1");
      database.setPort(place.port);
      database.setUserName(place.user);
    }
    rows = database.open() ? readRows(database, sql)
                           : QStringList{"ERROR " + database.lastError().text()};
  }
  QSqlDatabase::removeDatabase(name);
  return rows;
}

DatabaseLock::DatabaseLock(const QString& databaseFile) {
  QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", "lock");
  database.setDatabaseName(databaseFile);
  m_isHeld = database.open() && QSqlQuery(database).exec("BEGIN IMMEDIATE");
}

DatabaseLock::~DatabaseLock() {
  QSqlDatabase::database("lock").close();
  QSqlDatabase::removeDatabase("lock");
}

QString csvCell(const QString& text) {
  if (!text.contains(',') && !text.contains('"') && !text.contains('\n') && !text.contains('\r')) {
    return text;
  }
  QString quoted = text;
  return '"' + quoted.replace('"', "\"\"") + '"';
}

bool writeFile(const QString& path, const QByteArray& content) {
  QFile file(path);
  return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

QByteArray readFile(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace penstock::test
