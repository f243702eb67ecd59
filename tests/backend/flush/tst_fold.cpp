// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flush/fold.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr ColumnId kA{1};
constexpr ColumnId kB{2};

Assignment set(ColumnId column, ValueView value) { return {column, AssignmentKind::Set, value}; }
Assignment add(ColumnId column, std::int64_t delta) {
  return {column, AssignmentKind::Add, ValueView::integer(delta)};
}

struct Op {
  Operation operation = Operation::Insert;
  std::vector<Assignment> change;
};

// Every kind of operation, with and without increments, on the same and on different columns.
std::vector<Op> alphabet() {
  return {
      {Operation::Insert, {set(kA, ValueView::integer(1))}},
      {Operation::Insert, {add(kB, 7)}},
      {Operation::Update, {set(kA, ValueView::integer(2)), set(kB, ValueView::null())}},
      {Operation::Update, {add(kA, 10), add(kB, 20)}},
      {Operation::Upsert, {set(kB, ValueView::text("text"))}},
      {Operation::Upsert, {add(kB, 5)}},
      {Operation::Delete, {}},
  };
}

// The judge: one row, changes applied one by one.
using ModelRow = std::map<std::uint32_t, Value>;
using ModelState = std::optional<ModelRow>;

ModelRow defaults() { return {{1, Value::null()}, {2, Value::integer(100)}}; }

// What adding to a text gives only the database knows; this one takes a text for zero.
Value sum(const Value& current, ValueView delta) {
  const auto exact = addExactly(current.view(), delta);
  return Value(exact ? *exact : delta);
}

void assign(ModelRow& row, std::span<const Assignment> change) {
  for (const Assignment& assignment : change) {
    Value& value = row[static_cast<std::uint32_t>(assignment.column)];
    value = assignment.kind == AssignmentKind::Set ? Value(assignment.value)
                                                   : sum(value, assignment.value);
  }
}

// False: the change is an error.
bool applyOne(ModelState& state, const Op& op, const FoldRules& rules) {
  switch (op.operation) {
    case Operation::Insert:
      if (!state) {
        state = defaults();
        assign(*state, op.change);
        return true;
      }
      if (rules.conflict == ConflictPolicy::Upsert) assign(*state, op.change);
      return rules.conflict != ConflictPolicy::Error;
    case Operation::Upsert:
      if (!state) state = defaults();
      assign(*state, op.change);
      return true;
    case Operation::Update:
      if (!state) return rules.missing == MissingPolicy::Ignore;
      assign(*state, op.change);
      return true;
    case Operation::Delete:
      if (!state) return rules.missing == MissingPolicy::Ignore;
      state.reset();
      return true;
  }
  return false;
}

// What a store does with an effect. False: a precondition does not hold.
bool applyEffect(ModelState& state, const RowEffect& effect, std::span<const Assignment> arena) {
  const auto list = [&arena](Slice slice) { return arena.subspan(slice.begin, slice.size()); };
  if (!state) {
    if (effect.ifAbsent == IfAbsent::Insert) {
      state = defaults();
      assign(*state, list(effect.insert));
    }
    return effect.ifAbsent != IfAbsent::Error;
  }
  switch (effect.ifPresent) {
    case IfPresent::Error:
      return false;
    case IfPresent::Nothing:
      return true;
    case IfPresent::Update:
      assign(*state, list(effect.update));
      return true;
    case IfPresent::Delete:
      state.reset();
      return true;
    case IfPresent::Replace:
      state = defaults();
      assign(*state, list(effect.insert));
      return true;
  }
  return false;
}

struct Verdict {
  bool good = true;
  ModelState state;
  bool operator==(const Verdict&) const = default;
};

Verdict oneByOne(ModelState state, std::span<const Op> ops, const FoldRules& rules) {
  for (const Op& op : ops) {
    if (!applyOne(state, op, rules)) return {false, std::nullopt};
  }
  return {true, state};
}

// Folds with cuts, and applies the effects of all runs.
Verdict folded(ModelState state, std::span<const Op> ops, const FoldRules& rules) {
  std::vector<Assignment> arena;
  Fold fold(arena);
  FoldedRow row;
  for (const Op& op : ops) {
    FoldOutcome outcome = fold.apply(row, op.operation, op.change, rules);
    if (outcome == FoldOutcome::Cut) {
      if (!applyEffect(state, Fold::effectOf(row), arena)) return {false, std::nullopt};
      row = FoldedRow{};
      outcome = fold.apply(row, op.operation, op.change, rules);
    }
    if (outcome != FoldOutcome::Folded) return {false, std::nullopt};
  }
  if (!applyEffect(state, Fold::effectOf(row), arena)) return {false, std::nullopt};
  return {true, state};
}

