// SPDX-License-Identifier: Apache-2.0
// The byte form of a change set, shared by journal, dispatcher and store: written once by
// ChangeSetWriter, read in place by ChangeSetView. Rows are named by canonical typed key values, so
// that two changes touch the same row exactly when table and key bytes are equal.
//
// Layout (little endian; varint is LEB128, signed ones zigzag):
//   u8 version (1) · u8 flags (1 id, 2 group, 4 source) · u64 group hash
//   [varint length, client identity] [varint length, id] when flag 1
//   [varint length, group] when flag 2 · [u64 source, varint line, u64 chain hash] when flag 4
//   varint change count, then per change:
//     u8 operation · varint table · varint length of the key bytes · key values in key order
//     varint n, n × (varint column, value)  -- set
//     varint n, n × (varint column, value)  -- add
//   (a count or length is a varint in its shortest form; see varint.h)
//   a value is u8 ValueKind, then: Integer zigzag varint · Real 8 bytes · Text, Bytes, Json varint
//   length and bytes · nothing for Null, False, True
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "model/change_set.h"
#include "model/ids.h"
#include "model/value.h"
#include "model/write_buffer.h"

namespace penstock {

inline constexpr std::uint8_t kChangeSetFormat = 1;

/// Builds the byte form directly, with no copy in between. The caller gives canonical values (see
/// intake/row_identity.h) and keeps the order: header, then per change key, set, add.
/// Threads: one. Limits: limits::kChangeSetBytesMax is checked by intake, not here.
class ChangeSetWriter {
 public:
  struct Header {
    std::string_view client;  ///< identity under which `id` is unique; used only with an id
    std::string_view id;
    std::string_view group;
    SourceLine source;
  };

  /// Starts anew; keeps the buffer's capacity.
  void begin(const Header& header);
  void beginChange(Operation operation, TableId table);
  /// Key values in key order, all of them, before set and add.
  void key(ValueView value);
  void set(ColumnId column, ValueView value);
  void add(ColumnId column, ValueView value);
  void endChange();
  /// The finished bytes, valid until begin(). The group hash is that of the named group, else the
  /// first change's row hash. Expects: at least one change.
  std::string_view finish();

 private:
  WriteBuffer m_bytes;  // header and finished changes
  WriteBuffer m_key;    // of the open change
  WriteBuffer m_set;
  WriteBuffer m_add;
  std::size_t m_countAt = 0;  // of the change count, one byte until finish()
  GroupHash m_groupHash{};
  std::uint32_t m_changes = 0;
  std::uint32_t m_sets = 0;
  std::uint32_t m_adds = 0;
  Operation m_operation = Operation::Insert;
  TableId m_table{};
  bool m_namedGroup = false;
  bool m_open = false;  // between beginChange and endChange
};

/// Reads values one after another from encoded bytes. Bounds were checked by ChangeSetView::parse.
class ValueCursor {
 public:
  ValueCursor() = default;
  explicit ValueCursor(std::string_view bytes) : m_bytes(bytes) {}
  bool atEnd() const { return m_bytes.empty(); }
  /// Expects: !atEnd().
  ValueView next();
  /// A column's assignment: its id, then its value. Expects: !atEnd().
  std::pair<ColumnId, ValueView> nextAssignment();

 private:
  std::string_view m_bytes;
};

/// One change inside an encoded change set; borrows its bytes.
struct ChangeView {
  Operation operation = Operation::Insert;
  TableId table{};
  std::string_view keyBytes;  ///< canonical: equal bytes, same row. Read with ValueCursor::next
  std::uint32_t setCount = 0;
  std::string_view setBytes;  ///< read with ValueCursor::nextAssignment
  std::uint32_t addCount = 0;
  std::string_view addBytes;  ///< likewise

  RowHash rowHash() const;
};

/// The encoded change set, borrowed; parsed and bounds-checked once.
/// Threads: a value.
class ChangeSetView {
 public:
  /// Errors: Corrupt (not a change set of this format), Unsupported (a newer one).
  static Result<ChangeSetView> parse(std::string_view bytes);

  GroupHash groupHash() const { return m_groupHash; }
  std::string_view client() const { return m_client; }
  std::string_view id() const { return m_id; }
  std::string_view group() const { return m_group; }
  const SourceLine& source() const { return m_source; }
  std::uint32_t changeCount() const { return m_changeCount; }
  std::string_view bytes() const { return m_bytes; }
  /// The count and the changes, without the header: what the change set does.
  std::string_view changeBytes() const { return m_changeBytes; }

  /// Iterates: `for (auto it = view.changes(); auto change = it.next();)`.
  class Changes {
   public:
    /// Expects: changes that ChangeSetView::parse has checked.
    explicit Changes(std::string_view bytes) : m_bytes(bytes) {}
    std::optional<ChangeView> next();

   private:
    std::string_view m_bytes;
  };
  Changes changes() const { return Changes(m_changes); }

 private:
  std::string_view m_bytes;
  std::string_view m_client;
  std::string_view m_id;
  std::string_view m_group;
  std::string_view m_changeBytes;
  std::string_view m_changes;  // likewise, after the count
  SourceLine m_source;
  GroupHash m_groupHash{};
  std::uint32_t m_changeCount = 0;
};

/// Identity of a row: table and canonical key bytes. Source: XXH3 64 bits, seeded by the table.
RowHash hashRow(TableId table, std::string_view keyBytes);
GroupHash hashGroup(std::string_view group);

}  // namespace penstock
