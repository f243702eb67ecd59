// SPDX-License-Identifier: GPL-3.0-or-later
// What the window's *Add sink* asks of the application: a look at the database that is meant, and
// the section of the configuration.
#pragma once

#include <string>
#include <vector>

#include "engine/options.h"
#include "ui/dialogs/sink_draft.h"

namespace penstock::app {

/// As the configuration would have it.
SinkOptions optionsOf(const ui::SinkDraft& draft);

/// Looks at the database beside the primary's; makes and changes nothing. Takes as long as the
/// timeouts of a server. Threads: any.
ui::SinkFindings testSink(const ui::SinkDraft& draft, const SinkOptions& primary,
                          const std::vector<TablePolicy>& tables);

/// Writes it into the configuration file; without one (empty) only tells what to write.
ui::SinkAdded addSink(const ui::SinkDraft& draft, const std::string& configFile);

}  // namespace penstock::app
