// SPDX-License-Identifier: Apache-2.0
#include "model/codec.h"

#include <bit>
#include <cstring>

#include "base/check.h"
#include "model/varint.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace penstock {
namespace {

constexpr std::uint8_t kFlagId = 1;
constexpr std::uint8_t kFlagGroup = 2;
constexpr std::uint8_t kFlagSource = 4;
constexpr std::size_t kGroupHashAt = 2;

char* writeBytes(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}
char* writeLengthed(char* to, std::string_view bytes) {
  return writeBytes(writeVarint(to, bytes.size()), bytes);
}
char* writeFixed64(char* to, std::uint64_t value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

/// Bytes that a value takes at most, but for those of its text.
constexpr std::size_t kValueBytesMax = 1 + kVarintBytesMax;

/// Room for a value and `before` bytes in front of it.
char* roomFor(WriteBuffer& to, ValueView value, std::size_t before) {
  const bool hasText = value.kind() >= ValueKind::Text;
  return to.room(before + kValueBytesMax + (hasText ? value.asText().size() : 0));
}

char* writeValue(char* to, ValueView value) {
  *to++ = static_cast<char>(value.kind());
  switch (value.kind()) {
    case ValueKind::Null:
    case ValueKind::False:
    case ValueKind::True:
      return to;
    case ValueKind::Integer:
      return writeVarint(to, zigzag(value.asInteger()));
    case ValueKind::Real:
      return writeFixed64(to, std::bit_cast<std::uint64_t>(value.asReal()));
    case ValueKind::Text:
    case ValueKind::Bytes:
    case ValueKind::Json:
      return writeLengthed(to, value.asText());
  }
  return to;
}

void appendAssignment(WriteBuffer& to, ColumnId column, ValueView value) {
  char* const at = roomFor(to, value, kVarintBytesMax);
  to.endAt(writeValue(writeVarint(at, toIndex(column)), value));
}

bool takeText(ByteReader& reader, ValueKind kind, ValueView& value) {
  std::string_view text;
  if (!reader.takeLengthed(text)) return false;
  if (kind == ValueKind::Text) value = ValueView::text(text);
  if (kind == ValueKind::Bytes) value = ValueView::bytes(text);
  if (kind == ValueKind::Json) value = ValueView::json(text);
  return true;
}

bool takeValue(ByteReader& reader, ValueView& value) {
  std::uint8_t kind = 0;
  std::uint64_t bits = 0;
  if (!reader.take8(kind)) return false;
  switch (static_cast<ValueKind>(kind)) {
    case ValueKind::Null:
      value = ValueView::null();
      return true;
    case ValueKind::False:
    case ValueKind::True:
      value = ValueView::boolean(static_cast<ValueKind>(kind) == ValueKind::True);
      return true;
    case ValueKind::Integer:
      if (!reader.takeVarint(bits)) return false;
      value = ValueView::integer(unzigzag(bits));
      return true;
    case ValueKind::Real: {
      if (!reader.take64(bits)) return false;
      const double real = std::bit_cast<double>(bits);
      value = ValueView::real(real);
      return real == real;  // never NaN
    }
    case ValueKind::Text:
    case ValueKind::Bytes:
    case ValueKind::Json:
      return takeText(reader, static_cast<ValueKind>(kind), value);
  }
  return false;
}

bool takeAssignments(ByteReader& reader, std::uint32_t& count, std::string_view& bytes) {
  if (!reader.takeVarint32(count)) return false;
  const char* const begin = reader.position();
  ValueView value;
  std::uint32_t column = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!reader.takeVarint32(column) || !takeValue(reader, value)) return false;
  }
  bytes = {begin, static_cast<std::size_t>(reader.position() - begin)};
  return true;
}

