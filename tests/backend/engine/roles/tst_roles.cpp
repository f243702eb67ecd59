// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "engine/roles/roles.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

Sequence at(std::uint64_t number) { return Sequence{number}; }

/// Two sinks; keeps what was announced.
struct Rig {
  Roles roles{2, 0, [this](const Announcement& what) {
                for (const auto& letter : what.letters) letters.push_back(toNumber(letter.first));
                settled.push_back(toNumber(what.settled));
              }};
  std::vector<std::uint64_t> settled;
  std::vector<std::uint64_t> letters;
};

using Numbers = std::vector<std::uint64_t>;

}  // namespace

class TestRoles : public QObject {
  Q_OBJECT

 private slots:
  void primaryAloneIsAnnounced() {
    Rig rig;
    rig.roles.onSettled(1, at(9));
    QVERIFY(rig.settled.empty());
    rig.roles.onSettled(0, at(4));
    rig.roles.onSettled(0, at(7));
    QCOMPARE(rig.settled, (Numbers{4, 7}));
    QVERIFY(rig.roles.announced() == at(7));
  }

  void whatWasAnnouncedIsNeverTakenBack() {
    Rig rig;
    rig.roles.onSettled(0, at(7));
    rig.roles.onSettled(0, at(3));  // its database was restored
    rig.roles.onSettled(0, at(6));
    QCOMPARE(rig.settled, (Numbers{7}));
    rig.roles.onSettled(0, at(8));
    QCOMPARE(rig.settled, (Numbers{7, 8}));
  }

  void standbyTakesOverWhenItHasAllThatWasAnnounced() {
    Rig rig;
    rig.roles.onSettled(0, at(10));
    rig.roles.onSettled(1, at(6));
    rig.roles.begin(1);
    QVERIFY(!rig.roles.mayEnd());
    rig.roles.onSettled(0, at(12));  // the old one goes on, and nobody is told
    rig.roles.onSettled(1, at(9));
    QVERIFY(!rig.roles.mayEnd());
    rig.roles.onSettled(1, at(11));
    QVERIFY(rig.roles.mayEnd());
    QCOMPARE(rig.settled, (Numbers{10}));
    rig.roles.end();
    QCOMPARE(rig.roles.primary(), std::size_t{1});
    QCOMPARE(rig.settled, (Numbers{10, 11}));
    rig.roles.onSettled(0, at(20));
    QCOMPARE(rig.settled, (Numbers{10, 11}));
  }

  void standbyThatGoesBackHasToCatchUpAnew() {
    Rig rig;
    rig.roles.onSettled(0, at(10));
    rig.roles.onSettled(1, at(10));
    rig.roles.begin(1);
    QVERIFY(rig.roles.mayEnd());
    rig.roles.onSettled(1, at(2));
    QVERIFY(!rig.roles.mayEnd());
  }

  void cancelledOneLeavesAllAsItWas() {
    Rig rig;
    rig.roles.onSettled(0, at(10));
    rig.roles.begin(1);
    rig.roles.onSettled(0, at(12));
    rig.roles.cancel();
    QVERIFY(!rig.roles.underWay());
    QCOMPARE(rig.roles.primary(), std::size_t{0});
    QCOMPARE(rig.settled, (Numbers{10, 12}));
  }

  void lettersAreThoseOfWhoeverIsPrimaryThen() {
    Rig rig;
    const Status refused(StatusCode::Invalid, "refused");
    rig.roles.onDeadLetter(1, at(3), refused);  // of the standby, and the primary takes it
    rig.roles.onDeadLetter(1, at(5), refused);
    rig.roles.onDeadLetter(0, at(2), refused);
    rig.roles.onSettled(1, at(6));
    QVERIFY(rig.letters.empty());
    rig.roles.onSettled(0, at(4));
    QCOMPARE(rig.letters, (Numbers{2}));
    rig.roles.begin(1);
    rig.roles.end();
    QCOMPARE(rig.letters, (Numbers{2, 5}));
    QCOMPARE(rig.settled, (Numbers{4, 6}));
  }

  void rolesCanBeSwappedBack() {
    Rig rig;
    for (int i = 0; i < 4; ++i) {
      const auto number = static_cast<std::uint64_t>(i + 1);
      rig.roles.onSettled(0, at(number * 10));
      rig.roles.onSettled(1, at(number * 10));
      rig.roles.begin(1 - rig.roles.primary());
      QVERIFY(rig.roles.mayEnd());
      rig.roles.end();
    }
    QCOMPARE(rig.roles.primary(), std::size_t{0});
    QCOMPARE(rig.settled, (Numbers{10, 20, 30, 40}));
  }
};

PENSTOCK_TEST(TestRoles)

}  // namespace penstock::test

#include "tst_roles.moc"
