// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <array>
#include <string>
#include <vector>

#include "journal/file/format.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

JournalId idOf(int seed) {
  JournalId id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = std::byte(seed + int(i) * 7);
  return id;
}

GroupHeader someHeader() {
  GroupHeader header;
  header.journal = idOf(1);
  header.segment = 7;
  header.firstIndex = 5;
  header.records = 3;
  header.previousEnd = PreviousEnd::Sealed;
  header.offset = 8192;
  header.bytes = 5000;
  header.wallTime = WallTime(std::chrono::microseconds(1'700'000'000'123'456));
  header.synced = {7, 8192};
  header.syncedHead = makeSequence(7, 4);
  header.catalogHash = 0x1234567890abcdef;
  return header;
}

/// Makes it the first of its segment.
void begin(GroupHeader& header, const JournalPosition& endOfPrevious, Sequence head) {
  header.offset = 0;
  header.firstIndex = 0;
  header.synced = endOfPrevious;
  header.syncedHead = head;
}

using HeaderBytes = std::array<std::byte, kGroupHeaderBytes>;

HeaderBytes encoded(const GroupHeader& header) {
  HeaderBytes bytes;
  encodeGroupHeader(header, bytes);
  return bytes;
}

std::string encodedRecord(std::string_view payload, Sequence sequence, std::uint64_t seed) {
  std::string bytes(kRecordFrameBytes + payload.size(), '\0');
  encodeRecord({RecordType::ChangeSet, payload, hashPayload(payload)}, sequence, seed,
               reinterpret_cast<std::byte*>(bytes.data()));
  return bytes;
}

}  // namespace

class TestFormat : public QObject {
  Q_OBJECT

 private slots:
  void headerIsReadBack() {
    const GroupHeader header = someHeader();
    const auto decoded = decodeGroupHeader(encoded(header), idOf(1), {7, 8192});
    QVERIFY(decoded.isOk());
    QVERIFY(*decoded == header);
    QCOMPARE(decoded->end(), std::uint64_t{16384});
    QCOMPARE(decoded->endIndex(), std::uint32_t{8});
  }

  void everyFlippedBitOfAHeaderIsNoticed() {
    const HeaderBytes good = encoded(someHeader());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      HeaderBytes bad = good;
      bad[bit / 8] ^= std::byte{1} << (bit % 8);
      const auto decoded = decodeGroupHeader(bad, idOf(1), {7, 8192});
      QVERIFY2(!decoded.isOk(), qPrintable(QString::number(bit)));
      QVERIFY(decoded.status().code() != StatusCode::Unsupported);
    }
  }

  void headerOfAnotherPlaceDoesNotPass_data() {
    QTest::addColumn<int>("id");
    QTest::addColumn<quint32>("segment");
    QTest::addColumn<quint64>("offset");
    QTest::addColumn<int>("code");
    QTest::newRow("other journal") << 2 << 7u << quint64{8192} << int(StatusCode::NotFound);
    QTest::newRow("recycled") << 1 << 8u << quint64{8192} << int(StatusCode::NotFound);
    QTest::newRow("misplaced") << 1 << 7u << quint64{4096} << int(StatusCode::Corrupt);
  }
  void headerOfAnotherPlaceDoesNotPass() {
    QFETCH(int, id);
    QFETCH(quint32, segment);
    QFETCH(quint64, offset);
    const auto decoded = decodeGroupHeader(encoded(someHeader()), idOf(id), {segment, offset});
    QTEST(int(decoded.status().code()), "code");
  }

  /// Followed, such a header leads round in circles, or far beyond any file.
  void wholeHeaderThatNobodyWroteIsCorrupt_data() {
    QTest::addColumn<GroupHeader>("header");
    const auto row = [](const char* name, void (*change)(GroupHeader&)) {
      GroupHeader header = someHeader();
      change(header);
      QTest::newRow(name) << header;
    };
    row("end comes round", [](GroupHeader& h) { h.bytes = ~std::uint64_t{0} - 8191; });
    row("longer than any segment", [](GroupHeader& h) { h.bytes = limits::kSegmentBytesMax + 1; });
    row("more records than bytes", [](GroupHeader& h) { h.records = 300; });
    row("index comes round", [](GroupHeader& h) { h.firstIndex = ~std::uint32_t{0}; });
    row("index of no sequence", [](GroupHeader& h) { h.firstIndex = 1u << kSequenceIndexBits; });
    row("synced in another segment", [](GroupHeader& h) { h.synced.segment = 6; });
    row("synced behind itself", [](GroupHeader& h) { h.synced.offset = 12288; });
    row("head behind itself", [](GroupHeader& h) { h.syncedHead = makeSequence(7, 5); });
    row("segment after itself", [](GroupHeader& h) { begin(h, {7, 4096}, makeSequence(6, 1)); });
    row("segment after a later one", [](GroupHeader& h) { begin(h, {8, 4096}, Sequence{9}); });
    row("after no end", [](GroupHeader& h) { begin(h, {6, 1ull << 40}, makeSequence(6, 1)); });
    row("head ahead", [](GroupHeader& h) { begin(h, {5, 4096}, makeSequence(6, 1)); });
    row("head gone back", [](GroupHeader& h) { begin(h, {6, 4096}, makeSequence(5, 1)); });
    row("head of an older segment", [](GroupHeader& h) { h.syncedHead = makeSequence(6, 4); });
    row("head of no segment", [](GroupHeader& h) { begin(h, {}, Sequence{524'288}); });
  }
  void wholeHeaderThatNobodyWroteIsCorrupt() {
    QFETCH(GroupHeader, header);
    const auto decoded =
        decodeGroupHeader(encoded(header), idOf(1), {header.segment, header.offset});
    QVERIFY(decoded.status().code() == StatusCode::Corrupt);
  }

  void firstHeaderOfASegmentIsReadBack() {
    GroupHeader header = someHeader();
    begin(header, {5, 4096}, makeSequence(5, 1));
    QVERIFY(decodeGroupHeader(encoded(header), idOf(1), {7, 0}).isOk());
    begin(header, {}, kNoSequence);
    QVERIFY(decodeGroupHeader(encoded(header), idOf(1), {7, 0}).isOk());
    begin(header, {5, 0}, makeSequence(4, 9));  // nothing of segment 5 was ever synced
    QVERIFY(decodeGroupHeader(encoded(header), idOf(1), {7, 0}).isOk());
  }

  void zerosAreNoHeader() {
    const HeaderBytes zeros{};
    const auto decoded = decodeGroupHeader(zeros, idOf(1), {7, 0});
    QVERIFY(decoded.status().code() == StatusCode::NotFound);
    const auto tooShort = decodeGroupHeader(std::span(zeros).first(100), idOf(1), {7, 0});
    QVERIFY(tooShort.status().code() == StatusCode::NotFound);
  }

  void newerFormatIsRefusedByName() {
    HeaderBytes bytes = encoded(someHeader());
    bytes[4] = std::byte{2};
    bytes[6] = ~std::byte{2};
    const auto decoded = decodeGroupHeader(bytes, idOf(1), {7, 8192});
    QVERIFY(decoded.status().code() == StatusCode::Unsupported);
    QVERIFY(decoded.status().message().find("format 2") != std::string::npos);
  }

  void recordIsReadBack_data() {
    QTest::addColumn<QByteArray>("payload");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("short") << QByteArray("x");
    QTest::newRow("zeros") << QByteArray(100, '\0');
    QTest::newRow("long") << QByteArray(1 << 20, 'y');
  }
  void recordIsReadBack() {
    QFETCH(QByteArray, payload);
    const std::string text = payload.toStdString();
    const Sequence sequence = makeSequence(3, 9);
    const std::string bytes = encodedRecord(text, sequence, 42) + "what follows";
    const auto record = decodeRecord(bytes, sequence, 42);
    QVERIFY(record.has_value());
    QVERIFY(record->payload == text);
    QVERIFY(record->type == RecordType::ChangeSet);
    QCOMPARE(record->size(), kRecordFrameBytes + text.size());
    QVERIFY(!decodeRecord(bytes, makeSequence(3, 10), 42));
    QVERIFY(!decodeRecord(bytes, sequence, 43));
  }

  void everyFlippedBitAndEveryCutOfARecordIsNoticed() {
    const Sequence sequence = makeSequence(3, 9);
    const std::string good = encodedRecord("a payload of some length", sequence, 42);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      QVERIFY2(!decodeRecord(bad, sequence, 42), qPrintable(QString::number(bit)));
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
      QVERIFY(!decodeRecord(std::string_view(good).substr(0, size), sequence, 42));
    }
  }

  void zerosAreNoRecord() { QVERIFY(!decodeRecord(std::string(64, '\0'), Sequence{0}, 42)); }

  void identityIsReadBackAndGuarded() {
    const std::string good = encodeIdentity(idOf(200));
    const auto id = decodeIdentity(good);
    QVERIFY(id.isOk());
    QVERIFY(*id == idOf(200));
    for (std::size_t bit = 0; bit < (good.size() - 1) * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      QVERIFY2(decodeIdentity(bad).status().code() == StatusCode::Corrupt, bad.c_str());
    }
    QVERIFY(decodeIdentity("").status().code() == StatusCode::Corrupt);
  }
};

PENSTOCK_TEST(TestFormat)

}  // namespace penstock::test

#include "tst_format.moc"
