// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>

#include "engine/roles/role_file.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestRoleFile : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_path = m_directory.filePath("primary").toStdString(); }
  void init() { (void)posixFileSystem().remove(m_path); }

  void withoutAFileItIsAsConfigured() {
    const auto read = RoleFile(posixFileSystem(), m_path).read();
    QVERIFY(read.isOk() && !*read);
  }

  void whatWasWrittenLastIsRead() {
    RoleFile file(posixFileSystem(), m_path);
    for (const std::string name : {"berlin", "a name with spaces"}) {
      QVERIFY(file.write(name).isOk());
      const auto read = file.read();
      QVERIFY(read.isOk() && *read);
      QCOMPARE(**read, name);
    }
  }

  void nothingIsGuessedFromADamagedFile_data() {
    QTest::addColumn<QString>("content");
    QTest::addColumn<int>("code");
    QTest::newRow("empty") << "" << int(StatusCode::Corrupt);
    QTest::newRow("cut") << "penstock-primary 1" << int(StatusCode::Corrupt);
    QTest::newRow("cut name") << "penstock-primary 1\nber" << int(StatusCode::Corrupt);
    QTest::newRow("another") << "berlin\n" << int(StatusCode::Corrupt);
    QTest::newRow("newer") << "penstock-primary 2\nx\n" << int(StatusCode::Unsupported);
  }
  void nothingIsGuessedFromADamagedFile() {
    QFETCH(QString, content);
    QFETCH(int, code);
    QVERIFY(replaceFile(posixFileSystem(), m_path, content.toStdString()).isOk());
    const auto read = RoleFile(posixFileSystem(), m_path).read();
    QVERIFY(!read.isOk());
    QCOMPARE(int(read.status().code()), code);
    QVERIFY(read.status().message().find(m_path) == 0);
  }

 private:
  const QTemporaryDir m_directory;
  std::string m_path;
};

PENSTOCK_TEST(TestRoleFile)

}  // namespace penstock::test

#include "tst_role_file.moc"
