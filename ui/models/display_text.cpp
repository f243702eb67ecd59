// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/display_text.h"

#include <QList>
#include <QStringList>
#include <algorithm>

namespace penstock::ui {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kSymbolOfNul = 0x2400;  // the control pictures follow in the order of ASCII
constexpr char32_t kSymbolOfDelete = 0x2421;

// Characters that turn, hide or join what stands around them.
bool isInvisibleControl(char32_t character) {
  return (character >= 0x80 && character < 0xA0) || character == 0x061C || character == 0x200B ||
         character == 0x200E || character == 0x200F ||
         (character >= 0x2028 && character <= 0x202E) ||
         (character >= 0x2060 && character <= 0x206F) || character == 0xFEFF ||
         (character >= 0xFFF9 && character <= 0xFFFB) ||
         (character >= 0xE0000 && character <= 0xE007F);
}

char32_t visible(char32_t character) {
  if (character < 0x20) return kSymbolOfNul + character;
  if (character == 0x7F) return kSymbolOfDelete;
  if (isInvisibleControl(character)) return kReplacement;
  return character;
}

// Decodes no more than can be shown: a cell of a megabyte costs no more than one of a line.
QString beginningOf(std::string_view utf8, int charactersMax) {
  const std::size_t bytesMax = 4 * (static_cast<std::size_t>(charactersMax) + 1);
  const auto size = static_cast<qsizetype>(std::min(utf8.size(), bytesMax));
  return QString::fromUtf8(utf8.data(), size);
}

}  // namespace

QString displayText(const QString& text, int charactersMax) {
  QString shown;
  int characters = 0;
  for (const char32_t character : text.left(2 * (charactersMax + 1)).toUcs4()) {
    if (characters++ == charactersMax) return shown + QChar(0x2026);
    const char32_t drawn = visible(character);
    shown += QString::fromUcs4(&drawn, 1);
  }
  return shown;
}

QString displayText(std::string_view utf8, int charactersMax) {
  return displayText(beginningOf(utf8, charactersMax), charactersMax);
}

QString isolatedText(std::string_view utf8, int charactersMax) {
  const QString text = displayText(utf8, charactersMax);
  const bool turns = std::any_of(text.begin(), text.end(), [](QChar character) {
    return character.direction() == QChar::DirR || character.direction() == QChar::DirAL;
  });
  // Only where needed: the marks themselves are no part of what people copy.
  return turns ? QChar(0x2068) + text + QChar(0x2069) : text;
}

QString toolTipText(std::string_view utf8) {
  QStringList lines = beginningOf(utf8, kToolTipCharactersMax).split('\n');
  for (QString& line : lines) line = displayText(line, kToolTipCharactersMax).toHtmlEscaped();
  return "<qt>" + lines.join("<br/>") + "</qt>";
}

}  // namespace penstock::ui
