// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "model/limits.h"
#include "queue/window_memory.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::string changeSet(std::size_t textBytes) {
  return encode({TestChange{TestTable::Plain,
                            Operation::Upsert,
                            {Value::integer(1)},
                            {{1, Value::text(std::string(textBytes, 'x'))}},
                            {}}});
}

QueuedRecord record(std::string_view payload) {
  return {Sequence{1}, EntryKind::ChangeSet, payload, schemaOfEverything(), {}};
}

}  // namespace

class TestWindowMemory : public QObject {
  Q_OBJECT

 private slots:
  void entryHasACopyOfItsOwn() {
    WindowMemory memory(4096);
    std::string bytes = changeSet(100);
    const std::string expected = bytes;
    WindowEntry entry;
    QVERIFY(memory.keep(record(bytes), entry).isOk());
    bytes.assign(bytes.size(), '?');
    QCOMPARE(std::string(entry.changeSet.bytes()), expected);
    QCOMPARE(entry.changes, 1u);
    QCOMPARE(memory.bytes(), std::uint64_t{entry.bytes});
    memory.release(entry);
    QCOMPARE(memory.bytes(), std::uint64_t{0});
  }

  void roomEndsWithTheRecordThatExceedsIt() {
    WindowMemory memory(1000);
    const std::string bytes = changeSet(2000);
    WindowEntry entry;
    QVERIFY(memory.hasRoom());
    QVERIFY(memory.keep(record(bytes), entry).isOk());
    QVERIFY(!memory.hasRoom());
    memory.release(entry);
    QVERIFY(memory.hasRoom());
  }

  void whatIsNoChangeSetCostsNothing() {
    WindowMemory memory(1000);
    WindowEntry entry;
    QVERIFY(!memory.keep(record("?"), entry).isOk());
    QCOMPARE(memory.bytes(), std::uint64_t{0});
    const QueuedRecord empty{Sequence{2}, EntryKind::CheckpointOnly, "?", schemaOfEverything(), {}};
    QVERIFY(memory.keep(empty, entry).isOk());
    memory.release(entry);
  }

  /// In any order: they stay where they are as long as one of their neighbours is needed.
  void bytesStayUntilTheirOwnReleaseWhateverGoesBefore() {
    WindowMemory memory(std::uint64_t{64} << 20);
    std::vector<std::string> bytes;
    std::vector<WindowEntry> entries(400);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      bytes.push_back(changeSet(i * 37 % 3000));
      QVERIFY(memory.keep(record(bytes[i]), entries[i]).isOk());
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::size_t at = i * 149 % entries.size();
      QVERIFY(entries[at].changeSet.bytes() == bytes[at]);
      memory.release(entries[at]);
    }
    QCOMPARE(memory.bytes(), std::uint64_t{0});
  }
};

PENSTOCK_TEST(TestWindowMemory)

}  // namespace penstock::test

#include "tst_window_memory.moc"
