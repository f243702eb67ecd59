// SPDX-License-Identifier: GPL-3.0-or-later
// A sink as a section of the configuration, and the file that gets it: whatever stands in the file
// stays as it is, comments included.
#pragma once

#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/status.h"
#include "engine/options.h"

namespace penstock::app {

/// `[[sink]]` with all that is not as in an empty configuration, but for settings of flushing.
/// Expects: texts are UTF-8.
std::string sinkSection(const SinkOptions& sink);

/// `config` with the sink at its end. A configuration without a sink gets the primary that it had
/// unsaid, too. Errors: Invalid, as parseConfig says of the whole (`name` stands for the file).
Result<std::string> withSink(std::string_view config, const std::string& name,
                             const SinkOptions& sink);

/// The same for a file, which is replaced at once or stays as it was; a link stays a link, and
/// rights stay. Errors: those of withSink; IoError, Forbidden.
Status addSinkToFile(FileSystem& files, const std::string& path, const SinkOptions& sink);

}  // namespace penstock::app
