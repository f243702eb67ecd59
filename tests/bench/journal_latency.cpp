// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/journal_latency.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/clock.h"
#include "base/file_system.h"
#include "journal/file/file_journal.h"
#include "model/limits.h"
#include "tests/bench/record_load.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

constexpr std::uint64_t kRecords = 5000;

Measured measuredFrom(std::vector<double> micros, const Stopwatch& watch) {
  const double seconds = watch.seconds();
  Measured measured;
  measured.figures = {quantileOf(micros, 0.5), quantileOf(micros, 0.99)};
  measured.work = std::to_string(micros.size()) + " synced one by one";
  measured.loadPercent = 100 * watch.threadSeconds() / seconds;
  return measured;
}

/// A file of the bare loop, closed at the end.
class BareFile {
 public:
  explicit BareFile(const std::string& path)
      : m_descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~BareFile() {
    if (m_descriptor >= 0) ::close(m_descriptor);
  }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;

  /// Returns whether all was written.
  bool write(std::uint64_t block, const std::string& bytes) const {
    const auto offset = static_cast<off_t>(block * limits::kJournalBlockBytes);
    const ssize_t written = ::pwrite(m_descriptor, bytes.data(), bytes.size(), offset);
    return written == static_cast<ssize_t>(bytes.size());
  }
  bool sync() const { return ::fdatasync(m_descriptor) == 0; }

 private:
  const int m_descriptor;
};

Status systemFailure() { return {StatusCode::IoError, std::generic_category().message(errno)}; }

}  // namespace

Result<Measured> JournalLatency::measureOurs(const std::string& directory) {
  FileJournalOptions options;
  options.directory = directory + "/journal";
  Result<std::unique_ptr<FileJournal>> journal =
      FileJournal::open(posixFileSystem(), systemClock(), options);
  if (!journal) return journal.status();
  RETURN_IF_ERROR((*journal)->prepareSpares());
  const JournalCounters before = (*journal)->counters();
  RecordLoad load;
  std::vector<double> micros;
  micros.reserve(kRecords);
  const Stopwatch all;
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    const Stopwatch one;
    const Result<Sequence> appended =
        (*journal)->append(RecordType::ChangeSet, load.record(i), SteadyTime::max());
    if (!appended) return appended.status();
    RETURN_IF_ERROR((*journal)->waitSynced(*appended, SteadyTime::max()));
    micros.push_back(one.seconds() * 1e6);
  }
  Measured measured = measuredFrom(std::move(micros), all);
  const JournalCounters after = (*journal)->counters();
  if (after.groups - before.groups < kRecords) {
    return Status(StatusCode::Conflict, "fewer syncs than records");
  }
  RETURN_IF_ERROR((*journal)->close());
  return measured;
}

Result<Measured> JournalLatency::measurePeer(const std::string& directory) {
  const BareFile file(directory + "/bare");
  const std::string zeros(limits::kJournalBlockBytes, '\0');
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    if (!file.write(i, zeros)) return systemFailure();
  }
  if (!file.sync()) return systemFailure();
  const std::string block(limits::kJournalBlockBytes, 'x');
  std::vector<double> micros;
  micros.reserve(kRecords);
  const Stopwatch all;
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    const Stopwatch one;
    if (!file.write(i, block) || !file.sync()) return systemFailure();
    micros.push_back(one.seconds() * 1e6);
  }
  return measuredFrom(std::move(micros), all);
}

}  // namespace penstock::bench