std::vector<FoldRules> allRules() {
  std::vector<FoldRules> rules;
  for (const auto missing : {MissingPolicy::Error, MissingPolicy::Ignore}) {
    for (const auto conflict :
         {ConflictPolicy::Error, ConflictPolicy::Ignore, ConflictPolicy::Upsert}) {
      rules.push_back({missing, conflict});
    }
  }
  return rules;
}

std::vector<ModelState> allStartingStates() {
  return {std::nullopt, ModelRow{{1, Value::integer(40)}, {2, Value::text("old")}},
          ModelRow{{1, Value::null()}, {2, Value::integer(3)}}};
}

std::string describe(std::span<const Op> ops, const FoldRules& rules) {
  std::string text;
  for (const Op& op : ops) {
    text += std::string(operationName(op.operation)) + "(";
    for (const Assignment& assignment : op.change) {
      text +=
          (assignment.kind == AssignmentKind::Add ? "+" : "=") + toDisplayText(assignment.value);
    }
    text += ") ";
  }
  return text + "missing " + std::to_string(static_cast<int>(rules.missing)) + " conflict " +
         std::to_string(static_cast<int>(rules.conflict));
}

}  // namespace

class TestFold : public QObject {
  Q_OBJECT

 private slots:
  void everySequenceOfFiveChangesEndsAsOneByOne() {
    const std::vector<Op> letters = alphabet();
    std::size_t compared = 0;
    std::vector<std::size_t> word;
    for (std::size_t length = 1; length <= 5; ++length) {
      word.assign(length, 0);
      for (bool more = true; more; more = next(word, letters.size())) {
        compared += compareWord(word, letters);
      }
    }
    // 7 + 7^2 + … + 7^5 words, six policies, three rows before.
    QCOMPARE(compared, std::size_t{(7 + 49 + 343 + 2401 + 16807) * 6 * 3});
  }

  void foldingTellsOfAnErrorNoLaterThanTheChangeThatCausesIt() {
    std::vector<Assignment> arena;
    Fold fold(arena);
    FoldedRow row;
    const Op insert = alphabet()[0];
    QVERIFY(fold.apply(row, insert.operation, insert.change, {}) == FoldOutcome::Folded);
    QVERIFY(fold.apply(row, insert.operation, insert.change, {}) == FoldOutcome::Fails);
  }

  void insertedAndDeletedRowStillMustNotHaveBeenThere() {
    const RowEffect effect = effectOf({alphabet()[0], alphabet()[6]});
    QVERIFY(effect.ifAbsent == IfAbsent::Nothing);
    QVERIFY(effect.ifPresent == IfPresent::Error);
  }

  void deletedAndInsertedRowIsReplaced() {
    const RowEffect effect = effectOf({alphabet()[6], alphabet()[0]});
    QVERIFY(effect.ifAbsent == IfAbsent::Error);
    QVERIFY(effect.ifPresent == IfPresent::Replace);
    QCOMPARE(effect.insert.size(), 1u);
  }

  void updateOfNothingIsAnExistenceCheck() {
    const RowEffect effect = effectOf({Op{Operation::Update, {}}});
    QVERIFY(effect.ifAbsent == IfAbsent::Error);
    QVERIFY(effect.ifPresent == IfPresent::Nothing);
  }

  void incrementsOfAHotRowShareOneList() {
    std::vector<Assignment> arena;
    Fold fold(arena);
    FoldedRow row;
    const std::array<Assignment, 2> change{add(kA, 1), add(kB, -1)};
    for (int i = 0; i < 1000; ++i) {
      QVERIFY(fold.apply(row, Operation::Upsert, change, {}) == FoldOutcome::Folded);
    }
    QCOMPARE(arena.size(), std::size_t{2});
    QCOMPARE(arena[0].value.asInteger(), std::int64_t{1000});
    QCOMPARE(arena[1].value.asInteger(), std::int64_t{-1000});
  }

