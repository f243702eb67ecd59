// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include "app/application/config_file.h"
#include "app/application/sink_section.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace penstock::app;

namespace {

SinkOptions paris() {
  SinkOptions sink;
  sink.name = "paris";
  sink.role = "standby";
  sink.driver = "postgres";
  sink.host = "db1.example,db2.example";
  sink.port = 5433;
  sink.user = "game";
  sink.database = "players";
  sink.passwordFile = "/etc/penstock/password";
  sink.options = "sslmode=verify-full sslrootcert='/etc/ssl/a \"b\" \\c.pem'";
  return sink;
}

bool isSame(const SinkOptions& one, const SinkOptions& other) {
  return one.name == other.name && one.role == other.role && one.driver == other.driver &&
         one.host == other.host && one.port == other.port && one.user == other.user &&
         one.database == other.database && one.passwordFile == other.passwordFile &&
         one.options == other.options && one.directory == other.directory;
}

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QByteArray& content) {
  QFile file(path);
  QVERIFY(file.open(QIODevice::WriteOnly));
  QCOMPARE(file.write(content), content.size());
}

}  // namespace

class TestSinkSection : public QObject {
  Q_OBJECT

 private slots:
  void whatIsWrittenIsReadAsItWas() {
    const char* config = "[[sink]]\nname = \"berlin\"\n";
    const auto text = withSink(config, "node.toml", paris());
    QVERIFY2(text.isOk(), text.status().message().c_str());
    QVERIFY(text->starts_with(config));
    const auto options = parseConfig(*text, "node.toml");
    QCOMPARE(options->sinks.size(), std::size_t{2});
    QVERIFY(isSame(options->sinks[1], paris()));
  }

  void hostileTextsStayData() {
    SinkOptions sink = paris();
    sink.driver = "sqlite";
    sink.host = sink.user = sink.passwordFile = sink.options = "";
    sink.port = 0;
    for (const std::string& text :
         {std::string("a\"\n[[sink]]\nname = \"x"), std::string("\\u0041\t\x01\x7f"),
          std::string("\"\"\""), std::string("ä€𝄞 #")}) {
      sink.name = text;
      sink.database = "/srv/" + text;
      const auto config = withSink("[[sink]]\nname = \"berlin\"\n", "f", sink);
      QVERIFY2(config.isOk(), config.status().message().c_str());
      const auto options = parseConfig(*config, "f");
      QCOMPARE(options->sinks.size(), std::size_t{2});
      QVERIFY(isSame(options->sinks[1], sink));
    }
  }

  void everythingThatStoodThereStays() {
    const std::string config =
        "# ours\r\n[flush]\r\nworkers = 2 # few\r\n\r\n[[sink]]\r\nname = \"a\" # first\r\n"
        "[[table]]\nname = \"audit\"\nsinks = [\"a\"]";
    const auto text = withSink(config, "f", paris());
    QVERIFY2(text.isOk(), text.status().message().c_str());
    QVERIFY(text->starts_with(config + "\n"));
    QCOMPARE(parseConfig(*text, "f")->tables.size(), std::size_t{1});
  }

  void primaryThatWasUnsaidIsNamed() {
    for (const char* config : {"", "# nothing\n", "[flush]\nworkers = 2\n# [[sink]]\n"}) {
      const auto text = withSink(config, "f", paris());
      QVERIFY2(text.isOk(), text.status().message().c_str());
      const auto options = parseConfig(*text, "f");
      QCOMPARE(options->sinks.size(), std::size_t{2});
      QCOMPARE(options->sinks[0].role, std::string("primary"));
      QCOMPARE(options->sinks[0].name, std::string("primary"));
      QCOMPARE(options->sinks[0].driver, std::string("sqlite"));
      QVERIFY(options->sinks[0].database.empty());
      QCOMPARE(options->sinks[1].name, std::string("paris"));
    }
  }

  void whatCannotBeReadIsRefused() {
    const auto refused = [](const char* config, const SinkOptions& sink, const char* why) {
      const auto text = withSink(config, "node.toml", sink);
      QVERIFY(text.status().code() == StatusCode::Invalid);
      QVERIFY2(text.status().message().find(why) != std::string::npos,
               text.status().message().c_str());
    };
    refused("[[sink]]\nname = \"paris\"\n", paris(), "two sinks have this name");
    refused("[flsh]\n", paris(), "unknown section");
    refused("sink = []\n", paris(), "sink");
    SinkOptions second = paris();
    second.role = "primary";
    refused("[[sink]]\nname = \"a\"\n", second, "another primary");
    second = paris();
    second.role = "archive";
    refused("[[sink]]\nname = \"a\"\n", second, "archive");
  }

  void fileKeepsItsRightsAndItsLink() {
    const QTemporaryDir place;
    const QString file = place.filePath("real.toml");
    const QString link = place.filePath("node.toml");
    write(file, "# ours\n");
    QVERIFY(QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner));
    QVERIFY(QFile::link(file, link));
    QVERIFY(addSinkToFile(posixFileSystem(), link.toStdString(), paris()).isOk());
    QVERIFY(QFileInfo(link).isSymLink());
    QVERIFY(contentOf(file).startsWith("# ours\n"));
    QVERIFY(contentOf(file).contains("name = \"paris\""));
    QVERIFY(!(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther)));
  }

  void fileThatIsRefusedStaysAsItWas() {
    const QTemporaryDir place;
    const QString file = place.filePath("node.toml");
    const QByteArray before = "[[sink]]\nname = \"paris\"\n";
    write(file, before);
    QVERIFY(!addSinkToFile(posixFileSystem(), file.toStdString(), paris()).isOk());
    QCOMPARE(contentOf(file), before);
    QVERIFY(
        !addSinkToFile(posixFileSystem(), place.filePath("none").toStdString(), paris()).isOk());
  }
};
PENSTOCK_TEST(TestSinkSection)

}  // namespace penstock::test
#include "tst_sink_section.moc"