bool takeChange(ByteReader& reader, ChangeView& change) {
  std::uint8_t operation = 0;
  std::uint32_t table = 0;
  if (!reader.take8(operation) || !reader.takeVarint32(table)) return false;
  if (operation < static_cast<std::uint8_t>(Operation::Insert)) return false;
  if (operation > static_cast<std::uint8_t>(Operation::Delete)) return false;
  if (!reader.takeLengthed(change.keyBytes)) return false;
  change.operation = static_cast<Operation>(operation);
  change.table = TableId{table};
  ByteReader key(change.keyBytes);
  ValueView value;
  while (!key.atEnd()) {
    if (!takeValue(key, value)) return false;
  }
  return takeAssignments(reader, change.setCount, change.setBytes) &&
         takeAssignments(reader, change.addCount, change.addBytes);
}

struct HeaderParts {
  std::string_view client;
  std::string_view id;
  std::string_view group;
  SourceLine source;
};

bool takeHeader(ByteReader& reader, std::uint8_t flags, HeaderParts& parts) {
  if (flags & ~(kFlagId | kFlagGroup | kFlagSource)) return false;
  if (flags & kFlagId) {
    if (!reader.takeLengthed(parts.client) || !reader.takeLengthed(parts.id)) return false;
    if (parts.id.empty()) return false;
  }
  if (flags & kFlagGroup) {
    if (!reader.takeLengthed(parts.group) || parts.group.empty()) return false;
  }
  if (flags & kFlagSource) {
    SourceLine& source = parts.source;
    if (!reader.take64(source.source) || source.source == 0) return false;
    return reader.takeVarint(source.line) && reader.take64(source.chainHash);
  }
  return true;
}

Status corrupt() {
  return {StatusCode::Corrupt, "the bytes are no change set (damaged, or of another program)"};
}

}  // namespace

void ChangeSetWriter::begin(const Header& header) {
  std::uint8_t flags = 0;
  if (!header.id.empty()) flags |= kFlagId;
  if (!header.group.empty()) flags |= kFlagGroup;
  if (header.source.source != 0) flags |= kFlagSource;
  m_namedGroup = !header.group.empty();
  m_groupHash = m_namedGroup ? hashGroup(header.group) : GroupHash{};
  m_bytes.clear();
  constexpr std::size_t kFixedBytes = 2 + 3 * sizeof(std::uint64_t) + 4 * kVarintBytesMax + 1;
  char* at =
      m_bytes.room(kFixedBytes + header.client.size() + header.id.size() + header.group.size());
  *at++ = static_cast<char>(kChangeSetFormat);
  *at++ = static_cast<char>(flags);
  at = writeFixed64(at, 0);  // the group hash, known in finish()
  if (flags & kFlagId) at = writeLengthed(writeLengthed(at, header.client), header.id);
  if (flags & kFlagGroup) at = writeLengthed(at, header.group);
  if (flags & kFlagSource) {
    at = writeVarint(writeFixed64(at, header.source.source), header.source.line);
    at = writeFixed64(at, header.source.chainHash);
  }
  m_countAt = static_cast<std::size_t>(at - m_bytes.data());
  *at++ = 0;
  m_bytes.endAt(at);
  m_changes = 0;
  m_open = false;
}

void ChangeSetWriter::beginChange(Operation operation, TableId table) {
  CHECK(!m_open);
  m_open = true;
  m_operation = operation;
  m_table = table;
  m_key.clear();
  m_set.clear();
  m_add.clear();
  m_sets = 0;
  m_adds = 0;
}

void ChangeSetWriter::key(ValueView value) {
  m_key.endAt(writeValue(roomFor(m_key, value, 0), value));
}

void ChangeSetWriter::set(ColumnId column, ValueView value) {
  appendAssignment(m_set, column, value);
  ++m_sets;
}

void ChangeSetWriter::add(ColumnId column, ValueView value) {
  appendAssignment(m_add, column, value);
  ++m_adds;
}

