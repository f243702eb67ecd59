// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/live_tick.h"

#include <sys/resource.h>

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <thread>

#include "model/limits.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

/// The window opens, the workload makes its tables and the queue fills: not judged.
constexpr std::chrono::seconds kWarmUp{3};

struct Samples {
  std::vector<qint64> milliseconds;
  std::vector<double> lateMicros;
};

double childrenSeconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Runs the window until it has exported and quit; returns how many cores it took on average.
Result<double> runWindow(const QString& directory, std::chrono::seconds time,
                         const QStringList& workload) {
  const QString program = QCoreApplication::applicationDirPath() + "/penstock";
  if (!QFile::exists(program)) return Status(StatusCode::Unavailable, "penstock is not built");
  if (qEnvironmentVariableIsEmpty("DISPLAY")) {
    return Status(StatusCode::Unavailable, "no display (tests/bench/run.sh starts one)");
  }
  const double before = childrenSeconds();
  const Stopwatch watch;
  QProcess process;
  process.setProcessChannelMode(QProcess::MergedChannels);
  process.start(program,
                QStringList{"--data-dir", directory + "/node", "--export", directory + "/export",
                            "--range", "1h", "--after", QString::number(time.count())} +
                    workload);
  const std::chrono::milliseconds patience = time + std::chrono::minutes(3);
  const bool ended = process.waitForFinished(static_cast<int>(patience.count()));
  const double cores = (childrenSeconds() - before) / watch.seconds();
  if (ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0) {
    return cores;
  }
  process.kill();
  process.waitForFinished();
  return Status(StatusCode::Conflict,
                "the window did not end well: " + process.readAll().trimmed().toStdString() +
                    process.errorString().toStdString());
}

Result<Samples> readSamples(const QString& directory) {
  const QDir exported(directory + "/export");
  const QStringList names = exported.entryList({"*.csv"});
  if (names.size() != 1) return Status(StatusCode::Conflict, "the window exported no samples");
  QFile file(exported.filePath(names.front()));
  if (!file.open(QIODevice::ReadOnly)) return Status(StatusCode::IoError, "samples: not readable");
  QList<QByteArray> lines = file.readAll().split('\n');
  const QList<QByteArray> columns = lines.takeFirst().trimmed().split(',');
  const qsizetype time = columns.indexOf("time");
  const qsizetype late = columns.indexOf("tick_late_ms");
  Samples samples;
  for (const QByteArray& line : lines) {
    const QList<QByteArray> cells = line.trimmed().split(',');
    if (cells.size() != columns.size()) continue;
    const auto at = QDateTime::fromString(QString::fromLatin1(cells[time]), Qt::ISODateWithMs);
    samples.milliseconds.push_back(at.toMSecsSinceEpoch());
    samples.lateMicros.push_back(std::max(1.0, cells[late].toDouble() * 1000));
  }
  return samples;
}

/// Lateness of the samples after the warm-up at p99, and that none of them is missing.
Result<Measured> judge(const Samples& all) {
  const auto begin = std::find_if(all.milliseconds.begin(), all.milliseconds.end(), [&](qint64 at) {
    return at >= all.milliseconds.front() + std::chrono::milliseconds(kWarmUp).count();
  });
  const auto got = std::distance(begin, all.milliseconds.end()) - 1;
  if (got < 1) return Status(StatusCode::Conflict, "no two samples");
  const std::chrono::milliseconds interval = limits::kSampleInterval;
  const auto expected = std::llround(static_cast<double>(all.milliseconds.back() - *begin) /
                                     static_cast<double>(interval.count()));
  if (got < expected) {
    return Status(StatusCode::Conflict, std::to_string(expected - got) + " of " +
                                            std::to_string(expected) + " ticks lost");
  }
  return Measured{{quantileOf({all.lateMicros.begin() + (begin - all.milliseconds.begin()),
                               all.lateMicros.end()},
                              0.99)},
                  "no tick lost",
                  0};
}

}  // namespace

Result<Measured> LiveTick::measureOurs(const std::string& directory) {
  const QString place = QString::fromStdString(directory);
  const Result<double> cores =
      runWindow(place, kWarmUp + m_stretch, {"--workload", "game", "--rate", "0"});
  if (!cores) return cores.status();
  const double all = std::thread::hardware_concurrency();
  if (*cores < all * 3 / 4) {
    return Status(StatusCode::Conflict, "the load took " + std::to_string(*cores) + " of " +
                                            std::to_string(all) + " cores");
  }
  const Result<Samples> samples = readSamples(place);
  return samples ? judge(*samples) : samples.status();
}

Result<Measured> LiveTick::measurePeer(const std::string& directory) {
  const QString place = QString::fromStdString(directory);
  const Result<double> cores = runWindow(place, kWarmUp + m_stretch, {});
  if (!cores) return cores.status();
  const Result<Samples> samples = readSamples(place);
  return samples ? judge(*samples) : samples.status();
}

}  // namespace penstock::bench
