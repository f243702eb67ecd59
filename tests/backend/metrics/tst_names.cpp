// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <set>
#include <string_view>

#include "metrics/event.h"
#include "metrics/snapshot.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// How many different names the enumerators from the first to `last` have; 0 if one has none.
template <typename Enum>
std::size_t namesUpTo(Enum last, std::string_view (*nameOf)(Enum)) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) names.insert(nameOf(static_cast<Enum>(i)));
  return names.count("") > 0 ? 0 : names.size();
}

}  // namespace

class TestNames : public QObject {
  Q_OBJECT

 private slots:
  void everyStateHasANameOfItsOwn() {
    QCOMPARE(namesUpTo(NodeState::Damaged, nodeStateName), std::size_t{11});
    QCOMPARE(namesUpTo(SinkState::Starting, sinkStateName), std::size_t{7});
    QCOMPARE(namesUpTo(EventKind::History, eventKindName), std::size_t{11});
    QCOMPARE(namesUpTo(Severity::Critical, severityName), std::size_t{3});
  }

  void namesAreThoseOfFilesAndReplies() {
    QCOMPARE(nodeStateName(NodeState::SinkDown), std::string_view("sink_down"));
    QCOMPARE(sinkStateName(SinkState::Retrying), std::string_view("retrying"));
    QCOMPARE(eventKindName(EventKind::DeadLetter), std::string_view("dead_letter"));
    QCOMPARE(severityName(Severity::Critical), std::string_view("critical"));
  }
};

PENSTOCK_TEST(TestNames)

}  // namespace penstock::test

#include "tst_names.moc"
