// SPDX-License-Identifier: Apache-2.0
// What the tests of the journal share: opening one on a simulated disk with small segments, filling
// it, and reading everything back.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "journal/file/file_journal.h"
#include "tests/support/simulated_file_system.h"

namespace penstock::test {

inline const std::string kDirectory = "/journal";

inline SteadyTime inAWhile() { return systemClock().steadyNow() + std::chrono::seconds(60); }

inline CatalogPointer someCatalog(const std::string& tableName = "players") {
  Table table;
  table.name = tableName;
  table.columns.resize(1);
  table.columns[0].name = "id";
  table.columns[0].type = ColumnType::Integer;
  table.key = {ColumnId{0}};
  return std::make_shared<const Catalog>(std::vector<Table>{table});
}

inline FileJournalOptions smallOptions() {
  FileJournalOptions options;
  options.directory = kDirectory;
  options.holderNote = "a test";
  options.segmentBytes = 64 * limits::kKiB;
  options.stagingBytes = 64 * limits::kKiB;
  options.spares = 1;
  options.retain = std::chrono::microseconds(0);
  options.retryPause = std::chrono::milliseconds(1);
  options.initialCatalog = someCatalog();
  return options;
}

inline std::unique_ptr<FileJournal> openJournal(FileSystem& files,
                                                FileJournalOptions options = smallOptions()) {
  auto journal = FileJournal::open(files, systemClock(), std::move(options));
  if (!journal) std::fprintf(stderr, "%s\n", journal.status().message().c_str());
  CHECK(journal.isOk());
  return std::move(journal).value();
}

/// Writes over what is there, synced.
inline void overwrite(FileSystem& files, const std::string& path, std::uint64_t at,
                      std::span<const std::byte> bytes) {
  auto file = files.open(path, FileSystem::OpenMode::CreateOrOpen);
  CHECK(file.isOk());
  CHECK((*file)->writeAt(at, bytes).isOk());
  CHECK((*file)->syncData().isOk());
  CHECK(files.syncDirectory(kDirectory).isOk());
}

inline void overwrite(FileSystem& files, const std::string& path, std::uint64_t at,
                      std::string_view bytes) {
  overwrite(files, path, at, std::as_bytes(std::span(bytes)));
}

inline void exchange(FileSystem& files, const std::string& one, const std::string& other) {
  CHECK(files.rename(one, one + ".x").isOk());
  CHECK(files.rename(other, one).isOk());
  CHECK(files.rename(one + ".x", other).isOk());
  CHECK(files.syncDirectory(kDirectory).isOk());
}

struct StoredRecord {
  Sequence sequence{};
  std::string payload;
  bool operator==(const StoredRecord&) const = default;
};

struct ReadResult {
  std::vector<StoredRecord> records;  ///< change sets only
  std::vector<Status> damages;        ///< stopped at, when not reading over them
};

/// Reads until the head, or until the first error.
inline ReadResult readAll(JournalReader& reader) {
  ReadResult result;
  for (;;) {
    auto record = reader.next();
    if (!record) {
      result.damages.push_back(record.status());
      return result;
    }
    if (!record->has_value()) return result;
    CHECK((*record)->catalog != nullptr);
    if ((*record)->type != RecordType::ChangeSet) continue;
    result.records.push_back({(*record)->sequence, std::string((*record)->payload)});
  }
}

inline ReadResult readAll(Journal& journal) {
  auto reader = journal.openReader(journal.oldestKept());
  CHECK(reader.isOk());
  return readAll(**reader);
}

/// A payload that tells its number and has another length each.
inline std::string payloadOf(std::uint64_t number) {
  std::string text = "record " + std::to_string(number) + " ";
  text.append(number * 37 % 300, static_cast<char>('a' + number % 26));
  return text;
}

/// Appends records one by one, each synced before the next (one group each).
inline std::vector<StoredRecord> appendSynced(Journal& journal, std::uint64_t firstNumber,
                                              std::uint64_t count) {
  std::vector<StoredRecord> written;
  for (std::uint64_t number = firstNumber; number < firstNumber + count; ++number) {
    const std::string payload = payloadOf(number);
    const auto sequence = journal.append(RecordType::ChangeSet, payload, inAWhile());
    CHECK(sequence.isOk());
    CHECK(journal.waitSynced(*sequence, inAWhile()).isOk());
    written.push_back({*sequence, payload});
  }
  return written;
}

}  // namespace penstock::test
