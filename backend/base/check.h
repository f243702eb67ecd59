// SPDX-License-Identifier: Apache-2.0
// CHECK ends the program when an invariant is broken, in release builds too. It is for errors of
// ours; what a user, a disk or a database can cause is a Status.
#pragma once

namespace penstock {

/// Prints `file:line: CHECK failed: expression` to stderr and aborts.
[[noreturn]] void checkFailed(const char* expression, const char* file, int line);

}  // namespace penstock

#define CHECK(expression)                               \
  (static_cast<bool>(expression) ? static_cast<void>(0) \
                                 : ::penstock::checkFailed(#expression, __FILE__, __LINE__))
