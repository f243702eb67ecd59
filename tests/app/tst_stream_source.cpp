// SPDX-License-Identifier: Apache-2.0
#include "app/application/stream_source.h"

#include <sys/stat.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <vector>

#include "tests/support/test_main.h"

namespace penstock::test {

class TestStreamSource : public QObject {
  Q_OBJECT

 private slots:
  void pipeGivesBytesAsTheyCome() {
    const QString pipe = m_directory.filePath("pipe");
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    QVERIFY(app::isStream(pipe.toStdString()));
    auto source = app::openSource(pipe.toStdString());
    QVERIFY(source.isOk());
    QFile writer(pipe);
    QVERIFY(writer.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    std::vector<std::byte> block(65'536);
    for (int i = 0; i < 3; ++i) {
      QCOMPARE(writer.write("one\n"), qint64{4});
      QCOMPARE((*source)->read(block).value(), std::size_t{4});
    }
    QCOMPARE(writer.write("end"), qint64{3});
    writer.close();
    QCOMPARE((*source)->read(block).value(), std::size_t{3});
    QCOMPARE((*source)->read(block).value(), std::size_t{0});
    QCOMPARE((*source)->consumed(), std::uint64_t{15});
    QCOMPARE((*source)->total(), std::uint64_t{0});
  }

  void waitingForAWriterEndsWithAStop() {
    const QString pipe = m_directory.filePath("silent");
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    int asked = 0;
    auto source = app::openSource(pipe.toStdString(), [&asked] { return ++asked > 2; });
    QVERIFY(source.isOk());
    std::vector<std::byte> block(100);
    QVERIFY((*source)->read(block).status().code() == StatusCode::Cancelled);
  }

  void filesAreNoStreams() {
    const QString path = m_directory.filePath("file");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("abc") == 3);
    file.close();
    QVERIFY(!app::isStream(path.toStdString()));
    QVERIFY(!app::isStream(m_directory.filePath("nowhere").toStdString()));
    QVERIFY(app::isStream("-") && app::isStream("/dev/null"));
    QCOMPARE((*app::openSource(path.toStdString()))->total(), std::uint64_t{3});
    const auto missing = app::openSource(m_directory.filePath("nowhere").toStdString());
    QVERIFY(missing.status().code() == StatusCode::NotFound);
  }

 private:
  const QTemporaryDir m_directory;
};

PENSTOCK_TEST(TestStreamSource)

}  // namespace penstock::test

#include "tst_stream_source.moc"
