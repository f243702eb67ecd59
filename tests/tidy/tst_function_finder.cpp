// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/function_finder.h"

namespace penstock::tidy {

class TestFunctionFinder : public QObject {
  Q_OBJECT

 private slots:
  void functionsAreFoundInContainers() {
    const auto found = findFunctions(
        "namespace a {\nclass B {\n public:\n  int c() const { return 1; }\n};\n"
        "int d(int e) {\n  return e;\n}\n}\n");
    QCOMPARE(found.size(), 2U);
    QCOMPARE(found[0].head, QStringLiteral("int c() const"));
    QCOMPARE(found[0].lines(), 1);
    QCOMPARE(found[1].head, QStringLiteral("int d(int e)"));
    QCOMPARE(found[1].firstLine, 6);
    QCOMPARE(found[1].lines(), 3);
  }

  void headOfSeveralLinesCounts() {
    const auto found = findFunctions("int a(int b,\n      int c) {\n  return b + c;\n}\n");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(found[0].lines(), 4);
  }

  void constructorWithBracedMembersIsOneFunction() {
    const auto found = findFunctions("A::A(int b)\n    : m_b{b},\n      m_c{1} {\n  run();\n}\n");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(found[0].lines(), 5);
  }

  void blocksAndLambdasBelongToTheirFunction() {
    const auto found = findFunctions(
        "void a() {\n  if (b) {\n    c([] {\n      d();\n    });\n  }\n}\nvoid e() {}\n");
    QCOMPARE(found.size(), 2U);
    QCOMPARE(found[0].lines(), 7);
  }

  void tablesAreNoFunctions() {
    QVERIFY(findFunctions("const A kTable[] = {\n  {1, f(2)},\n};\nint x{3};\n").empty());
    QVERIFY(findFunctions("enum class A {\n  B,\n};\nstruct C {\n  int d = 0;\n};\n").empty());
  }

  void bracesInArgumentsAreNoBodies() {
    const auto found = findFunctions("void a(B b = {}) {\n  c();\n}\n");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(found[0].lines(), 3);
  }

  void annotatedClassIsAContainer() {
    const auto found = findFunctions(
        "class CAPABILITY(\"mutex\") M {\n public:\n  void lock() ACQUIRE() { l(); }\n};\n");
    QCOMPARE(found.size(), 1U);
  }

  void structAsResultIsAFunction() {
    const auto found = findFunctions("struct tm local() {\n  return {};\n}\n");
    QCOMPARE(found.size(), 1U);
  }

  void slotsAreFoundBehindTheirLabel() {
    const auto found = findFunctions(
        "class T : public QObject {\n  Q_OBJECT\n\n private slots:\n  void a() {\n    b();\n  "
        "}\n};\n");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(found[0].head, QStringLiteral("void a()"));
    QCOMPARE(found[0].lines(), 3);
  }

  void preprocessorLinesAreIgnored() {
    const auto found = findFunctions("#define A(b) \\\n  void b() {\nvoid c() {\n}\n");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(found[0].lines(), 2);
  }
};

PENSTOCK_TEST(TestFunctionFinder)

}  // namespace penstock::tidy

#include "tst_function_finder.moc"
