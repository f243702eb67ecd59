// SPDX-License-Identifier: Apache-2.0
// The moments at which a node is killed, by name, and how each is found from outside: as a call of
// the system that changes one of its files. kill_library.cpp counts those calls.
#pragma once

#include <QProcessEnvironment>
#include <QString>
#include <vector>

namespace penstock::test {

struct KillPoint {
  const char* name;
  /// `write`; `first` (write since a sync); `sync`; `appear` (a name, by rename); `leave` (a name,
  /// by rename or unlink).
  const char* call;
  const char* moment;   ///< `before` the call, in the `half` of a write, `after` the call
  const char* pattern;  ///< of the path, as a shell has them
  int numberMax;        ///< it comes at least so often under the load of these tests
};

/// All that FAULTS.md names, and what else changes files.
const std::vector<KillPoint>& killPoints();

/// For a program that is to die at the `number`th call.
QProcessEnvironment environmentOf(const KillPoint& point, int number);

}  // namespace penstock::test
