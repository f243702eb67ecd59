// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/journal_throughput.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/worker.h"
#include "journal/file/file_journal.h"
#include "tests/bench/peers/rocksdb_peer.h"
#include "tests/bench/record_load.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

constexpr std::uint64_t kRecords = 2'000'000;
constexpr std::uint64_t kRecordsToTune = 500'000;
constexpr std::size_t kProducers = 2;
constexpr std::uint64_t kBytesInJournalMax = kRecords * (kRecordBytes + 64);  // frames, blocks

// The best of `--tune journal_throughput`, whose figures are in RESULTS.md.
constexpr RocksDbSettings kPeerBest{
    .batch = 50'000, .threads = 2, .log = RocksDbSettings::Log::Growing};

struct Produced {
  Sequence last{};
  double cpuSeconds = 0;
  Status status;
};

void produce(FileJournal& journal, std::uint64_t first, Produced& produced) {
  const Stopwatch watch;
  RecordLoad load;
  for (std::uint64_t i = 0; i < kRecords / kProducers; ++i) {
    const Result<Sequence> appended =
        journal.append(RecordType::ChangeSet, load.record(first + i), SteadyTime::max());
    if (!appended) {
      produced.status = appended.status();
      return;
    }
    produced.last = *appended;
  }
  produced.cpuSeconds = watch.threadSeconds();
  produced.status = journal.waitSynced(produced.last, SteadyTime::max());
}

Result<std::string> readBack(FileJournal& journal) {
  Result<std::unique_ptr<JournalReader>> reader = journal.openReader(kNoSequence);
  if (!reader) return reader.status();
  RecordTally tally;
  for (;;) {
    const Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (!record) return record.status();
    if (!record->has_value()) return tally.text();
    if ((*record)->type == RecordType::ChangeSet) tally.add((*record)->payload);
  }
}

}  // namespace

std::string JournalThroughput::peerName() const {
  return "RocksDB, sync, batches of " + std::to_string(kPeerBest.batch) + ", threads " +
         std::to_string(kPeerBest.threads);
}

Result<Measured> JournalThroughput::measureOurs(const std::string& directory) {
  FileJournalOptions options;
  options.directory = directory + "/journal";
  options.spares = kBytesInJournalMax / options.segmentBytes + 2;
  Result<std::unique_ptr<FileJournal>> journal =
      FileJournal::open(posixFileSystem(), systemClock(), options);
  if (!journal) return journal.status();
  RETURN_IF_ERROR((*journal)->prepareSpares());
  std::array<Produced, kProducers> produced;
  const Stopwatch watch;
  {
    std::vector<Worker> producers;
    for (std::size_t i = 0; i < kProducers; ++i) {
      producers.emplace_back("producer", ThreadPriority::Normal, [&, i] {
        produce(**journal, i * kRecords / kProducers, produced[i]);
      });
    }
  }
  const double seconds = watch.seconds();
  double cpuSeconds = 0;
  for (const Produced& producer : produced) {
    RETURN_IF_ERROR(producer.status);
    cpuSeconds += producer.cpuSeconds;
  }
  const Result<std::string> work = readBack(**journal);
  if (!work) return work.status();
  RETURN_IF_ERROR((*journal)->close());
  return Measured{{kRecords / seconds}, *work, 100 * cpuSeconds / seconds};
}

Result<Measured> JournalThroughput::measurePeer(const std::string& directory) {
  return writeToRocksDb(directory + "/rocksdb", kRecords, kPeerBest);
}

Status JournalThroughput::tunePeer(const std::string& directory) {
  for (const RocksDbSettings::Log log :
       {RocksDbSettings::Log::Growing, RocksDbSettings::Log::Recycled}) {
    for (const std::size_t threads : {1u, 2u}) {
      for (const std::size_t batch : {1000u, 5000u, 20'000u, 50'000u, 100'000u}) {
        const std::string path = directory + "/rocksdb";
        const RocksDbSettings settings{batch, threads, log};
        const Result<Measured> measured = writeToRocksDb(path, kRecordsToTune, settings);
        if (!measured) return measured.status();
        std::printf("RocksDB, %s log, batches of %zu, threads %zu: %.0f sets/s\n",
                    log == RocksDbSettings::Log::Growing ? "growing" : "recycled", batch, threads,
                    measured->figures.front());
        std::fflush(stdout);
        std::filesystem::remove_all(path);
      }
    }
  }
  return {};
}

}  // namespace penstock::bench
