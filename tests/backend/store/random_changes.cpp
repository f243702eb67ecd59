// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/store/random_changes.h"

#include "base/check.h"
#include "intake/change_set_encoder.h"

namespace penstock::test {

std::vector<TablePolicy> RandomChanges::policies() {
  std::vector<TablePolicy> policies(2);
  policies[0].name = "players";
  policies[1].name = "slots";
  for (TablePolicy& policy : policies) {
    policy.missing = below(2) == 0 ? MissingPolicy::Error : MissingPolicy::Ignore;
    policy.conflict = ConflictPolicy{static_cast<std::uint8_t>(below(3))};
    policy.coalesce = below(4) != 0;
  }
  return policies;
}

std::vector<WindowEntry> RandomChanges::entries(const CatalogPointer& catalog,
                                                std::uint32_t after) {
  ChangeSetEncoder encoder;
  m_bytes.clear();
  m_bytes.reserve(12);
  std::vector<WindowEntry> entries(12);
  for (WindowEntry& entry : entries) {
    const auto encoded = encoder.encode(next(), catalog, {});
    CHECK(encoded.isOk());
    m_bytes.emplace_back(*encoded);
    const auto view = ChangeSetView::parse(m_bytes.back());
    CHECK(view.isOk());
    entry.sequence = makeSequence(1, after + static_cast<std::uint32_t>(m_bytes.size()));
    entry.changes = view->changeCount();
    entry.bytes = m_bytes.back().size();
    entry.changeSet = *view;
  }
  return entries;
}

ChangeSet RandomChanges::next() {
  ChangeSet set;
  for (std::int64_t left = 1 + below(3); left > 0; --left) {
    set.changes.push_back(below(2) == 0 ? player() : slot());
  }
  return set;
}

std::int64_t RandomChanges::below(std::int64_t end) {
  return std::uniform_int_distribution<std::int64_t>(0, end - 1)(m_random);
}

Change RandomChanges::player() {
  Change change{"players", operation(), {{"id", Value::integer(below(3))}}, {}, {}};
  if (change.operation == Operation::Delete) return change;
  if (below(2) == 0) change.add.push_back({"moves", Value::integer(1 + below(9))});
  if (below(3) == 0) change.add.push_back({"pace", Value::real(0.25)});
  if (below(3) == 0) change.set.push_back({"status", Value::null()});
  if (change.set.empty()) change.set.push_back({"status", Value::text(std::to_string(below(9)))});
  return change;
}

Change RandomChanges::slot() {
  const std::string name = "slot " + std::to_string(below(3));
  Change change{"slots", operation(), {{"name", Value::text(name)}}, {}, {}};
  if (change.operation == Operation::Delete) return change;
  if (below(3) == 0) {
    change.add.push_back({"player", Value::integer(below(9))});
  } else {
    change.set.push_back({"player", below(3) == 0 ? Value::null() : Value::integer(below(9))});
  }
  if (below(2) == 0) change.set.push_back({"note", Value::text("note")});
  return change;
}

}  // namespace penstock::test
