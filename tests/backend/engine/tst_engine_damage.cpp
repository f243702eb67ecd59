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

  void acceptedLossLetsTheSinkGoOnBehindIt() {
    EngineRig rig;
    fillPaused(rig, 5);
    rot(rig, "person 4");
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QVERIFY(rig.waitSettled().code() == StatusCode::Corrupt);
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->state == NodeState::Damaged);
    QVERIFY(contains(sample->stateReason, "1 records"));
    const DamageSnapshot damage = sample->sinks[0].damage.value();
    QCOMPARE(damage.records, std::uint64_t{1});
    const CommandAnswer answer = rig.command(acceptance(damage));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QVERIFY(contains(answer.text, "1 records are given up: segment 1"));
    QTRY_VERIFY_WITH_TIMEOUT(rig.waitSettled().isOk(), 30'000);
    QCOMPARE(people(rig), (std::vector<std::string>{"1", "2", "3", "5"}));
    QTRY_VERIFY(!rig.sample()->sinks[0].damage.has_value());
    const Event* passed = rig.lastEvent(EventKind::Journal, "goes on behind damage");
    QVERIFY(passed != nullptr && contains(passed->what, "accepted by ada at "));
    const Event* command = rig.lastEvent(EventKind::Command, "Accept loss");
    QVERIFY(command != nullptr && command->who == "ada");
  }

  /// The decision is in the journal: the next start looks for it, whatever died meanwhile.
  void acceptedLossOutlivesARestartAndARestoredDatabase() {
    EngineRig rig;
    fillPaused(rig, 5);
    rot(rig, "person 4");
    QVERIFY(rig.start().isOk());
    // Paused: nothing is settled yet when the decision is made.
    QTRY_VERIFY_WITH_TIMEOUT(rig.sample()->sinks[0].damage.has_value(), 30'000);
    QVERIFY(rig.sample()->sinks[0].state == SinkState::Paused);
    QVERIFY(rig.command(acceptance(*rig.sample()->sinks[0].damage)).status.isOk());
    QTRY_VERIFY_WITH_TIMEOUT(!rig.sample()->sinks[0].damage.has_value(), 30'000);
    QVERIFY(people(rig).empty());
    rig.end();
    for (int start = 0; start < 2; ++start) {
      QVERIFY(rig.start().isOk());
      if (start == 0) QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
      QVERIFY(rig.waitSettled().isOk());
      QCOMPARE(people(rig), (std::vector<std::string>{"1", "2", "3", "5"}));
      QVERIFY(rig.lastEvent(EventKind::Journal, "goes on behind damage") != nullptr);
      rig.end();
      (void)rig.rows("DELETE FROM people");
      (void)rig.rows("DELETE FROM penstock_checkpoint");
    }
  }

  void onlyExactlyWhatIsDamagedCanBeGivenUp() {
    EngineRig rig;
    fillPaused(rig, 5);
    rot(rig, "person 4");
    QVERIFY(rig.start().isOk());
    QTRY_VERIFY_WITH_TIMEOUT(rig.sample()->sinks[0].damage.has_value(), 30'000);
    const DamageSnapshot damage = *rig.sample()->sinks[0].damage;
    const std::uint64_t head = rig.sample()->headSequence;
    std::vector<DamageSnapshot> wrong(4, damage);
    wrong[0].lastSequence += 1;
    wrong[1].firstSequence -= 1;
    wrong[2].firstSequence = 0;
    wrong[3].firstSequence = wrong[3].lastSequence = head + 1'000;
    for (const DamageSnapshot& each : wrong) {
      const CommandAnswer answer = rig.command(acceptance(each));
      QVERIFY(answer.stage == CommandStage::Failed);
      QVERIFY2(answer.status.code() == StatusCode::Invalid, answer.text.c_str());
    }
    QCOMPARE(rig.sample()->headSequence, head);  // nothing was written
    QVERIFY(rig.sample()->sinks[0].damage.has_value());
  }

  /// Another part rots between the decision and the sink that comes to it.
  void decisionHoldsForItsDamageAlone() {
    EngineRig rig;
    fillPaused(rig, 6);
    rot(rig, "person 3");
    rot(rig, "person 5");
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QVERIFY(rig.waitSettled().code() == StatusCode::Corrupt);
    const DamageSnapshot first = rig.sample()->sinks[0].damage.value();
    QVERIFY(rig.command(acceptance(first)).status.isOk());
    QTRY_VERIFY_WITH_TIMEOUT(rig.sample()->sinks[0].damage.has_value() &&
                                 rig.sample()->sinks[0].damage->firstSequence > first.lastSequence,
                             30'000);
    QTRY_COMPARE(people(rig), (std::vector<std::string>{"1", "2", "4"}));
    QVERIFY(rig.command(acceptance(*rig.sample()->sinks[0].damage)).status.isOk());
    QTRY_VERIFY_WITH_TIMEOUT(rig.waitSettled().isOk(), 30'000);
    QCOMPARE(people(rig), (std::vector<std::string>{"1", "2", "4", "6"}));
  }

 private:
  static Command acceptance(const DamageSnapshot& damage) {
    Command command;
    command.kind = CommandKind::AcceptLoss;
    command.who = "ada";
    command.why = "a test";
    command.lossFirst = Sequence{damage.firstSequence};
    command.lossLast = Sequence{damage.lastSequence};
    return command;
  }

  static std::vector<std::string> people(const EngineRig& rig) {
    return rig.rows("SELECT id FROM people ORDER BY id");
  }

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
