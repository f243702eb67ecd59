// SPDX-License-Identifier: Apache-2.0
// What nearly every source includes, compiled once for all. None may rely on it: each includes what
// it uses, as the release build shows, which does without.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>
