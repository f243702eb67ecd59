// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "flush/circuit.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

SteadyTime at(std::chrono::milliseconds time) { return SteadyTime(1h + time); }

CircuitOptions small() {
  CircuitOptions options;
  options.failures = 3;
  options.burst = 4;
  options.burstWindow = 10s;
  options.burstCooldown = 5s;
  return options;
}

}  // namespace

class TestCircuit : public QObject {
  Q_OBJECT

 private slots:
  void opensAfterFailuresInARow() {
    Circuit circuit(small());
    circuit.onFailure(at(0ms), 100ms);
    circuit.onFailure(at(200ms), 100ms);
    QVERIFY(circuit.state(at(200ms)) == CircuitState::Closed);
    QVERIFY(!circuit.probeAt(at(200ms)));
    circuit.onFailure(at(400ms), 250ms);
    QVERIFY(circuit.state(at(400ms)) == CircuitState::Open);
    QVERIFY(circuit.probeAt(at(400ms)) == at(650ms));
    QVERIFY(circuit.state(at(649ms)) == CircuitState::Open);
    QVERIFY(circuit.state(at(650ms)) == CircuitState::HalfOpen);
    QVERIFY(!circuit.probeAt(at(650ms)));
  }

  void commitInBetweenBeginsTheCountAnew() {
    Circuit circuit(small());
    for (int i = 0; i < 10; ++i) {
      circuit.onFailure(at(1ms), 1s);
      circuit.onFailure(at(2ms), 1s);
      circuit.onCommitted();
      QVERIFY(circuit.state(at(3ms)) == CircuitState::Closed);
    }
  }

  void halfOpenOneIsDecidedByTheNextTry() {
    Circuit circuit(small());
    for (int i = 0; i < 3; ++i) circuit.onFailure(at(0ms), 100ms);
    QVERIFY(circuit.state(at(100ms)) == CircuitState::HalfOpen);
    circuit.onFailure(at(100ms), 300ms);
    QVERIFY(circuit.state(at(399ms)) == CircuitState::Open);
    QVERIFY(circuit.state(at(400ms)) == CircuitState::HalfOpen);
    circuit.onCommitted();
    QVERIFY(circuit.state(at(400ms)) == CircuitState::Closed);
    circuit.onFailure(at(401ms), 300ms);
    QVERIFY(circuit.state(at(401ms)) == CircuitState::Closed);
  }

  void operatorMayHaveItTriedAtOnce() {
    Circuit circuit(small());
    circuit.probeNow();
    QVERIFY(circuit.state(at(0ms)) == CircuitState::Closed);
    for (int i = 0; i < 3; ++i) circuit.onFailure(at(0ms), 1h);
    circuit.probeNow();
    QVERIFY(circuit.state(at(1ms)) == CircuitState::HalfOpen);
    circuit.onFailure(at(1ms), 1h);
    QVERIFY(circuit.state(at(2ms)) == CircuitState::Open);
  }

  void burstOfDeadLettersOpensIt() {
    Circuit circuit(small());
    for (const auto time : {0ms, 3000ms, 6000ms}) {
      circuit.onCommitted();  // a dead letter is a commit too
      circuit.onDeadLetter(at(time));
      QVERIFY(circuit.state(at(time)) == CircuitState::Closed);
    }
    circuit.onCommitted();
    circuit.onDeadLetter(at(10'000ms));
    QVERIFY(circuit.probeAt(at(10'000ms)) == at(15'000ms));
    QVERIFY(circuit.state(at(15'000ms)) == CircuitState::HalfOpen);
  }

  void deadLettersFarApartDoNot() {
    Circuit circuit(small());
    for (int i = 0; i < 50; ++i) {
      circuit.onDeadLetter(at(i * 3400ms));
      QVERIFY(circuit.state(at(i * 3400ms)) == CircuitState::Closed);
    }
  }

  void afterABurstTheCountBeginsAnew() {
    Circuit circuit(small());
    for (int i = 0; i < 4; ++i) circuit.onDeadLetter(at(0ms));
    for (int i = 0; i < 3; ++i) {
      circuit.onCommitted();
      circuit.onDeadLetter(at(5000ms));
      QVERIFY(circuit.state(at(5000ms)) == CircuitState::Closed);
    }
    circuit.onDeadLetter(at(5000ms));
    QVERIFY(circuit.state(at(5000ms)) == CircuitState::Open);
  }
};

PENSTOCK_TEST(TestCircuit)

}  // namespace penstock::test

#include "tst_circuit.moc"
