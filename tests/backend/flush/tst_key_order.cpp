// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>
#include <vector>

#include "flush/key_order.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Key = std::vector<ValueView>;

/// The numbers of `keys` as sorted, all in one block.
std::vector<std::uint32_t> sorted(const std::vector<Key>& keys) {
  KeyOrder order;
  for (std::uint32_t row = 0; row < keys.size(); ++row) order.add(0, row, keys[row]);
  std::vector<std::uint32_t> rows;
  const auto keyOf = [&keys](std::uint32_t row) { return std::span<const ValueView>(keys[row]); };
  for (const KeyOrder::Item& item : order.sorted(keyOf)) rows.push_back(item.row);
  return rows;
}

/// `values`, given in ascending order, come out so from every rotation.
void checkAscending(const std::vector<ValueView>& values) {
  for (std::size_t first = 0; first < values.size(); ++first) {
    std::vector<Key> keys;
    for (std::size_t i = 0; i < values.size(); ++i) {
      keys.push_back({values[(first + i) % values.size()]});
    }
    const std::vector<std::uint32_t> rows = sorted(keys);
    for (std::size_t i = 0; i < values.size(); ++i) {
      QVERIFY(keys[rows[i]].front() == values[i]);
    }
  }
}

}  // namespace

class TestKeyOrder : public QObject {
  Q_OBJECT

 private slots:
  void integersStandAsNumbers() {
    using Limits = std::numeric_limits<std::int64_t>;
    std::vector<ValueView> values;
    for (const std::int64_t value :
         {Limits::min(), std::int64_t{-300}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{2},
          std::int64_t{10}, Limits::max()}) {
      values.push_back(ValueView::integer(value));
    }
    checkAscending(values);
  }

  void realsStandAsNumbers() {
    std::vector<ValueView> values;
    for (const double value : {-1e300, -2.5, -1e-300, 0.0, 1e-300, 0.5, 7.0, 1e300}) {
      values.push_back(ValueView::real(value));
    }
    checkAscending(values);
  }

  void textsStandByTheirBytes() {
    using namespace std::string_view_literals;
    std::vector<ValueView> values;
    for (const std::string_view value :
         {""sv, "\0"sv, "a"sv, "a\0"sv, "ab"sv, "abcdefgh"sv, "abcdefgh\0"sv, "abcdefghA"sv,
          "abcdefghi"sv, "b"sv, "\xc3\xa9"sv}) {
      values.push_back(ValueView::text(value));
    }
    checkAscending(values);
  }

  void laterKeyColumnsDecideAmongEqualOnes() {
    const auto key = [](std::int64_t a, std::string_view b) {
      return Key{ValueView::integer(a), ValueView::text(b)};
    };
    const std::vector<Key> keys{key(2, "a"), key(1, "b"), key(1, "a"), key(2, ""), key(1, "aa")};
    QCOMPARE(sorted(keys), (std::vector<std::uint32_t>{2, 4, 1, 3, 0}));
  }

  void equalKeysAndRowsWithoutKeysKeepTheirOrder() {
    const Key one{ValueView::integer(1)};
    QCOMPARE(sorted({one, one, one}), (std::vector<std::uint32_t>{0, 1, 2}));
    QCOMPARE(sorted({{}, {}, {}, {}}), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  }

  void blocksStayTogetherInTheirOrder() {
    KeyOrder order;
    const std::vector<Key> keys{{ValueView::integer(9)},
                                {ValueView::integer(1)},
                                {ValueView::integer(5)},
                                {ValueView::integer(0)}};
    const auto keyOf = [&keys](std::uint32_t row) { return std::span<const ValueView>(keys[row]); };
    order.add(1, 1, keys[1]);
    order.add(0, 0, keys[0]);
    order.add(1, 3, keys[3]);
    order.add(0, 2, keys[2]);
    std::vector<std::uint32_t> rows;
    for (const KeyOrder::Item& item : order.sorted(keyOf)) rows.push_back(item.row);
    QCOMPARE(rows, (std::vector<std::uint32_t>{2, 0, 3, 1}));
    order.clear();
    QVERIFY(order.sorted(keyOf).empty());
  }
};

PENSTOCK_TEST(TestKeyOrder)

}  // namespace penstock::test

#include "tst_key_order.moc"
