// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/peers/rocksdb_peer.h"

#ifdef PENSTOCK_HAVE_ROCKSDB

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <vector>

#include "base/worker.h"
#include "model/limits.h"
#include "tests/bench/record_load.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

constexpr std::size_t kValueBytes = kRecordBytes - kRecordNumberBytes;

rocksdb::Options optionsFor(const RocksDbSettings& settings) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = 1 * limits::kGiB;  // nothing is flushed while the log is measured
  options.max_write_buffer_number = 4;
  options.enable_pipelined_write = settings.threads > 1;
  if (settings.log == RocksDbSettings::Log::Recycled) {
    options.recycle_log_file_num = 2;
    // The modes with a stricter recovery turn recycling off.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  }
  return options;
}

Status statusOf(const rocksdb::Status& status) {
  if (status.ok()) return {};
  return {StatusCode::IoError, "RocksDB: " + status.ToString()};
}

struct Written {
  double cpuSeconds = 0;
  Status status;
};

struct Range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

void write(rocksdb::DB& database, Range range, std::size_t batchRecords, Written& written) {
  const Stopwatch watch;
  rocksdb::WriteOptions options;
  options.sync = true;
  rocksdb::WriteBatch batch;
  RecordLoad load;
  for (std::uint64_t i = 0; i < range.count; ++i) {
    const std::string_view record = load.record(range.first + i);
    batch.Put({record.data() + kValueBytes, kRecordNumberBytes}, {record.data(), kValueBytes});
    const bool isFull = static_cast<std::size_t>(batch.Count()) >= batchRecords;
    if (!isFull && i + 1 < range.count) continue;
    written.status = statusOf(database.Write(options, &batch));
    if (!written.status) return;
    batch.Clear();
  }
  written.cpuSeconds = watch.threadSeconds();
}

/// All records, in equal parts by every thread. Returns the CPU time of the threads.
Result<double> writeAll(rocksdb::DB& database, std::uint64_t records,
                        const RocksDbSettings& settings) {
  std::vector<Written> written(settings.threads);
  {
    std::vector<Worker> writers;
    const std::uint64_t each = records / settings.threads;
    for (std::size_t i = 0; i < settings.threads; ++i) {
      writers.emplace_back("writer", ThreadPriority::Normal, [&, i] {
        write(database, {i * each, each}, settings.batch, written[i]);
      });
    }
  }
  double cpuSeconds = 0;
  for (const Written& part : written) {
    RETURN_IF_ERROR(part.status);
    cpuSeconds += part.cpuSeconds;
  }
  return cpuSeconds;
}

/// Leaves logs of the size that is needed, to be written over.
Status prepareLogs(rocksdb::DB& database, std::uint64_t records, const RocksDbSettings& settings) {
  const Result<double> written = writeAll(database, records, settings);
  if (!written) return written.status();
  return statusOf(database.Flush(rocksdb::FlushOptions()));
}

Result<std::string> readBack(rocksdb::DB& database) {
  const std::unique_ptr<rocksdb::Iterator> at(database.NewIterator(rocksdb::ReadOptions()));
  RecordTally tally;
  std::string record;
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    record.assign(at->value().data(), at->value().size());
    record.append(at->key().data(), at->key().size());
    tally.add(record);
  }
  RETURN_IF_ERROR(statusOf(at->status()));
  return tally.text();
}

}  // namespace

Result<Measured> writeToRocksDb(const std::string& directory, std::uint64_t records,
                                const RocksDbSettings& settings) {
  rocksdb::DB* opened = nullptr;
  RETURN_IF_ERROR(statusOf(rocksdb::DB::Open(optionsFor(settings), directory, &opened)));
  const std::unique_ptr<rocksdb::DB> database(opened);
  if (settings.log == RocksDbSettings::Log::Recycled) {
    RETURN_IF_ERROR(prepareLogs(*database, records, settings));
  }
  const Stopwatch watch;
  const Result<double> cpuSeconds = writeAll(*database, records, settings);
  const double seconds = watch.seconds();
  if (!cpuSeconds) return cpuSeconds.status();
  const Result<std::string> work = readBack(*database);
  if (!work) return work.status();
  return Measured{{static_cast<double>(records) / seconds}, *work, 100 * *cpuSeconds / seconds};
}

}  // namespace penstock::bench

#else

namespace penstock::bench {

Result<Measured> writeToRocksDb(const std::string& directory, std::uint64_t records,
                                const RocksDbSettings& settings) {
  static_cast<void>(directory);
  static_cast<void>(records);
  static_cast<void>(settings);
  return Status(StatusCode::Unavailable,
                "built without RocksDB (install librocksdb-dev, configure and build again)");
}

}  // namespace penstock::bench

#endif
