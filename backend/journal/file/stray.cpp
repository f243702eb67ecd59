// SPDX-License-Identifier: Apache-2.0
#include "journal/file/stray.h"

#include <algorithm>

namespace penstock {
namespace {

bool isZero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte each) { return each == std::byte{}; });
}

}  // namespace

Result<StrayContent> surveyStray(GroupScanner& scanner, const JournalId& journal) {
  const auto size = scanner.fileSize();
  if (!size) return size.status();
  StrayContent content;
  for (std::uint64_t at = 0; at < *size; at += limits::kJournalBlockBytes) {
    const auto block = scanner.blockAt({at, *size});
    if (!block) return block.status();
    if (isZero(*block)) continue;
    content.isAllZero = false;
    const auto own = decodeGroupHeader(*block, journal, {scanner.segment(), at});
    const auto any = decodeAnyHeader(*block);
    if (at == 0) content.startsWithGroup = any.has_value();
    if (own && at == 0) {
      content.ownFirst = *own;
    } else if (own) {
      content.hasOwnLater = true;
    } else if (own.status().code() != StatusCode::NotFound) {
      content.hasBroken = true;
    } else if (any && any->journal != journal) {
      content.otherJournal = any->journal;
    } else if (any) {
      content.highestOther = std::max(content.highestOther, any->segment);
    }
  }
  return content;
}

std::string whyKept(const StrayContent& content, const StrayPlace& place) {
  if (content.isAllZero) return {};
  if (content.otherJournal) return "it holds groups of journal " + toText(*content.otherJournal);
  if (content.highestOther >= place.oldestKept && content.highestOther != 0) {
    return "it holds groups of segment " + std::to_string(content.highestOther) +
           " (were files renamed?)";
  }
  if (content.hasBroken) return "a group header in it is damaged";
  const bool abandoned =
      content.ownFirst && place.passedOver && content.ownFirst->synced == *place.passedOver;
  if (content.hasOwnLater || (content.ownFirst && !abandoned)) {
    return "it holds groups of its own that no later segment names";
  }
  if (!content.startsWithGroup) return "its beginning is lost";
  return {};
}

}  // namespace penstock
