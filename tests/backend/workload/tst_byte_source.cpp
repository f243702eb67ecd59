// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>
#include <zstd.h>

#include <QTemporaryDir>
#include <QTest>
#include <string>
#include <vector>

#include "tests/support/test_main.h"
#include "workload/byte_source.h"

namespace penstock::test {
namespace {

enum class Sums { With, Without };

std::string zstdOf(const std::string& text, Sums sums) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, sums == Sums::With ? 1 : 0);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  packed.resize(size);
  return packed;
}

std::string gzipOf(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    qFatal("zlib");
  }
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  std::string copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) qFatal("zlib");
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

std::string someText(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text +=
        R"({"table":"t","op":"insert","key":{"id":)" + std::to_string(i * 7919 % 100'003) + "}}\n";
  }
  return text;
}

struct Read {
  std::string text;
  Status status;
};

}  // namespace

class TestByteSource : public QObject {
  Q_OBJECT

 private slots:
  void everyFormGivesTheSameBytes_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    const std::string text = someText(9'000);
    const auto row = [](const char* what, const char* name, const std::string& content) {
      QTest::newRow(what) << name << QByteArray::fromStdString(content);
    };
    row("plain", "a.ndjson", text);
    row("gzip", "a.ndjson.gz", gzipOf(text));
    row("zstd", "a.ndjson.zst", zstdOf(text, Sums::With));
    row("zstd without checksums", "a.ndjson.zst", zstdOf(text, Sums::Without));
    const std::size_t half = text.size() / 2;
    row("gzip in two members", "b.gz", gzipOf(text.substr(0, half)) + gzipOf(text.substr(half)));
    row("zstd in two frames", "b.zst",
        zstdOf(text.substr(0, half), Sums::Without) + zstdOf(text.substr(half), Sums::With));
    row("with an empty frame", "c.zst", zstdOf("", Sums::With) + zstdOf(text, Sums::Without));
    row("with an empty member", "c.gz", gzipOf(text) + gzipOf(""));
  }
  void everyFormGivesTheSameBytes() {
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    const std::string text = someText(9'000);
    const std::string path = write(name.toStdString(), content.toStdString());
    for (const std::size_t piece : {1'000u, 131'071u, 10'000'000u}) {
      const Read read = readAll(path, piece);
      QVERIFY2(read.status.isOk(), read.status.message().c_str());
      QVERIFY(read.text == text);
    }
  }

  void veryCompressibleDataEndsAsItShould() {
    const std::string text(5'000'000, 'a');
    for (const char* name : {"a.zst", "a.gz"}) {
      const bool zstd = std::string(name) == "a.zst";
      const std::string path = write(name, zstd ? zstdOf(text, Sums::Without) : gzipOf(text));
      for (const std::size_t piece : {4'096u, 99'991u, 1'048'576u}) {
        const Read read = readAll(path, piece);
        QVERIFY2(read.status.isOk(), read.status.message().c_str());
        QVERIFY(read.text == text);
      }
    }
  }

  void cutAnywhereIsAnErrorAndNeverAnEnd_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    const std::string text = someText(40);
    QTest::newRow("gzip") << "a.gz" << QByteArray::fromStdString(gzipOf(text));
    QTest::newRow("zstd") << "a.zst" << QByteArray::fromStdString(zstdOf(text, Sums::With));
    QTest::newRow("zstd without checksums")
        << "a.zst" << QByteArray::fromStdString(zstdOf(text, Sums::Without));
  }
  void cutAnywhereIsAnErrorAndNeverAnEnd() {
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    const std::string text = someText(40);
    for (qsizetype size = 0; size < content.size(); ++size) {
      const bool atAnEnd = size < 20 || size > content.size() - 20;
      if (!atAnEnd && size % 7 != 0) continue;  // the middle is all alike
      const std::string path = write(name.toStdString(), content.left(size).toStdString());
      const Read read = readAll(path, 1'000);
      QVERIFY2(read.status.code() == StatusCode::Corrupt, qPrintable(QString::number(size)));
      QVERIFY(text.starts_with(read.text));
    }
  }

  // Without checksums nothing could tell.
  void flippedBitIsAnErrorOrChangesNothing_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("content");
    const std::string text = someText(40);
    QTest::newRow("gzip") << "a.gz" << QByteArray::fromStdString(gzipOf(text));
    QTest::newRow("zstd") << "a.zst" << QByteArray::fromStdString(zstdOf(text, Sums::With));
  }
  void flippedBitIsAnErrorOrChangesNothing() {
    QFETCH(QString, name);
    QFETCH(QByteArray, content);
    const std::string text = someText(40);
    for (qsizetype byte = 0; byte < content.size(); byte += 3) {
      QByteArray flipped = content;
      flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << (byte % 8)));
      const Read read = readAll(write(name.toStdString(), flipped.toStdString()), 100'000);
      const bool same = read.status.isOk() && read.text == text;
      QVERIFY2(same || read.status.code() == StatusCode::Corrupt,
               qPrintable(QString::number(byte)));
    }
  }

  void otherDataUnderACompressedNameIsAnError() {
    for (const char* name : {"a.gz", "a.zst"}) {
      QVERIFY(readAll(write(name, someText(3)), 100).status.code() == StatusCode::Corrupt);
    }
    const std::string path = write("b.gz", gzipOf("good\n") + "rubbish behind it");
    QVERIFY(readAll(path, 100).status.code() == StatusCode::Corrupt);
  }

  void emptyPlainFileIsAnEnd() {
    const Read read = readAll(write("empty.ndjson", ""), 100);
    QVERIFY(read.status.isOk() && read.text.empty());
  }

  void progressCountsTheBytesOfTheFile() {
    const std::string packed = zstdOf(someText(5'000), Sums::With);
    auto source = openByteSource(posixFileSystem(), write("a.zst", packed));
    QVERIFY(source.isOk());
    QCOMPARE((*source)->total(), std::uint64_t{packed.size()});
    QCOMPARE((*source)->consumed(), 0u);
    std::vector<std::byte> block(65'536);
    while (*(*source)->read(block) > 0) QVERIFY((*source)->consumed() <= packed.size());
    QCOMPARE((*source)->consumed(), std::uint64_t{packed.size()});
  }

  void missingFileIsNotFound() {
    const auto source = openByteSource(posixFileSystem(), m_directory.filePath("no").toStdString());
    QVERIFY(!source && source.status().code() == StatusCode::NotFound);
  }

 private:
  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = m_directory.filePath(QString::fromStdString(name)).toStdString();
    if (!replaceFile(posixFileSystem(), path, content).isOk()) qFatal("cannot write");
    return path;
  }
  static Read readAll(const std::string& path, std::size_t piece) {
    auto source = openByteSource(posixFileSystem(), path);
    if (!source) return {{}, source.status()};
    Read read;
    std::vector<std::byte> block(piece);
    for (;;) {
      const Result<std::size_t> count = (*source)->read(block);
      if (!count) {
        read.status = count.status();
        return read;
      }
      if (*count == 0) return read;
      read.text.append(reinterpret_cast<const char*>(block.data()), *count);
    }
  }

  const QTemporaryDir m_directory;
};

PENSTOCK_TEST(TestByteSource)

}  // namespace penstock::test

#include "tst_byte_source.moc"
