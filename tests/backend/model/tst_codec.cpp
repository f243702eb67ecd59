// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <QTest>
#include <random>

#include "model/codec.h"
#include "tests/backend/model/model_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

namespace {

Value randomValue() {
  const auto kind = static_cast<ValueKind>(*rc::gen::inRange(0, 8));
  switch (kind) {
    case ValueKind::Integer:
      return Value::integer(*rc::gen::arbitrary<std::int64_t>());
    case ValueKind::Real:
      return Value::real(*rc::gen::arbitrary<double>());
    case ValueKind::Text:
      return Value::text(*rc::gen::arbitrary<std::string>());
    case ValueKind::Bytes:
      return Value::bytes(*rc::gen::arbitrary<std::string>());
    case ValueKind::Json:
      return Value::json("{}");
    case ValueKind::Null:
      return Value::null();
    default:
      return Value::boolean(kind == ValueKind::True);
  }
}

}  // namespace

class TestCodec : public QObject {
  Q_OBJECT
 private slots:
  void viewShowsWhatWasWritten();
  void anyChangeSetReadsBack();
  void manyChangesAreCounted();
  void writerStartsAnew();
  void groupHashIsThatOfGroupOrFirstRow();
  void rowsAreToldApart();
  void everyTruncationIsCorrupt();
  void trailingBytesAreCorrupt();
  void mutationsAreRefusedOrReadable();
  void arbitraryBytesAreRefusedOrReadable();
  void newerFormatIsUnsupported();
  void countsBeyondTheBytesAreCorrupt();
  void nanIsCorrupt();
};

void TestCodec::viewShowsWhatWasWritten() {
  const std::string bytes = sampleChangeSet();
  const auto view = ChangeSetView::parse(bytes);
  QVERIFY(view.isOk());
  QCOMPARE(view->client(), std::string_view("client"));
  QCOMPARE(view->id(), std::string_view("id-1"));
  QCOMPARE(view->group(), std::string_view("player:42"));
  QCOMPARE(view->source().source, std::uint64_t{7});
  QCOMPARE(view->source().line, std::uint64_t{300});
  QCOMPARE(view->source().chainHash, std::uint64_t{9});
  QCOMPARE(view->changeCount(), 2u);
  auto changes = view->changes();
  const auto first = changes.next();
  QVERIFY(first->operation == Operation::Update && first->table == TableId{0});
  QCOMPARE(first->setCount, 3u);
  QCOMPARE(first->addCount, 1u);
  QVERIFY(ValueCursor(first->keyBytes).next() == ValueView::integer(42));
  ValueCursor set(first->setBytes);
  const auto [column, value] = set.nextAssignment();
  QVERIFY(column == ColumnId{4} && value == ValueView::text("hello"));
  const auto second = changes.next();
  QVERIFY(second->operation == Operation::Delete);
  QVERIFY(second->setBytes.empty() && second->addBytes.empty());
  QVERIFY(!changes.next());
  QCOMPARE(rewritten(*view), bytes);
}

void TestCodec::anyChangeSetReadsBack() {
  QVERIFY(rc::check([] {
    ChangeSetWriter writer;
    const auto text = [] { return *rc::gen::arbitrary<std::string>(); };
    const std::string id = text();
    const std::string group = text();
    writer.begin({"c", id, group, {*rc::gen::arbitrary<std::uint64_t>(), 5, 6}});
    const int count = *rc::gen::inRange(1, 5);
    std::vector<Value> written;
    for (int i = 0; i < count; ++i) {
      writer.beginChange(static_cast<Operation>(*rc::gen::inRange(1, 5)),
                         TableId{*rc::gen::arbitrary<std::uint32_t>()});
      writer.key(written.emplace_back(randomValue()).view());
      for (int k = *rc::gen::inRange(0, 4); k > 0; --k) {
        writer.set(ColumnId{*rc::gen::arbitrary<std::uint32_t>()},
                   written.emplace_back(randomValue()).view());
      }
      writer.add(ColumnId{1}, written.emplace_back(randomValue()).view());
      writer.endChange();
    }
    const std::string bytes(writer.finish());
    const auto view = ChangeSetView::parse(bytes);
    RC_ASSERT(view.isOk());
    RC_ASSERT(view->id() == id);
    RC_ASSERT(view->group() == group);
    RC_ASSERT(rewritten(*view) == bytes);
    std::size_t at = 0;
    auto changes = view->changes();
    while (const auto change = changes.next()) {
      RC_ASSERT(ValueCursor(change->keyBytes).next() == written[at++].view());
      for (ValueCursor set(change->setBytes); !set.atEnd();) {
        RC_ASSERT(set.nextAssignment().second == written[at++].view());
      }
      RC_ASSERT(ValueCursor(change->addBytes).nextAssignment().second == written[at++].view());
    }
    RC_ASSERT(at == written.size());
  }));
}

