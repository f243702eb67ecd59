// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/banned_call_check.h"

#include <QRegularExpression>
#include <algorithm>

namespace penstock::tidy {

namespace {

bool startsWithAny(const QString& path, const QStringList& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const QString& beginning) { return path.startsWith(beginning); });
}

const QStringList kEverywhere{"app/", "backend/", "ui/", "tests/"};
const QStringList kProduct{"app/", "backend/", "ui/"};

// Threads and waiting.
std::vector<Ban> bansOnThreads() {
  return {
      {"\\bstd::j?thread\\b(?!::)|\\bpthread_create\\b|\\bstd::async\\b|\\bQtConcurrent\\b|"
       "\\bQThread\\b(?!::current)|\\bQThreadPool\\b",
       "Worker (base/worker.h), named and always joined",
       kEverywhere,
       {"backend/base/worker."}},
      {"\\.detach\\(\\)|->detach\\(\\)", "Worker (base/worker.h), always joined", kEverywhere, {}},
      {"\\bsleep_(for|until)\\b|\\bu?sleep\\s*\\(|\\bnanosleep\\b|::(m|u)sleep\\s*\\(|\\bqWait\\b|"
       "\\bqSleep\\b",
       "wait for the event itself: CondVar::waitUntil, QTRY_VERIFY, QSignalSpy",
       kEverywhere,
       {}},
      {"\\bstd::(recursive_|shared_|timed_)*mutex\\b|\\bstd::condition_variable|"
       "\\bstd::(lock_guard|unique_lock|scoped_lock|shared_lock)\\b|\\bQ(Recursive)?Mutex|"
       "\\bQWaitCondition\\b|\\bQReadWriteLock\\b|\\bpthread_mutex",
       "Mutex, MutexLock and CondVar (base/mutex.h)",
       kEverywhere,
       {"backend/base/mutex.h"}},
  };
}

// Output, files, time, ends of the program.
std::vector<Ban> bansOnTheSystem() {
  return {
      {"\\b(std::)?f?printf\\s*\\(|\\bputs\\s*\\(|\\bstd::(cout|cerr|clog)\\b|"
       "\\bq(Debug|Info|Warning|Critical)\\s*\\(",
       "logLine (base/log.h)",
       {"backend/"},
       {"backend/base/log.", "backend/base/check."}},
      {"(?<![\\w.>:])(::)?(fsync|fdatasync|openat|fallocate|pwritev?|preadv?|ftruncate|mmap)\\s*\\("
       "|"
       "(?<![\\w>])::(open|rename|unlink|mkdir|close|read|write)\\s*\\(|\\bfopen\\b|"
       "\\bstd::(rename|[io]?fstream)\\b|\\bstd::filesystem::(?!path)|"
       "\\bQ(File|SaveFile|Dir|FileInfo|LockFile)\\b",
       "FileSystem (base/file_system.h)",
       {"backend/"},
       {"backend/base/file_system"}},
      {"(?<![\\w.>:])(::)?(fsync|fdatasync)\\s*\\(",
       "FileSystem (base/file_system.h)",
       {"app/", "ui/"},
       {}},
      {"\\b(system|steady|high_resolution)_clock::now\\b|\\bgettimeofday\\b|\\bclock_gettime\\b|"
       "\\bQDateTime::current",
       "a Clock that is passed in (base/clock.h)",
       {"backend/"},
       {"backend/base/clock."}},
      {"\\bs?rand\\s*\\(|\\brandom_shuffle\\b",
       "a generator that is passed in with its seed",
       kEverywhere,
       {}},
      {"(?<![\\w.>])assert\\s*\\(|\\bQ_ASSERT(_X)?\\b",
       "CHECK (base/check.h), on in release too",
       {"backend/"},
       {}},
      {"\\b(std::)?(abort|exit|_Exit|quick_exit|terminate)\\s*\\(\\s*\\w*\\s*\\)",
       "CHECK (base/check.h), or a Status",
       {"backend/"},
       {"backend/base/check."}},
      {"\\bstd::system\\s*\\(|\\bpopen\\s*\\(",
       "the system's interface itself, not a shell",
       kProduct,
       {}},
      {"\\bstrn?(cpy|cat)\\s*\\(|\\bv?sprintf\\s*\\(|\\bgets\\s*\\(",
       "std::string, or snprintf",
       kEverywhere,
       {}},
  };
}

// Tests and the user interface.
std::vector<Ban> bansOnQt() {
  return {
      {"\\bQSKIP\\b|\\bQEXPECT_FAIL\\b",
       "a test that runs; what it needs, it brings along",
       {"tests/"},
       {}},
      {"\\bprocessEvents\\s*\\(",
       "return to the event loop: a timer or a queued call",
       kProduct,
       {}},
      {"(\\.|->)exec\\s*\\(\\s*\\)|\\bQMessageBox::(information|question|warning|critical)\\s*\\(|"
       "\\bQFileDialog::get\\w+\\s*\\(|\\bQInputDialog::get\\w+\\s*\\(",
       "open() and a slot: no event loop within the event loop",
       {"ui/"},
       {}},
      {"\\bconnect\\s*\\(\\s*[^,;]+,\\s*&[\\w:]+\\s*,\\s*\\[",
       "connect with a context object before the lambda",
       kProduct,
       {}},
      {"\\bSIGNAL\\s*\\(|\\bSLOT\\s*\\(", "connect with pointers to members", kEverywhere, {}},
      {"(\\.|->)setData\\s*\\(",
       "data()->add and removeBefore: setData copies all of it",
       {"ui/charts/"},
       {}},
      {"\\bsave(Png|Pdf|Jpg|Bmp|Rastered)\\s*\\(",
       "toPainter with a QCPPainter (savePng with a scale freezes for seconds)",
       kEverywhere,
       {}},
  };
}

}  // namespace

const std::vector<Ban>& bans() {
  static const std::vector<Ban> kBans = [] {
    std::vector<Ban> all = bansOnThreads();
    for (const auto& more : {bansOnTheSystem(), bansOnQt()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return kBans;
}

Findings checkBannedCalls(const SourceFiles& files) {
  Findings findings;
  for (const Ban& ban : bans()) {
    const QRegularExpression pattern(ban.pattern);
    for (const SourceFile& file : files) {
      const bool holds = file.isCpp() && startsWithAny(file.path, ban.where) &&
                         !startsWithAny(file.path, ban.exempt);
      if (!holds) continue;
      auto matches = pattern.globalMatch(file.code);
      while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        findings.push_back({file.path, lineOf(file.code, match.capturedStart()),
                            "`" + match.captured().simplified() + "`: use " + ban.instead});
      }
    }
  }
  return findings;
}

}  // namespace penstock::tidy
