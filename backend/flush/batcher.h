// SPDX-License-Identifier: Apache-2.0
// Turns a range of change sets into a batch: changes of one row folded, cut into runs that keep
// journal order wherever it can matter (run_rules.h), rows of a table together and sorted by key.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flush/fold.h"
#include "flush/key_order.h"
#include "flush/row_index.h"
#include "flush/run_rules.h"
#include "flush/table_plan.h"
#include "model/batch.h"
#include "model/codec.h"
#include "queue/window_entry.h"

namespace penstock {

struct BuildResult {
  bool built = true;
  std::size_t guilty = 0;  ///< otherwise: index of the change set that cannot succeed, if all
                           ///< before it in the range do
  std::string reason;      ///< for people
};

/// Threads: one; each worker has its own. Owns: scratch memory that later batches use again.
class Batcher {
 public:
  explicit Batcher(std::vector<TablePolicy> policies) : m_policies(std::move(policies)) {}

  /// Builds `batch` anew, keeping its memory. Values borrow from the entries.
  /// Expects: every entry was encoded with `catalog`; at least one entry.
  BuildResult build(const CatalogPointer& catalog, std::span<const WindowEntry> entries,
                    Batch& batch);

 private:
  enum class Step : std::uint8_t { Done, Fails };
  /// A row of the run that is being built.
  struct Row {
    FoldedRow folded;
    std::string_view keyBytes;
    TableId table{};
    std::uint32_t block = 0;
    Slice key;
  };

  void begin(const CatalogPointer& catalog, Batch& batch);
  void addLetter(const WindowEntry& entry);
  Step addChange(const ChangeView& change);
  Step foldIntoRun(const TablePlan& plan, const ChangeView& change, ChangeFacts facts);
  FoldOutcome foldInto(Row& row, const TablePlan& plan, Operation operation);
  Step fail(const TablePlan& plan, std::string_view why);
  std::uint32_t findRow(const ChangeView& change, std::uint64_t hash) const;
  Row& addRow(const TablePlan& plan, const ChangeView& change, std::uint64_t hash);
  void startRun();
  void closeRun();
  void emitRows(Run& run);
  TableBlock startBlock(TableId table);
  std::span<const ValueView> keyOf(const Row& row) const;
  void recycle(Batch& batch);

  std::vector<TablePolicy> m_policies;
  TablePlans m_plans;
  RunRules m_rules;
  Batch* m_batch = nullptr;  // during build()
  RowIndex m_index;
  std::vector<Row> m_rows;
  std::vector<Assignment> m_change;  // of the change at hand
  std::vector<ValueView> m_key;      // likewise
  KeyOrder m_order;
  std::vector<std::vector<RowEffect>> m_spareRows;
  std::string m_reason;
};

}  // namespace penstock
