// SPDX-License-Identifier: Apache-2.0
// Lines that must be refused, one of every kind, and what must be said about each. They stand apart
// from their test because moc stumbles over raw strings full of braces.
#pragma once

#include <QByteArray>
#include <vector>

namespace penstock::test {

/// The tables that the examples write to.
extern const char* const kExampleSchema;

struct Example {
  QByteArray line;
  QByteArray said;
};

/// Refused by intake, before the journal: place and reason.
std::vector<Example> refusedLines();
/// Well formed, and refused by the database.
std::vector<Example> deadLines();
/// One that arrives, as a parent `good KEY`; the first is called `first`.
QByteArray goodLine(int key);

}  // namespace penstock::test
