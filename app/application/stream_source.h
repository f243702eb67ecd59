// SPDX-License-Identifier: GPL-3.0-or-later
// Input that comes once and when it comes: standard input (`-`), a pipe with a name, a terminal.
// Waiting for it ends when a stop is requested.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "workload/byte_source.h"

namespace penstock::app {

bool isStream(const std::string& path);

/// A stream or a file, decompressed by the ending of its name. The read() of a stream gives what
/// there is and fails as Cancelled once `isStopped`, if there is one, says so. Errors: NotFound,
/// IoError.
Result<std::unique_ptr<ByteSource>> openSource(const std::string& path,
                                               std::function<bool()> isStopped = {});

}  // namespace penstock::app
