// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

/// A journal that has rotted while nobody read it.
class TestEngineDamage : public QObject {
  Q_OBJECT

 private slots:
  void whatStandsBeforeTheDamageIsSettledFirst() {
    EngineRig rig;
    fillPaused(rig, 5);
    rot(rig, "person 4");
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    const Status settled = rig.waitSettled();
    QVERIFY(settled.code() == StatusCode::Corrupt);
    for (const char* part : {"segment 1", "offset", "sequences", "checksum", "("}) {
      QVERIFY2(contains(settled.message(), part), settled.message().c_str());
    }
    QCOMPARE(rig.rows("SELECT id FROM people ORDER BY id"),
             (std::vector<std::string>{"1", "2", "3"}));
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->sinks[0].state == SinkState::Stopped);
    QVERIFY(contains(sample->sinks[0].stateReason, "segment 1"));
    QVERIFY(rig.lastEvent(EventKind::SinkState, "stopped: the journal is damaged") != nullptr);
    QVERIFY(rig.add(6).status.isOk());  // intake goes on
  }

  void nodeWithoutSnapshotsStartsAndItsSinkStops() {
    EngineRig rig;
    fillPaused(rig, 5);
    rot(rig, "person 4");
    for (const char* name : {"data/known_ids.snapshot", "data/sources.snapshot"}) {
      QVERIFY(posixFileSystem().remove(rig.path(name)).isOk());
    }
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QVERIFY(rig.waitSettled().code() == StatusCode::Corrupt);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"3"}));
  }

  void failingDiskIsReadAgain() {
    EngineRig rig;
    fillPaused(rig, 5);
    rig.gate().setReach(StoreGate::Reach::Away);
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    const QString segment = QString::fromStdString(rig.path("data/journal/segment-000000001"));
    QVERIFY(QFile::rename(segment, segment + ".away"));
    QVERIFY(QDir().mkdir(segment));  // can be opened, and not read
    rig.gate().setReach(StoreGate::Reach::There);
    QTRY_VERIFY_WITH_TIMEOUT(rig.lastEvent(EventKind::Journal, "cannot be read") != nullptr,
                             30'000);
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->sinks[0].state == SinkState::Retrying);
    QVERIFY(QDir().rmdir(segment));
    QVERIFY(QFile::rename(segment + ".away", segment));
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"5"}));
    QCOMPARE(rig.events(EventKind::Journal).size(), std::size_t{2});  // each told once
    QVERIFY(rig.lastEvent(EventKind::Journal, "can be read again") != nullptr);
  }

  void damageAtTheCheckpointStopsTheSinkAtOnce() {
    EngineRig rig;
    fillPaused(rig, 2);
    rot(rig, "person 1");
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QVERIFY(rig.waitSettled().code() == StatusCode::Corrupt);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"0"}));
  }

 private:
  /// People 1 to `count`, each a group commit, none persisted.
  static void fillPaused(EngineRig& rig, std::uint64_t count) {
    rig.options.sinks.front().flush.linger = 300ms;  // what is read waits a little
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    for (std::uint64_t id = 1; id <= count; ++id) {
      SubmitOptions journaled;
      journaled.token = AckToken{id};
      QVERIFY(rig.add(static_cast<std::int64_t>(id), journaled).status.isOk());
      QVERIFY(rig.acks().waitFor(AckToken{id}).status.isOk());
    }
    rig.end();
  }

  /// Changes a letter of this text in the first segment.
  static void rot(const EngineRig& rig, const QByteArray& text) {
    QFile file(QString::fromStdString(rig.path("data/journal/segment-000000001")));
    QVERIFY(file.open(QIODevice::ReadWrite));
    const qsizetype at = file.readAll().indexOf(text);
    QVERIFY(at > 0);
    QVERIFY(file.seek(at) && file.write("P") == 1);
  }
};

PENSTOCK_TEST(TestEngineDamage)

}  // namespace penstock::test

#include "tst_engine_damage.moc"
