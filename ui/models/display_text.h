// SPDX-License-Identifier: GPL-3.0-or-later
// Shows foreign text (keys, values, names, messages) as data: control characters become visible,
// direction overrides lose their power, markup stays text, length is bounded.
#pragma once

#include <QString>
#include <string_view>

namespace penstock::ui {

inline constexpr int kCellCharactersMax = 512;
inline constexpr int kToolTipCharactersMax = 4096;

/// One line for a cell or a label; longer text ends in `…`. Bytes that are no UTF-8 show as U+FFFD.
QString displayText(std::string_view utf8, int charactersMax = kCellCharactersMax);
QString displayText(const QString& text, int charactersMax = kCellCharactersMax);
/// The same within a sentence: isolated, so that a right-to-left name does not turn what follows.
QString isolatedText(std::string_view utf8, int charactersMax = kCellCharactersMax);
/// For tool tips and rich-text labels: escaped, line breaks kept.
QString toolTipText(std::string_view utf8);

}  // namespace penstock::ui
