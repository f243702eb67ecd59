// SPDX-License-Identifier: Apache-2.0
#include "engine/browse/letter_browser.h"

#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "engine/operate/letter_desk.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::size_t kPageLetters = 500;

PageCell text(std::string value) { return {std::move(value), PageCell::Kind::Text}; }
PageCell number(std::uint64_t value) { return {std::to_string(value), PageCell::Kind::Number}; }

std::vector<PageCell> rowOf(const DeadLetter& letter) {
  const WallTime at{std::chrono::microseconds(letter.atMicros)};
  return {number(toNumber(letter.sequence)),
          text(formatUtc(at)),
          text(letter.kind),
          text(letter.code),
          text(letter.reason),
          number(letter.attempts),
          text(letter.journal),
          text(letter.changeSet)};
}

}  // namespace

BrowsePage letterPage(Store& store, const BrowseRequest& request) {
  BrowsePage page;
  page.subject = BrowseSubject::DeadLetters;
  page.columns = {"sequence", "at", "kind", "code", "reason", "attempts", "journal", "change_set"};
  page.offset = request.offset;
  const bool all = request.filter.empty();
  const std::uint64_t wanted =
      all ? request.offset + request.rowsMax : std::uint64_t{limits::kLetterScanMax};
  std::uint64_t seen = 0;
  std::uint64_t matches = 0;
  LetterQuery query{{}, false, kPageLetters};
  for (bool isEnd = false; !isEnd && seen < wanted;) {
    query.countMax = std::min<std::uint64_t>(kPageLetters, wanted - seen);
    const auto letters = store.listDeadLetters(query);
    if (!letters) {
      page.status = letters.status();
      return page;
    }
    seen += letters->size();
    isEnd = letters->size() < query.countMax;
    if (!letters->empty()) {
      query.beyond = LetterKey{letters->back().sequence, letters->back().journal};
    }
    for (const DeadLetter& letter : *letters) {
      if (!matchesLetter(letter, request.filter) || ++matches <= request.offset) continue;
      if (page.rows.size() < request.rowsMax) page.rows.push_back(rowOf(letter));
    }
    page.total = isEnd ? static_cast<std::int64_t>(matches) : -1;
  }
  if (all) {
    const auto count = store.countDeadLetters();
    page.total = count ? static_cast<std::int64_t>(*count) : -1;
  } else if (page.total < 0) {
    page.note = "the newest " + groupedNumber(limits::kLetterScanMax) + " were searched";
  }
  return page;
}

}  // namespace penstock
