// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <set>
#include <string>

#include "base/status.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

Status firstFailure(const Status& first, const Status& second) {
  RETURN_IF_ERROR(first);
  RETURN_IF_ERROR(second);
  return Status::ok();
}

}  // namespace

class TestStatus : public QObject {
  Q_OBJECT

 private slots:
  void everyCodeHasItsOwnName() {
    std::set<std::string_view> names;
    int codes = 0;
    for (int code = 0; code <= static_cast<int>(StatusCode::Unsupported); ++code, ++codes) {
      names.insert(statusCodeName(static_cast<StatusCode>(code)));
    }
    QCOMPARE(static_cast<int>(names.size()), codes);
    QVERIFY(names.contains("io_error"));
  }

  void contextIsPutBeforeTheMessage() {
    const Status status = Status(StatusCode::IoError, "disk full").withContext("journal");
    QCOMPARE(QString::fromStdString(status.message()), QString("journal: disk full"));
    QVERIFY(status.code() == StatusCode::IoError);
  }

  void contextLeavesOkAlone() {
    QVERIFY(Status::ok().withContext("journal").isOk());
    QVERIFY(Status::ok().withContext("journal").message().empty());
  }

  void macroReturnsTheFirstFailure() {
    const Status bad(StatusCode::Invalid, "first");
    const Status worse(StatusCode::Corrupt, "second");
    QVERIFY(firstFailure(bad, worse).code() == StatusCode::Invalid);
    QVERIFY(firstFailure(Status::ok(), worse).code() == StatusCode::Corrupt);
    QVERIFY(firstFailure(Status::ok(), Status::ok()).isOk());
  }

  void resultHoldsAMoveOnlyValue() {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    QVERIFY(result.isOk());
    const std::unique_ptr<int> value = std::move(result).value();
    QCOMPARE(*value, 7);
  }

  void resultHoldsAFailure() {
    const Result<int> result = Status(StatusCode::NotFound, "no such row");
    QVERIFY(!result);
    QVERIFY(result.status().code() == StatusCode::NotFound);
  }
};

PENSTOCK_TEST(TestStatus)

}  // namespace penstock::test

#include "tst_status.moc"