  void onlyExactSumsAreFolded_data() {
    QTest::addColumn<QString>("current");
    QTest::addColumn<QString>("delta");
    QTest::addColumn<QString>("sum");
    QTest::newRow("integers") << "i40"
                              << "i2"
                              << "42";
    QTest::newRow("null is zero") << "n"
                                  << "i2"
                                  << "2";
    QTest::newRow("reals") << "r0.5"
                           << "r0.25"
                           << "0.75";
    QTest::newRow("null and a real") << "n"
                                     << "r0.25"
                                     << "0.25";
    QTest::newRow("overflow") << "i9223372036854775807"
                              << "i1"
                              << "";
    QTest::newRow("underflow") << "i-9223372036854775808"
                               << "i-1"
                               << "";
    QTest::newRow("to the very end") << "i9223372036854775806"
                                     << "i1"
                                     << "9223372036854775807";
    QTest::newRow("infinite") << "r1.7e308"
                              << "r1.7e308"
                              << "";
    QTest::newRow("integer and real") << "i1"
                                      << "r0.5"
                                      << "";
    QTest::newRow("real and integer") << "r1"
                                      << "i5"
                                      << "";
    QTest::newRow("decimal") << "t1.10"
                             << "i5"
                             << "";
    QTest::newRow("decimal delta") << "i1"
                                   << "t1.10"
                                   << "";
    QTest::newRow("decimal onto null") << "n"
                                       << "t1.10"
                                       << "";
  }
  void onlyExactSumsAreFolded() {
    QFETCH(QString, current);
    QFETCH(QString, delta);
    QFETCH(QString, sum);
    const Value left = parse(current);
    const Value right = parse(delta);
    const auto result = addExactly(left.view(), right.view());
    QCOMPARE(result ? QString::fromStdString(toDisplayText(*result)) : QString(), sum);
  }

  void cutLeavesTheRowAsItWas() {
    std::vector<Assignment> arena;
    Fold fold(arena);
    FoldedRow row;
    const std::array<Assignment, 2> text{set(kA, ValueView::integer(1)),
                                         set(kB, ValueView::text("1.10"))};
    const std::array<Assignment, 2> sums{add(kA, 1), add(kB, 1)};
    QVERIFY(fold.apply(row, Operation::Upsert, text, {}) == FoldOutcome::Folded);
    QVERIFY(fold.apply(row, Operation::Update, sums, {}) == FoldOutcome::Cut);
    const RowEffect effect = Fold::effectOf(row);
    QVERIFY(effect.ifAbsent == IfAbsent::Insert);
    QCOMPARE(arena[effect.insert.begin].value.asInteger(), std::int64_t{1});
    QVERIFY(arena[effect.insert.begin + 1].value == ValueView::text("1.10"));
  }

 private:
  static bool next(std::vector<std::size_t>& word, std::size_t letters) {
    for (std::size_t& letter : word) {
      if (++letter < letters) return true;
      letter = 0;
    }
    return false;
  }

  std::size_t compareWord(std::span<const std::size_t> word, const std::vector<Op>& letters) {
    std::vector<Op> ops;
    for (const std::size_t letter : word) ops.push_back(letters[letter]);
    std::size_t compared = 0;
    for (const FoldRules& rules : allRules()) {
      for (const ModelState& before : allStartingStates()) {
        ++compared;
        if (folded(before, ops, rules) == oneByOne(before, ops, rules)) continue;
        QTest::qFail((describe(ops, rules) + (before ? " present" : " absent")).c_str(), __FILE__,
                     __LINE__);
        return 0;
      }
    }
    return compared;
  }

  RowEffect effectOf(const std::vector<Op>& ops) {
    std::vector<Assignment> arena;
    Fold fold(arena);
    FoldedRow row;
    for (const Op& op : ops) {
      if (fold.apply(row, op.operation, op.change, {}) != FoldOutcome::Folded) {
        QTest::qFail("not folded", __FILE__, __LINE__);
      }
    }
    return Fold::effectOf(row);
  }

  static Value parse(const QString& text) {
    const QString rest = text.mid(1);
    if (text.startsWith('i')) return Value::integer(rest.toLongLong());
    if (text.startsWith('r')) return Value::real(rest.toDouble());
    return text.startsWith('t') ? Value::text(rest.toStdString()) : Value::null();
  }
};

PENSTOCK_TEST(TestFold)

}  // namespace penstock::test

#include "tst_fold.moc"
