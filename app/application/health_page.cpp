// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/health_page.h"

#include <algorithm>
#include <utility>

#include "app/application/health_advice.h"

namespace penstock::app {
namespace {

using Row = std::vector<PageCell>;

Row rowOf(const Advice& advice) {
  return {{std::string(adviceLevelName(advice.level))},
          {advice.sink.empty() ? "(node)" : advice.sink},
          {advice.about},
          {advice.finding},
          {advice.advice}};
}

bool holds(const Row& row, const std::string& filter) {
  return filter.empty() || std::ranges::any_of(row, [&](const PageCell& cell) {
           return cell.text.find(filter) != std::string::npos;
         });
}

}  // namespace

BrowsePage healthPage(const EngineOptions& options, const BrowseRequest& request) {
  BrowsePage page;
  page.subject = BrowseSubject::Health;
  page.columns = {"level", "sink", "about", "finding", "advice"};
  page.offset = request.offset;
  std::uint64_t matches = 0;
  for (const Advice& advice : adviseOnAll(options, lookAtNode(options))) {
    Row row = rowOf(advice);
    if (!holds(row, request.filter) || ++matches <= request.offset) continue;
    if (page.rows.size() < request.rowsMax) page.rows.push_back(std::move(row));
  }
  page.total = static_cast<std::int64_t>(matches);
  return page;
}

}  // namespace penstock::app
