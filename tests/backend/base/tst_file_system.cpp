// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <string>
#include <thread>

#include "base/file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using OpenMode = FileSystem::OpenMode;

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

class TestFileSystem : public QObject {
  Q_OBJECT

 private slots:
  void writtenBytesAreReadBackAtTheirOffset() {
    auto file = open("a", OpenMode::CreateNew);
    QVERIFY(file->writeAt(10, bytesOf("hello")).isOk());
    QVERIFY(file->syncData().isOk());
    QCOMPARE(*file->size(), std::uint64_t{15});
    std::string text(7, 'x');
    const auto count = file->readAt(8, std::as_writable_bytes(std::span(text)));
    QCOMPARE(*count, std::size_t{7});
    QCOMPARE(QByteArray::fromStdString(text), QByteArray("\0\0hello", 7));
  }

  void readIsShortOnlyAtTheEnd() {
    auto file = open("a", OpenMode::CreateNew);
    QVERIFY(file->writeAt(0, bytesOf("hello")).isOk());
    std::string text(100, 'x');
    QCOMPARE(*file->readAt(2, std::as_writable_bytes(std::span(text))), std::size_t{3});
    QCOMPARE(*file->readAt(5, std::as_writable_bytes(std::span(text))), std::size_t{0});
  }

  void openModesCreateOrRefuse() {
    QVERIFY(code("none", OpenMode::Read) == StatusCode::NotFound);
    QVERIFY(code("none", OpenMode::ReadWrite) == StatusCode::NotFound);
    QVERIFY(code("a", OpenMode::CreateNew) == StatusCode::Ok);
    QVERIFY(code("a", OpenMode::CreateNew) == StatusCode::Conflict);
    QVERIFY(code("a", OpenMode::CreateOrOpen) == StatusCode::Ok);
    QVERIFY(code("b", OpenMode::CreateOrOpen) == StatusCode::Ok);
    QVERIFY(code("a", OpenMode::Read) == StatusCode::Ok);
  }

  void readOnlyFileRefusesToBeWritten() {
    QVERIFY(code("a", OpenMode::CreateNew) == StatusCode::Ok);
    auto file = open("a", OpenMode::Read);
    const Status status = file->writeAt(0, bytesOf("x"));
    QVERIFY(status.code() == StatusCode::IoError);
    QVERIFY(status.message().find(path("a")) != std::string::npos);
  }

  void fullDiskIsAnError() {
    auto full = posixFileSystem().open("/dev/full", OpenMode::ReadWrite);
    QVERIFY(full.isOk());
    const Status status = (*full)->writeAt(0, bytesOf("x"));
    QVERIFY(status.code() == StatusCode::IoError);
    QVERIFY(status.message().find("No space left") != std::string::npos);
  }

  void truncateShortensAndGrows() {
    auto file = open("a", OpenMode::CreateNew);
    QVERIFY(file->writeAt(0, bytesOf("hello")).isOk());
    QVERIFY(file->truncate(2).isOk());
    QCOMPARE(*file->size(), std::uint64_t{2});
    QVERIFY(file->truncate(4).isOk());
    QCOMPARE(QByteArray::fromStdString(*readWholeFile(m_files, path("a"))),
             QByteArray("he\0\0", 4));
  }

  void directoriesAreMadeWithTheirParents() {
    QVERIFY(m_files.createDirectories(path("x/y/z")).isOk());
    QVERIFY(m_files.createDirectories(path("x/y/z")).isOk());
    QVERIFY(m_files.createDirectories(path("x/y/w/")).isOk());
    QVERIFY(m_files.exists(path("x/y/w")));
    const auto names = m_files.list(path("x/y"));
    QVERIFY(*names == std::vector<std::string>({"w", "z"}));
  }

  void directoryOverAFileIsRefused() {
    QVERIFY(code("a", OpenMode::CreateNew) == StatusCode::Ok);
    QVERIFY(m_files.createDirectories(path("a")).code() == StatusCode::IoError);
    QVERIFY(!m_files.createDirectories(path("a/b")).isOk());
  }

  void listIsSortedAndRefusesWhatIsNotThere() {
    for (const char* name : {"c", "a", "b"})
      QVERIFY(code(name, OpenMode::CreateNew) == StatusCode::Ok);
    QVERIFY(*m_files.list(path("")) == std::vector<std::string>({"a", "b", "c"}));
    QVERIFY(m_files.list(path("none")).status().code() == StatusCode::NotFound);
  }

  void renameReplacesAndRemoveRemoves() {
    QVERIFY(replaceFile(m_files, path("a"), "one").isOk());
    QVERIFY(replaceFile(m_files, path("b"), "two").isOk());
    QVERIFY(m_files.rename(path("a"), path("b")).isOk());
    QVERIFY(!m_files.exists(path("a")));
    QVERIFY(*readWholeFile(m_files, path("b")) == "one");
    QVERIFY(m_files.remove(path("b")).isOk());
    QVERIFY(m_files.remove(path("b")).code() == StatusCode::NotFound);
    QVERIFY(m_files.syncDirectory(path("")).isOk());
  }

  void replaceFileLeavesNoTemporaryBehind() {
    QVERIFY(replaceFile(m_files, path("a.tmp"), "a leftover that is longer").isOk());
    QVERIFY(replaceFile(m_files, path("a"), "one").isOk());
    QVERIFY(replaceFile(m_files, path("a"), "").isOk());
    QVERIFY(*readWholeFile(m_files, path("a")) == "");
    QVERIFY(*m_files.list(path("")) == std::vector<std::string>({"a"}));
  }

  void spaceOfTheDiskIsKnown() {
    const auto space = m_files.space(path(""));
    QVERIFY(space.isOk());
    QVERIFY(space->totalBytes > 0);
    QVERIFY(space->freeBytes <= space->totalBytes);
    QVERIFY(!m_files.space(path("none")).isOk());
  }

  void secondLockNamesItsHolder() {
    auto first = m_files.lock(path("lock"), "the first one");
    QVERIFY(first.isOk());
    const auto second = m_files.lock(path("lock"), "the second one");
    QVERIFY(second.status().code() == StatusCode::Conflict);
    const auto message = QString::fromStdString(second.status().message());
    QVERIFY2(message.contains("the first one"), qPrintable(message));
    QVERIFY2(message.contains(QString::number(QCoreApplication::applicationPid())),
             qPrintable(message));
    first->reset();
    QVERIFY(m_files.lock(path("lock"), "the third one").isOk());
  }

  void init() {
    m_directory = std::make_unique<QTemporaryDir>();
    QVERIFY(m_directory->isValid());
  }
  void cleanup() { m_directory.reset(); }

 private:
  std::string path(const std::string& name) const {
    return m_directory->path().toStdString() + "/" + name;
  }
  std::unique_ptr<File> open(const std::string& name, OpenMode mode) {
    auto file = m_files.open(path(name), mode);
    CHECK(file.isOk());
    return std::move(file).value();
  }
  StatusCode code(const std::string& name, OpenMode mode) {
    return m_files.open(path(name), mode).status().code();
  }

  FileSystem& m_files = posixFileSystem();
  std::unique_ptr<QTemporaryDir> m_directory;
};

PENSTOCK_TEST(TestFileSystem)

}  // namespace penstock::test

#include "tst_file_system.moc"
