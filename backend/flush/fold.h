// SPDX-License-Identifier: Apache-2.0
// Folds the changes of one row, one after another, into a precondition and one final effect. What
// the row was before is not known here, so both cases are carried along until the store decides.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/batch.h"
#include "model/change_set.h"
#include "model/table_policy.h"

namespace penstock {

/// What has become of the row in one of the two cases.
enum class BranchState : std::uint8_t {
  Error,      ///< a change would have failed: this case must not be
  Absent,     ///< the row is not there
  Untouched,  ///< as it was before
  Merged,     ///< was there before; some columns are assigned
  Fresh,      ///< made anew: columns that are not assigned have their defaults
};

struct Branch {
  BranchState state = BranchState::Absent;
  Slice assignments;  ///< for Merged and Fresh
};

/// A row's state after the changes folded so far. Starts as the state after none.
struct FoldedRow {
  Branch ifAbsent{BranchState::Absent, {}};
  Branch ifPresent{BranchState::Untouched, {}};

  /// Both cases end in an error: whatever the database holds, some change is wrong.
  bool fails() const;
  /// If nothing fails, the row is there after these changes.
  bool isCertainlyPresent() const;
};

struct FoldRules {
  MissingPolicy missing = MissingPolicy::Error;
  ConflictPolicy conflict = ConflictPolicy::Error;
};

enum class FoldOutcome : std::uint8_t {
  Folded,
  Cut,    ///< cannot be folded exactly; the row is unchanged: end the run, start the row anew
  Fails,  ///< this change fails whatever the database holds, if those before it did not
};

/// `current + delta` as `coalesce(current, 0) + delta` would give it; nothing when only the
/// database can tell (overflow, decimals, mixed kinds).
std::optional<ValueView> addExactly(ValueView current, ValueView delta);

/// Integers fold by exact sum, reals by double sum.
/// Threads: one. Owns: nothing; assignment lists go to `arena`, as slices.
class Fold {
 public:
  explicit Fold(std::vector<Assignment>& arena) : m_arena(&arena) {}

  /// Applies one change to both cases. `change`: what it sets, then what it adds.
  FoldOutcome apply(FoldedRow& row, Operation operation, std::span<const Assignment> change,
                    const FoldRules& rules);

  /// What the store is to do; its key is left empty.
  static RowEffect effectOf(const FoldedRow& row);

 private:
  using List = std::vector<Assignment>;

  bool merge(Slice base, std::span<const Assignment> change, List& merged) const;
  Slice store(Slice old, const List& merged);
  Slice append(std::span<const Assignment> list);

  std::vector<Assignment>* m_arena;
  List m_ifAbsent;  // scratch
  List m_ifPresent;
};

}  // namespace penstock
