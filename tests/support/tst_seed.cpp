// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestSeed : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_seed = qgetenv("PENSTOCK_SEED");
    m_properties = qgetenv("RC_PARAMS");
    qunsetenv("PENSTOCK_SEED");
    qunsetenv("RC_PARAMS");
  }
  void cleanup() {
    qputenv("PENSTOCK_SEED", m_seed);
    qputenv("RC_PARAMS", m_properties);
  }

  void seedIsTakenOutAndGoesToAllThatIsRandom() {
    QStringList arguments{"-v1", "--seed", "4000000001", "someFunction"};
    QVERIFY(takeSeed(arguments));
    QCOMPARE(arguments, (QStringList{"-v1", "someFunction"}));
    QCOMPARE(numberFrom("PENSTOCK_SEED", 7), std::uint64_t{4'000'000'001});
    QCOMPARE(newSeed(), 4'000'000'001u);
    QCOMPARE(qgetenv("RC_PARAMS"), QByteArray("seed=4000000001"));
  }

  void seedWithoutANumberIsRefused() {
    QStringList nothing{"--seed"};
    QVERIFY(!takeSeed(nothing));
    QStringList word{"--seed", "TestX"};
    QVERIFY(!takeSeed(word));
    QCOMPARE(numberFrom("PENSTOCK_SEED", 7), std::uint64_t{7});
  }

  void whatRapidCheckWasToldStays() {
    qputenv("RC_PARAMS", "reproduce=x");
    QStringList arguments{"--seed", "5"};
    QVERIFY(takeSeed(arguments));
    QCOMPARE(qgetenv("RC_PARAMS"), QByteArray("reproduce=x"));
  }

 private:
  QByteArray m_seed;
  QByteArray m_properties;
};

PENSTOCK_TEST(TestSeed)

}  // namespace penstock::test

#include "tst_seed.moc"
