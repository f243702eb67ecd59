// SPDX-License-Identifier: Apache-2.0
// libpq as a program would use it that has nothing but rows to write: COPY for new ones, one
// prepared statement with an array for each column for those that may be there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "tests/bench/row_load.h"

struct pg_conn;

namespace penstock::bench {

struct LibpqSettings {
  enum class Format : std::uint8_t { Text, Binary } format = Format::Binary;
  /// Of the keys of a batch, before it is written.
  enum class Order : std::uint8_t { AsGiven, Sorted } order = Order::AsGiven;
  std::uint64_t batchRows = RowLoad::kBatchRows;
};

/// `text, sorted, batches of 5000`.
std::string describe(const LibpqSettings& settings);

/// The index-th row of a load.
using RowSource = std::function<Row(std::uint64_t index)>;

struct RowRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Threads: one. Owns: the connection.
class LibpqPeer {
 public:
  /// Errors: IoError, also of all other functions.
  static Result<std::unique_ptr<LibpqPeer>> open(const std::string& connection,
                                                 const LibpqSettings& settings);
  ~LibpqPeer();
  LibpqPeer(const LibpqPeer&) = delete;
  LibpqPeer& operator=(const LibpqPeer&) = delete;

  /// In batches, each a commit of its own.
  Status copyRows(const RowSource& source, RowRange range);
  /// Likewise; of several rows with one id in a batch the last one counts.
  Status upsertRows(const RowSource& source, RowRange range);
  /// Amount and note of rows that are there; likewise.
  Status updateRows(const RowSource& source, RowRange range);

 private:
  enum class Columns : std::uint8_t { All, Changing };
  LibpqPeer(pg_conn* handle, LibpqSettings settings) : m_handle(handle), m_settings(settings) {}
  Status writeArrays(const std::string& sql, Columns columns, const RowSource& source,
                     RowRange range);
  Status copyBatch();
  Status sendArrays(Columns columns);
  void takeBatch(const RowSource& source, RowRange range);
  void dropDuplicates();
  void sortBatch();
  Status failure() const;

  pg_conn* const m_handle;
  const LibpqSettings m_settings;
  std::vector<Row> m_batch;
  std::vector<std::string> m_buffers;     // of COPY one, of arrays one for each column
  std::vector<std::uint32_t> m_lastOfId;  // by id's low bits: where it was seen last in the batch
};

}  // namespace penstock::bench