void ChangeSetWriter::endChange() {
  CHECK(m_open);
  m_open = false;
  if (m_changes++ == 0 && !m_namedGroup) {
    m_groupHash = static_cast<GroupHash>(hashRow(m_table, m_key.view()));
  }
  char* at = m_bytes.room(1 + 4 * kVarintBytesMax + m_key.size() + m_set.size() + m_add.size());
  *at++ = static_cast<char>(m_operation);
  at = writeVarint(at, toIndex(m_table));
  at = writeLengthed(at, m_key.view());
  at = writeBytes(writeVarint(at, m_sets), m_set.view());
  at = writeBytes(writeVarint(at, m_adds), m_add.view());
  m_bytes.endAt(at);
}

std::string_view ChangeSetWriter::finish() {
  CHECK(!m_open && m_changes > 0);
  char count[kVarintBytesMax];
  const auto length = static_cast<std::size_t>(writeVarint(count, m_changes) - count);
  if (length > 1) {  // moves the changes, from 128 of them on
    const std::size_t end = m_bytes.size();
    m_bytes.endAt(m_bytes.room(length - 1) + length - 1);
    char* const after = m_bytes.data() + m_countAt + 1;
    std::memmove(after + length - 1, after, end - m_countAt - 1);
  }
  std::memcpy(m_bytes.data() + m_countAt, count, length);
  std::memcpy(m_bytes.data() + kGroupHashAt, &m_groupHash, sizeof m_groupHash);
  return m_bytes.view();
}

ValueView ValueCursor::next() {
  ByteReader reader(m_bytes);
  ValueView value;
  CHECK(takeValue(reader, value));
  m_bytes = reader.rest();
  return value;
}

std::pair<ColumnId, ValueView> ValueCursor::nextAssignment() {
  ByteReader reader(m_bytes);
  std::uint32_t column = 0;
  ValueView value;
  CHECK(reader.takeVarint32(column) && takeValue(reader, value));
  m_bytes = reader.rest();
  return {ColumnId{column}, value};
}

RowHash ChangeView::rowHash() const { return hashRow(table, keyBytes); }

Result<ChangeSetView> ChangeSetView::parse(std::string_view bytes) {
  ByteReader reader(bytes);
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  std::uint64_t hash = 0;
  if (!reader.take8(version) || version == 0) return corrupt();
  if (version > kChangeSetFormat) {
    return Status(StatusCode::Unsupported, "change set of format " + std::to_string(version) +
                                               ": written by a newer Penstock (use that one)");
  }
  HeaderParts header;
  if (!reader.take8(flags) || !reader.take64(hash)) return corrupt();
  if (!takeHeader(reader, flags, header)) return corrupt();
  ChangeSetView view;
  view.m_bytes = bytes;
  view.m_groupHash = GroupHash{hash};
  view.m_client = header.client;
  view.m_id = header.id;
  view.m_group = header.group;
  view.m_source = header.source;
  view.m_changeBytes = reader.rest();
  if (!reader.takeVarint32(view.m_changeCount) || view.m_changeCount == 0) return corrupt();
  view.m_changes = reader.rest();
  ChangeView change;
  for (std::uint32_t i = 0; i < view.m_changeCount; ++i) {
    if (!takeChange(reader, change)) return corrupt();
  }
  if (!reader.atEnd()) return corrupt();
  return view;
}

std::optional<ChangeView> ChangeSetView::Changes::next() {
  if (m_bytes.empty()) return std::nullopt;
  ByteReader reader(m_bytes);
  ChangeView change;
  CHECK(takeChange(reader, change));
  m_bytes = reader.rest();
  return change;
}

RowHash hashRow(TableId table, std::string_view keyBytes) {
  return RowHash{XXH3_64bits_withSeed(keyBytes.data(), keyBytes.size(), toIndex(table))};
}

GroupHash hashGroup(std::string_view group) {
  return GroupHash{XXH3_64bits(group.data(), group.size())};
}

}  // namespace penstock
