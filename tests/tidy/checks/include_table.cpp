// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/include_table.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <array>
#include <utility>

namespace penstock::tidy {

namespace {

struct LibraryPrefix {
  const char* prefix;
  const char* library;
};

constexpr std::array kLibraryPrefixes{
    LibraryPrefix{"sqlite3.h", "sqlite3"},
    LibraryPrefix{"libpq-fe.h", "libpq"},
    LibraryPrefix{"pg_config.h", "libpq"},
    LibraryPrefix{"nats/", "nats"},
    LibraryPrefix{"xxhash.h", "xxhash"},
    LibraryPrefix{"zstd", "zstd"},
    LibraryPrefix{"zlib.h", "zlib"},
    LibraryPrefix{"simdjson.h", "simdjson"},
    LibraryPrefix{"toml++/", "toml++"},
    LibraryPrefix{"prometheus/", "prometheus-cpp"},
    LibraryPrefix{"boost/", "boost"},
    LibraryPrefix{"openssl/", "openssl"},
    LibraryPrefix{"qcustomplot.h", "QCustomPlot"},
    LibraryPrefix{"qt6keychain/", "QtKeychain"},
    LibraryPrefix{"rapidcheck", "rapidcheck"},
    LibraryPrefix{"benchmark/", "benchmark"},
    LibraryPrefix{"rocksdb/", "rocksdb"},
    LibraryPrefix{"leveldb/", "leveldb"},
    LibraryPrefix{"tbb/", "tbb"},
};

// Headers of the operating system, used where the product meets it.
bool isSystemHeader(const QString& header) {
  static const QRegularExpression kSystem(
      "^(sys|linux|arpa|netinet|net)/"
      "[a-z0-9_]+\\.h$|^(unistd|fcntl|pthread|sched|signal|poll|dirent|"
      "netdb|pwd|grp|termios|dlfcn|execinfo|fnmatch|malloc|errno|time|spawn)\\.h$");
  return kSystem.match(header).hasMatch();
}

QString qtModuleOf(const QString& header, const QString& qtHeaders) {
  if (header.contains('/')) return header.section('/', 0, 0);
  const QDir modules(qtHeaders);
  for (const QString& module : modules.entryList({"Qt*"}, QDir::Dirs)) {
    if (QFile::exists(modules.filePath(module + "/" + header))) return module;
  }
  return {};
}

// What a user interface may know of the engine: one object to ask, and values.
const QStringList kEngineValues{
    "engine/engine_link.h", "engine/commands.h", "model",        "metrics",
    "!metrics/history",     "base/status.h",     "base/check.h", "base/clock.h"};

}  // namespace

const std::vector<IncludeRow>& includeTable() {
  static const QStringList kStage{"base", "model", "metrics", "!metrics/history"};
  static const QStringList kWidgets{"std", "QtCore", "QtGui", "QtWidgets", "QtSvg"};
  static const std::vector<IncludeRow> kTable{
      {"backend/base", {}, {"std", "system"}},
      {"backend/model", {"base"}, {"std", "xxhash"}},
      {"backend/metrics", {"base", "model", "!metrics/history"}, {"std", "prometheus-cpp"}},
      {"backend/metrics/history", {"base", "model", "metrics"}, {"std", "QtCore", "QtSql"}},
      {"backend/intake", kStage, {"std", "simdjson"}},
      {"backend/journal", kStage, {"std", "xxhash"}},
      {"backend/journal/jetstream", kStage + QStringList{"journal"}, {"std", "nats"}},
      {"backend/queue", kStage, {"std"}},
      {"backend/state", kStage, {"std"}},
      {"backend/feed", kStage, {"std"}},
      {"backend/flush", kStage + QStringList{"queue", "store/store.h"}, {"std"}},
      {"backend/store", kStage, {"std"}},
      {"backend/store/sqlite", kStage + QStringList{"store/store.h"}, {"std", "sqlite3"}},
      {"backend/store/postgres", kStage + QStringList{"store/store.h"}, {"std", "libpq", "system"}},
      {"backend/store/archive", kStage + QStringList{"store/store.h"}, {"std", "xxhash", "zstd"}},
      {"backend/store/qtsql", kStage + QStringList{"store/store.h"}, {"std", "QtCore", "QtSql"}},
      {"backend/engine",
       kStage +
           QStringList{"intake", "journal", "queue", "flush", "state", "feed", "store/store.h"},
       {"std"}},
      {"backend/remote",
       kStage + QStringList{"intake/change_reader.h", "engine/engine_link.h"},
       {"std", "boost", "openssl", "prometheus-cpp"}},
      {"backend/workload",
       {"base", "model", "metrics", "!metrics/history", "engine/engine_link.h", "engine/submit.h"},
       {"std", "zlib", "zstd"}},
      {"backend/link",
       kEngineValues + QStringList{"base", "remote/phoenix_codec.h"},
       {"std", "QtCore", "QtWebSockets"}},
      {"ui", kEngineValues + QStringList{"ui"}, kWidgets},
      {"ui/charts", kEngineValues + QStringList{"ui"}, kWidgets + QStringList{"QCustomPlot"}},
      {"app", {"*"}, {"*"}},
      {"tests", {"*"}, {"*", "sqlite3", "QCustomPlot"}},
  };
  return kTable;
}

const IncludeRow* rowOf(const QString& path) {
  const IncludeRow* nearest = nullptr;
  for (const IncludeRow& row : includeTable()) {
    const bool isAbove = path.startsWith(row.folder + "/");
    if (isAbove && (nearest == nullptr || row.folder.size() > nearest->folder.size())) {
      nearest = &row;
    }
  }
  return nearest;
}

QString libraryOf(const QString& header, const QString& qtHeaders) {
  static const QRegularExpression kStandard("^[a-z0-9_]+$");
  static const QRegularExpression kQt("^Q[A-Z]\\w*$|^Qt[A-Z]\\w*/\\w+$|^QtTest$");
  for (const LibraryPrefix& known : kLibraryPrefixes) {
    if (header.startsWith(known.prefix)) return known.library;
  }
  if (isSystemHeader(header)) return QStringLiteral("system");
  if (kStandard.match(header).hasMatch()) return QStringLiteral("std");
  if (kQt.match(header).hasMatch()) return qtModuleOf(header, qtHeaders);
  return {};
}

}  // namespace penstock::tidy
