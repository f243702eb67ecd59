// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/libpq_peer.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>

#include "tests/bench/postgres/libpq_rows.h"

namespace penstock::bench {

namespace {

constexpr const char* kUpsert =
    "INSERT INTO rows(id, name, amount, ratio, note) SELECT * FROM unnest($1::bigint[],"
    " $2::text[], $3::bigint[], $4::double precision[], $5::text[])"
    " ON CONFLICT(id) DO UPDATE SET name=excluded.name, amount=excluded.amount,"
    " ratio=excluded.ratio, note=excluded.note";
constexpr const char* kUpdate =
    "UPDATE rows r SET amount=u.amount, note=u.note"
    " FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS u(id, amount, note)"
    " WHERE r.id=u.id";
constexpr std::size_t kIdBits = 20;  // ids of one batch are nearer to each other than that
constexpr std::uint32_t kNotSeen = 0xffff'ffffu;

using Format = LibpqSettings::Format;

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

/// One array for each column.
void fillArrays(const std::vector<Row>& rows, Format format, bool hasAll,
                std::vector<std::string>& arrays) {
  arrays.resize(hasAll ? 5 : 3);
  for (std::string& array : arrays) array.clear();
  const bool isText = format == Format::Text;
  const auto count = static_cast<std::uint32_t>(rows.size());
  std::size_t next = 0;
  const auto column = [&](ElementType type, const auto& valueOf) {
    std::string& array = arrays[next++];
    if (!isText) beginBinaryArray(array, type, count);
    for (const Row& row : rows) {
      isText ? appendTextElement(array, valueOf(row)) : appendBinary(array, valueOf(row));
    }
    if (isText) endTextArray(array);
  };
  column(ElementType::Bigint, [](const Row& row) { return row.id; });
  if (hasAll) column(ElementType::Text, [](const Row& row) { return row.name; });
  column(ElementType::Bigint, [](const Row& row) { return row.amount; });
  if (hasAll) column(ElementType::Double, [](const Row& row) { return row.ratio; });
  column(ElementType::Text, [](const Row& row) { return row.note; });
}

}  // namespace

std::string describe(const LibpqSettings& settings) {
  return std::string(settings.format == Format::Text ? "text" : "binary") +
         (settings.order == LibpqSettings::Order::Sorted ? ", sorted" : "") + ", batches of " +
         std::to_string(settings.batchRows);
}

Result<std::unique_ptr<LibpqPeer>> LibpqPeer::open(const std::string& connection,
                                                   const LibpqSettings& settings) {
  std::unique_ptr<LibpqPeer> peer(new LibpqPeer(PQconnectdb(connection.c_str()), settings));
  if (PQstatus(peer->m_handle) != CONNECTION_OK) return peer->failure();
  return peer;
}

LibpqPeer::~LibpqPeer() { PQfinish(m_handle); }

Status LibpqPeer::failure() const {
  return {StatusCode::IoError, std::string("libpq: ") + PQerrorMessage(m_handle)};
}

void LibpqPeer::takeBatch(const RowSource& source, RowRange range) {
  m_batch.clear();
  for (std::uint64_t i = range.begin; i < range.end; ++i) m_batch.push_back(source(i));
}

void LibpqPeer::dropDuplicates() {
  m_lastOfId.resize(std::size_t{1} << kIdBits, kNotSeen);
  const auto place = [&](const Row& row) -> std::uint32_t& {
    return m_lastOfId[static_cast<std::size_t>(row.id) & ((std::size_t{1} << kIdBits) - 1)];
  };
  for (std::uint32_t i = 0; i < m_batch.size(); ++i) place(m_batch[i]) = i;
  std::size_t kept = 0;
  for (std::uint32_t i = 0; i < m_batch.size(); ++i) {
    if (place(m_batch[i]) != i) continue;
    place(m_batch[i]) = kNotSeen;
    m_batch[kept++] = m_batch[i];
  }
  m_batch.resize(kept);
}

void LibpqPeer::sortBatch() {
  if (m_settings.order == LibpqSettings::Order::AsGiven) return;
  std::ranges::sort(m_batch, {}, &Row::id);
}

Status LibpqPeer::copyRows(const RowSource& source, RowRange range) {
  for (std::uint64_t first = range.begin; first < range.end; first += m_settings.batchRows) {
    takeBatch(source, {first, std::min(first + m_settings.batchRows, range.end)});
    RETURN_IF_ERROR(copyBatch());
  }
  return {};
}

Status LibpqPeer::copyBatch() {
  const bool isText = m_settings.format == Format::Text;
  const Answer begun(PQexec(
      m_handle, isText ? "COPY rows FROM STDIN" : "COPY rows FROM STDIN WITH (FORMAT binary)"));
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return failure();
  m_buffers.resize(1);
  std::string& copy = m_buffers.front();
  copy.clear();
  const auto send = [&] {
    const bool isSent = PQputCopyData(m_handle, copy.data(), static_cast<int>(copy.size())) == 1;
    copy.clear();
    return isSent;
  };
  if (!isText) beginBinaryCopy(copy);
  constexpr std::size_t kPieceBytes = 64 * 1024;  // the server reads one while the next is made
  for (const Row& row : m_batch) {
    isText ? appendTextRow(copy, row) : appendBinaryRow(copy, row);
    if (copy.size() >= kPieceBytes && !send()) return failure();
  }
  if (!isText) endBinaryCopy(copy);
  if (!send() || PQputCopyEnd(m_handle, nullptr) != 1) return failure();
  bool isDone = true;
  while (const Answer ended{PQgetResult(m_handle)}) {
    isDone = isDone && PQresultStatus(ended.get()) == PGRES_COMMAND_OK;
  }
  return isDone ? Status() : failure();
}

Status LibpqPeer::upsertRows(const RowSource& source, RowRange range) {
  return writeArrays(kUpsert, Columns::All, source, range);
}

Status LibpqPeer::updateRows(const RowSource& source, RowRange range) {
  return writeArrays(kUpdate, Columns::Changing, source, range);
}

Status LibpqPeer::writeArrays(const std::string& sql, Columns columns, const RowSource& source,
                              RowRange range) {
  const Answer prepared(PQprepare(m_handle, "", sql.c_str(), 0, nullptr));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return failure();
  for (std::uint64_t first = range.begin; first < range.end; first += m_settings.batchRows) {
    takeBatch(source, {first, std::min(first + m_settings.batchRows, range.end)});
    dropDuplicates();
    sortBatch();
    RETURN_IF_ERROR(sendArrays(columns));
  }
  return {};
}

Status LibpqPeer::sendArrays(Columns columns) {
  fillArrays(m_batch, m_settings.format, columns == Columns::All, m_buffers);
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const std::string& array : m_buffers) {
    values.push_back(array.c_str());
    lengths.push_back(static_cast<int>(array.size()));
  }
  const std::vector<int> formats(values.size(), m_settings.format == Format::Text ? 0 : 1);
  const Answer answer(PQexecPrepared(m_handle, "", static_cast<int>(values.size()), values.data(),
                                     lengths.data(), formats.data(), 0));
  return PQresultStatus(answer.get()) == PGRES_COMMAND_OK ? Status() : failure();
}

}  // namespace penstock::bench
