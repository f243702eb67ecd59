// SPDX-License-Identifier: Apache-2.0
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "store/archive/verify.h"
#include "tests/backend/store/archive/archive_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// What anybody has at hand reads an archive: zstd and jq, over real files.
class TestArchiveTools : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    for (const char* tool : {"zstdcat", "zstd", "jq", "xxh128sum"}) {
      QVERIFY2(!QStandardPaths::findExecutable(tool).isEmpty(), tool);
    }
    ArchiveOptions options;
    options.directory = m_directory.filePath("archive").toStdString();
    options.fileBytesMax = 4000;
    ArchiveRig rig(posixFileSystem(), options);
    QVERIFY(rig.attach().isOk());
    for (std::size_t i = 0; i < m_history.size(); i += 20) {
      QVERIFY(rig.commit(m_history, i, i + 20).outcome == CommitOutcome::Committed);
    }
    QVERIFY(rig.move(m_history.sequenceAt(m_history.size()), Sequence{90'000'000}).outcome ==
            CommitOutcome::Committed);
    const auto report = verifyArchive(posixFileSystem(), options.directory);
    QVERIFY(report.isOk() && report->damages.empty() && report->files > 2);
  }

  void zstdcatGivesTheLines() {
    std::string expected;
    for (const std::string& line : m_history.lines()) expected += line + "\n";
    QCOMPARE(shell("zstdcat changes-*.ndjson.zst"), QByteArray::fromStdString(expected));
    QCOMPARE(shell("zstd -q --test changes-*.ndjson.zst && echo good"), QByteArray("good\n"));
  }

  void jqReadsTheLines() {
    QCOMPARE(shell("zstdcat changes-*.ndjson.zst | jq -s length").trimmed(),
             QByteArray::number(qulonglong{m_history.size()}));
    const QByteArray changes = shell(
        "zstdcat changes-*.ndjson.zst | jq -s '[.[].changes[] | select(.table == \"plain\")] | "
        "length'");
    QVERIFY(changes.trimmed().toInt() > 0);
  }

  /// By the system's lock, which goes with the process that holds it.
  void lockKeepsOthersOut() {
    ArchiveOptions options;
    options.directory = m_directory.filePath("locked").toStdString();
    ArchiveRig other(posixFileSystem(), options);
    {
      ArchiveRig holder(posixFileSystem(), options);
      QVERIFY(holder.attach().isOk());
      const auto refused = other.attach();
      QVERIFY(refused.status().code() == StatusCode::Unavailable);
      QVERIFY(refused.status().message().find("is in use by process") != std::string::npos);
    }
    QVERIFY(other.attach().isOk());
  }

  void manifestsAgreeWithOtherTools() {
    QCOMPARE(shell("cat *.manifest.json | jq -r '.xxh128 + \"  \" + .file' | xxh128sum --quiet -c "
                   "- && echo good"),
             QByteArray("good\n"));
    QCOMPARE(shell("for m in *.manifest.json; do f=$(jq -r .file $m); "
                   "[ $(stat -c %s $f) = $(jq .bytes $m) ] && "
                   "[ $(zstdcat $f | wc -l) = $(jq .change_sets $m) ] && "
                   "[ $(zstdcat $f | wc -c) = $(jq .text_bytes $m) ] || echo differs: $m; done"),
             QByteArray());
  }

 private:
  QByteArray shell(const QString& command) const {
    QProcess process;
    process.setWorkingDirectory(m_directory.filePath("archive"));
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start("sh", {"-c", command});
    if (!process.waitForFinished(60'000) || process.exitCode() != 0) return "failed";
    return process.readAllStandardOutput();
  }

  const QTemporaryDir m_directory;
  const ArchivedHistory m_history{3, 600};
};

PENSTOCK_TEST(TestArchiveTools)

}  // namespace penstock::test

#include "tst_archive_tools.moc"
