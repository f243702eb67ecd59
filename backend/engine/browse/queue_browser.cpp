// SPDX-License-Identifier: Apache-2.0
#include "engine/browse/queue_browser.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/number_text.h"
#include "model/codec.h"
#include "model/codec_json.h"
#include "model/limits.h"

namespace penstock {
namespace {

using Row = std::vector<PageCell>;

PageCell text(std::string value) { return {std::move(value), PageCell::Kind::Text}; }

PageCell number(std::uint64_t value) { return {std::to_string(value), PageCell::Kind::Number}; }

std::string keyText(const ChangeView& change) {
  std::string shown;
  for (ValueCursor key(change.keyBytes); !key.atEnd();) {
    if (!shown.empty()) shown += ", ";
    shown += toDisplayText(key.next());
  }
  return shown;
}

/// What the record shows, or nothing when it does not fit the filter.
std::optional<Row> rowOf(const JournalRecord& record, const BrowseRequest& request,
                         std::int64_t nowMicros) {
  const Result<ChangeSetView> view = ChangeSetView::parse(record.payload);
  if (!view) return std::nullopt;
  std::string tables;
  std::string operations;
  std::string keys;
  bool ofTable = request.table.empty();
  for (auto changes = view->changes(); auto change = changes.next();) {
    const std::string& table = record.catalog->table(change->table).name;
    ofTable = ofTable || table == request.table;
    const char* separator = tables.empty() ? "" : "; ";
    tables += separator + table;
    operations += separator + std::string(operationName(change->operation));
    keys += separator + keyText(*change);
  }
  if (!ofTable) return std::nullopt;
  std::string json = toJson(*view, *record.catalog);
  const bool fits = request.filter.empty() || json.find(request.filter) != std::string::npos ||
                    keys.find(request.filter) != std::string::npos ||
                    std::to_string(toNumber(record.sequence)) == request.filter;
  if (!fits) return std::nullopt;
  const std::int64_t ageMillis = std::max<std::int64_t>(0, nowMicros - record.wallMicros) / 1000;
  return Row{number(toNumber(record.sequence)),
             number(static_cast<std::uint64_t>(ageMillis)),
             text(std::string(view->group())),
             text(std::move(tables)),
             text(std::move(operations)),
             text(std::move(keys)),
             text(std::move(json))};
}

/// Keeps the rows of one page while records stream by in journal order.
class PageCollector {
 public:
  explicit PageCollector(const BrowseRequest& request)
      : m_request(request),
        m_rowsMax(std::min<std::size_t>(request.rowsMax, limits::kBrowseRowsMax)) {}

  void add(Row row) {
    ++m_matches;
    if (m_request.order == BrowseOrder::Ascending && m_matches <= m_request.offset) return;
    m_rows.push_back(std::move(row));
    const std::size_t keep = m_request.order == BrowseOrder::Ascending
                                 ? m_rowsMax
                                 : m_rowsMax + static_cast<std::size_t>(m_request.offset);
    if (m_rows.size() > keep) m_rows.pop_front();
  }
  bool isFull() const {
    return m_request.order == BrowseOrder::Ascending && m_rows.size() >= m_rowsMax;
  }
  std::vector<Row> take() {
    std::vector<Row> rows;
    if (m_request.order == BrowseOrder::Ascending) {
      rows.assign(std::make_move_iterator(m_rows.begin()), std::make_move_iterator(m_rows.end()));
      return rows;
    }
    for (std::size_t i = 0; i < m_request.offset && !m_rows.empty(); ++i) m_rows.pop_back();
    while (!m_rows.empty() && rows.size() < m_rowsMax) {
      rows.push_back(std::move(m_rows.back()));
      m_rows.pop_back();
    }
    return rows;
  }

 private:
  const BrowseRequest& m_request;
  const std::size_t m_rowsMax;
  std::deque<Row> m_rows;
  std::uint64_t m_matches = 0;
};

}  // namespace

const std::vector<std::string>& QueueBrowser::columns() {
  static const std::vector<std::string> names{"sequence",  "age_ms", "group",     "table",
                                              "operation", "key",    "change_set"};
  return names;
}

/// The newest page looks back from the head by as many records as one page may look at; a segment's
/// beginning is the nearest place before that a cursor can stand on.
Sequence QueueBrowser::startFor(const BrowseRequest& request) const {
  const Sequence settled = std::max(m_settled(), m_journal.oldestKept());
  if (request.order == BrowseOrder::Ascending) return settled;
  const Sequence head = m_journal.syncedHead();
  const std::uint32_t index = indexOf(head);
  const std::uint32_t back = static_cast<std::uint32_t>(limits::kQueueScanMax);
  const Sequence start = makeSequence(segmentOf(head), index > back ? index - back : 0);
  return std::max(settled, std::min(start, head));
}

BrowsePage QueueBrowser::page(const BrowseRequest& request) const {
  BrowsePage page;
  page.subject = BrowseSubject::Queue;
  page.columns = columns();
  page.offset = request.offset;
  Result<std::unique_ptr<JournalReader>> reader = m_journal.openReader(startFor(request));
  if (!reader) {
    page.status = reader.status();
    return page;
  }
  const std::int64_t now = m_clock.wallNow().time_since_epoch().count();
  PageCollector rows(request);
  std::size_t scanned = 0;
  while (!rows.isFull() && scanned < limits::kQueueScanMax) {
    Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (!record) {
      page.status = record.status();
      break;
    }
    if (!record->has_value()) break;
    if ((*record)->type != RecordType::ChangeSet) continue;
    ++scanned;
    if (std::optional<Row> row = rowOf(**record, request, now)) rows.add(std::move(*row));
  }
  page.rows = rows.take();
  if (scanned >= limits::kQueueScanMax) {
    page.note =
        "the " + std::string(request.order == BrowseOrder::Ascending ? "oldest " : "newest ") +
        groupedNumber(static_cast<std::uint64_t>(scanned)) + " change sets that wait were searched";
  }
  return page;
}

}  // namespace penstock
