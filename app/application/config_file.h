// SPDX-License-Identifier: GPL-3.0-or-later
// Reads penstock.toml into EngineOptions. Every key has a default, an unknown key is an error that
// names the nearest known one, and what is not built yet is refused by name.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "engine/options.h"

namespace penstock::app {

/// Errors: Invalid, `FILE: line N: [section] key: why (what to write)`; NotFound.
Result<EngineOptions> readConfigFile(const std::string& path);

/// The same from text; `name` stands for the file in messages.
Result<EngineOptions> parseConfig(std::string_view toml, const std::string& name);

}  // namespace penstock::app
