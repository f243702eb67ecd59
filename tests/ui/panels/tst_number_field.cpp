// SPDX-License-Identifier: Apache-2.0
#include <QLabel>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/panels/number_field.h"

using namespace penstock::ui;

class TestNumberField : public QObject {
  Q_OBJECT

 private slots:
  void followsTheNodeUntilSomebodyTypes();
  void whatIsOutOfRangeIsSaidAndKept();
  void arrowsStayWithinTheRange();
  void revertShowsWhatIsInEffect();
  void typingTheValueInEffectIsNoChange();
  void whatIsBeingTypedIsLeftAlone();
};

static NumberField* makeField(QWidget* parent) {
  auto* field = new NumberField(
      {QStringLiteral("Pool si&ze"), {}, QStringLiteral("1–64 workers"), QStringLiteral("tip")},
      {1, 64, 1}, parent);
  field->setInEffect(4);
  return field;
}

void TestNumberField::followsTheNodeUntilSomebodyTypes() {
  QWidget host;
  NumberField* field = makeField(&host);
  field->setInEffect(5);
  QCOMPARE(field->value(), 5);
  field->box()->setValue(8);
  field->setInEffect(6);
  QCOMPARE(field->value(), 8);
  QVERIFY(field->isChanged());
  field->setInEffect(8);
  QVERIFY(!field->isChanged());
  field->setInEffect(9);
  QCOMPARE(field->value(), 9);
}

void TestNumberField::whatIsOutOfRangeIsSaidAndKept() {
  QWidget host;
  NumberField* field = makeField(&host);
  field->box()->setValue(500);
  QCOMPARE(field->value(), 500);
  QVERIFY(!field->isValid());
  bool said = false;
  for (const QLabel* label : field->findChildren<QLabel*>()) {
    said = said || label->text().contains(QStringLiteral("Not allowed: 1–64 workers"));
  }
  QVERIFY(said);
}

void TestNumberField::arrowsStayWithinTheRange() {
  QWidget host;
  NumberField* field = makeField(&host);
  field->box()->setValue(64);
  field->box()->stepUp();
  QCOMPARE(field->value(), 64);
  field->box()->setValue(1);
  field->box()->stepDown();
  QCOMPARE(field->value(), 1);
}

void TestNumberField::revertShowsWhatIsInEffect() {
  QWidget host;
  NumberField* field = makeField(&host);
  field->box()->setValue(12);
  field->revert();
  QCOMPARE(field->value(), 4);
  QVERIFY(!field->isChanged());
}

void TestNumberField::typingTheValueInEffectIsNoChange() {
  QWidget host;
  NumberField* field = makeField(&host);
  field->box()->setValue(7);
  field->box()->setValue(4);
  QVERIFY(!field->isChanged());
}

/// Behind an Apply whose answer is still to come.
void TestNumberField::whatIsBeingTypedIsLeftAlone() {
  QWidget host;
  NumberField* field = makeField(&host);
  host.show();
  QVERIFY(QTest::qWaitForWindowActive(&host));
  field->box()->setFocus();
  field->box()->selectAll();
  QTest::keyClicks(field->box(), QStringLiteral("16"));
  field->box()->selectAll();
  QTest::keyClicks(field->box(), QStringLiteral("4"));
  QVERIFY(!field->isChanged());
  field->setInEffect(16);
  QCOMPARE(field->value(), 4);
  QVERIFY(field->isChanged());
  QTest::keyClicks(field->box(), QStringLiteral("0"));
  QCOMPARE(field->value(), 40);
  field->revert();
  field->box()->clearFocus();
  field->setInEffect(8);
  QCOMPARE(field->value(), 8);
}

PENSTOCK_TEST(TestNumberField)
#include "tst_number_field.moc"
