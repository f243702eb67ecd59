// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "flush/batch_size.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestBatchSize : public QObject {
  Q_OBJECT

 private slots:
  void beginsAsConfigured() {
    QCOMPARE(BatchSize(5000, 100ms).rows(), 5000u);
    QCOMPARE(BatchSize(5000, 100ms).rowsMin(), 500u);
    QCOMPARE(BatchSize(20, 100ms).rowsMin(), 20u);
  }

  void shrinksInProportionAtMostByHalf() {
    BatchSize size(8000, 100ms);
    size.onCommit(8000, 160ms);
    QCOMPARE(size.rows(), 5000u);
    size.onCommit(5000, 10s);
    QCOMPARE(size.rows(), 2500u);
  }

  void neverShrinksBelowItsLeast() {
    BatchSize size(8000, 100ms);
    for (int i = 0; i < 50; ++i) size.onCommit(size.rows(), 10s);
    QCOMPARE(size.rows(), 500u);
    BatchSize tiny(1, 100ms);
    tiny.onCommit(1, 10s);
    QCOMPARE(tiny.rows(), 1u);
  }

  void growsWhenFullBatchesAreFast() {
    BatchSize size(8000, 100ms);
    for (int i = 0; i < 50; ++i) size.onCommit(size.rows(), 10s);
    size.onCommit(500, 20ms);
    QCOMPARE(size.rows(), 625u);
    for (int i = 0; i < 50; ++i) size.onCommit(size.rows(), 20ms);
    QCOMPARE(size.rows(), 8000u);
  }

  void smallBatchProvesNothing() {
    BatchSize size(8000, 100ms);
    size.onCommit(8000, 200ms);
    QCOMPARE(size.rows(), 4000u);
    size.onCommit(100, 1ms);  // fast because it was small
    QCOMPARE(size.rows(), 4000u);
    size.onCommit(100, 5s);  // slow though it was small: something else
    QCOMPARE(size.rows(), 4000u);
  }

  void staysNearTheTarget() {
    BatchSize size(5000, 100ms);
    for (const auto time : {80ms, 100ms, 125ms}) {
      size.onCommit(5000, time);
      QCOMPARE(size.rows(), 5000u);
    }
  }

  void takesANewMaximumAtOnce() {
    BatchSize size(5000, 100ms);
    size.onCommit(5000, 10s);
    size.setRowsMax(300);
    QCOMPARE(size.rows(), 300u);
    QCOMPARE(size.rowsMin(), 300u);
    size.setRowsMax(9000);
    QCOMPARE(size.rows(), 9000u);
  }

  void commitThatTookNoTimeIsNoError() {
    BatchSize size(5000, 0us);
    size.onCommit(5000, 0us);
    QVERIFY(size.rows() >= 500);
    size.onCommit(5000, 1us);
    QVERIFY(size.rows() >= 500);
  }
};

PENSTOCK_TEST(TestBatchSize)

}  // namespace penstock::test

#include "tst_batch_size.moc"