void TestCodec::manyChangesAreCounted() {
  for (const std::uint32_t count : {127u, 128u, 10'000u, 20'000u}) {
    ChangeSetWriter writer;
    writer.begin({});
    for (std::uint32_t i = 0; i < count; ++i) {
      writer.beginChange(Operation::Insert, TableId{2});
      writer.key(ValueView::integer(i));
      writer.endChange();
    }
    const auto view = ChangeSetView::parse(writer.finish());
    QVERIFY(view.isOk());
    QCOMPARE(view->changeCount(), count);
    std::int64_t next = 0;
    auto changes = view->changes();
    while (const auto change = changes.next()) {
      QCOMPARE(ValueCursor(change->keyBytes).next().asInteger(), next++);
    }
    QCOMPARE(next, std::int64_t{count});
  }
}

void TestCodec::writerStartsAnew() {
  ChangeSetWriter writer;
  const auto write = [&] {
    writer.begin({"c", "id", "", {}});
    writer.beginChange(Operation::Delete, TableId{1});
    writer.key(ValueView::integer(1));
    writer.endChange();
    return std::string(writer.finish());
  };
  const std::string once = write();
  writer.begin({"", "", "other", {1, 2, 3}});  // given up
  writer.beginChange(Operation::Insert, TableId{9});
  writer.set(ColumnId{1}, ValueView::text("left over"));
  QCOMPARE(write(), once);
}

void TestCodec::groupHashIsThatOfGroupOrFirstRow() {
  const std::string bytes = sampleChangeSet();
  QVERIFY(ChangeSetView::parse(bytes)->groupHash() == hashGroup("player:42"));
  ChangeSetWriter writer;
  writer.begin({});
  for (const std::int64_t key : {7, 8}) {
    writer.beginChange(Operation::Delete, TableId{1});
    writer.key(ValueView::integer(key));
    writer.endChange();
  }
  const auto view = ChangeSetView::parse(writer.finish());
  const auto first = view->changes().next();
  QCOMPARE(static_cast<std::uint64_t>(view->groupHash()),
           static_cast<std::uint64_t>(first->rowHash()));
}

void TestCodec::rowsAreToldApart() {
  QVERIFY(hashRow(TableId{1}, "key") != hashRow(TableId{2}, "key"));
  QVERIFY(hashRow(TableId{1}, "key") != hashRow(TableId{1}, "kez"));
}

void TestCodec::everyTruncationIsCorrupt() {
  const std::string bytes = sampleChangeSet();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);  // a copy, so that a sanitizer sees its end
    QVERIFY(ChangeSetView::parse(cut).status().code() == StatusCode::Corrupt);
  }
}

void TestCodec::trailingBytesAreCorrupt() {
  const std::string bytes = sampleChangeSet() + '\0';
  QVERIFY(ChangeSetView::parse(bytes).status().code() == StatusCode::Corrupt);
}

void TestCodec::mutationsAreRefusedOrReadable() {
  const std::string good = sampleChangeSet();
  std::mt19937 random(20);
  int readable = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes = good;
    const unsigned edits = 1 + random() % 3;
    for (unsigned k = 0; k < edits; ++k) {
      const std::size_t at = random() % bytes.size();
      if (random() % 4 == 0) {
        bytes.erase(at, 1 + random() % 4);
      } else {
        bytes[at] = char(random());
      }
      if (bytes.empty()) bytes.push_back(char(random()));
    }
    const auto view = ChangeSetView::parse(bytes);
    if (!view.isOk()) continue;
    ++readable;
    QCOMPARE(withoutHash(rewritten(*view)), withoutHash(bytes));
  }
  QVERIFY(readable > 1'000);
}

void TestCodec::arbitraryBytesAreRefusedOrReadable() {
  QVERIFY(rc::check([](const std::string& tail) {
    const std::string bytes = std::string("\x01") + char(*rc::gen::inRange(0, 8)) + tail;
    const auto view = ChangeSetView::parse(bytes);
    if (view.isOk()) RC_ASSERT(withoutHash(rewritten(*view)) == withoutHash(bytes));
  }));
}

void TestCodec::newerFormatIsUnsupported() {
  std::string bytes = sampleChangeSet();
  bytes[0] = 2;
  QVERIFY(ChangeSetView::parse(bytes).status().code() == StatusCode::Unsupported);
}

void TestCodec::countsBeyondTheBytesAreCorrupt() {
  std::string bytes(10, '\0');
  bytes[0] = 1;
  for (const char* tail : {"ffffffff0f", "ffffffffffffffffff01", "0101ffffffffffffffffff01", "00",
                           "010100ffffffffffffffff7f", "01010000ffffffff0f"}) {
    const std::string hostile = bytes + QByteArray::fromHex(tail).toStdString();
    QVERIFY(ChangeSetView::parse(hostile).status().code() == StatusCode::Corrupt);
  }
}

void TestCodec::nanIsCorrupt() {
  ChangeSetWriter writer;
  writer.begin({});
  writer.beginChange(Operation::Insert, TableId{0});
  writer.key(ValueView::real(std::numeric_limits<double>::quiet_NaN()));
  writer.endChange();
  QVERIFY(!ChangeSetView::parse(writer.finish()).isOk());
}

PENSTOCK_TEST(TestCodec)
#include "tst_codec.moc"
