// SPDX-License-Identifier: Apache-2.0
// The rules for a change set, once for all ways in: names against the catalog, keys complete, types
// that fit, nothing named twice. What passes is encoded on the way; what does not is refused with
// its place and the reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "intake/json_literal.h"
#include "model/catalog.h"
#include "model/change_set.h"
#include "model/codec.h"

namespace penstock {

/// A half-open range of RawChangeSet::fields.
struct FieldRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool isEmpty() const { return begin == end; }
};

/// A named value as it came in; borrowed.
struct RawField {
  std::string_view name;
  ValueView value;
  ValueForm form = ValueForm::Settled;
};

/// A change as it came in; borrowed.
struct RawChange {
  std::string_view table;
  Operation operation = Operation::Insert;
  FieldRange key;
  FieldRange set;
  FieldRange add;
};

/// How the places of a change set are written: `changes[1].set.slot`, or `set.slot`.
enum class SetForm : std::uint8_t { Set, BareChange };

/// A change set as it came in. Reused from one to the next, so that nothing is allocated.
struct RawChangeSet {
  std::string_view id;
  std::string_view group;
  SetForm form = SetForm::Set;
  std::vector<RawField> fields;
  std::vector<RawChange> changes;

  void clear();
};

/// Who sends a change set, and from which line; kept in its header.
struct Origin {
  std::string_view client;  ///< identity under which an id is unique
  SourceLine source;
};

/// Why a change set was refused, and where.
struct ChangeError {
  StatusCode code = StatusCode::Invalid;  ///< or Unsupported: known by name, not available yet
  std::string place;                      ///< `changes[1].set.slot`; empty: the whole of it
  std::string reason;
  /// `place: reason`.
  Status toStatus() const;
};

/// Threads: one.
/// Owns: the encoded bytes; keeps the catalog of the last call.
class ChangeChecker {
 public:
  /// The encoded change set, valid until the next call. Expects: text is valid UTF-8.
  /// Errors: Invalid, Unsupported; error() then tells the place apart from the reason.
  Result<std::string_view> encode(const RawChangeSet& raw, const CatalogPointer& catalog,
                                  const Origin& origin);
  const ChangeError& error() const { return m_error; }
  /// Records a refusal found before the rules could be applied, and returns it.
  Status refuse(StatusCode code, std::string place, std::string reason);

  /// `changes[1].set`, `set`: the place of a member of a change.
  static std::string placeOf(SetForm form, std::size_t change, std::string_view member);

 private:
  struct Place {
    std::string_view member;
    std::string_view name;
  };

  void useCatalog(const CatalogPointer& catalog);
  Status checkHeader(const RawChangeSet& raw);
  Status checkChange(const RawChange& change);
  Status checkKey(const RawChange& change);
  Status checkSet(const RawChange& change);
  Status checkAdd(const RawChange& change);
  Status checkAssigned(std::string_view member, const RawField& field, ColumnId& column);
  bool findColumn(std::string_view name, ColumnId& column);
  Result<ValueView> canonical(const Column& column, const RawField& field);
  /// Refuses at the change being checked.
  Status refuseAt(Place place, std::string reason, StatusCode code = StatusCode::Invalid);
  Status refuseUnknownTable(std::string_view name);
  Status refuseUnknownColumn(std::string_view member, std::string_view name);

  CatalogPointer m_catalog;
  const RawChangeSet* m_raw = nullptr;  // of the call
  const Table* m_table = nullptr;       // of the change being checked, or the last one
  std::size_t m_change = 0;
  std::uint32_t m_nextColumn = 0;     // most clients name columns in the table's order
  std::vector<std::uint32_t> m_seen;  // by column: the m_round in which it was named
  std::uint32_t m_round = 0;
  std::vector<const RawField*> m_keyFields;  // by key position
  using ColumnNames = std::unordered_map<std::string_view, ColumnId>;
  std::unordered_map<TableId, ColumnNames> m_wideTables;  // made when first needed
  ChangeSetWriter m_writer;
  std::string m_literal;  // scratch of readLiteral
  std::string m_value;    // scratch of canonicalValue
  ChangeError m_error;
};

}  // namespace penstock
