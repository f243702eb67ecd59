// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/page_model.h"

#include <QDateTime>
#include <algorithm>
#include <map>
#include <unordered_set>

#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

// Which columns tell a row from others. Queue: a change set may have several changes; the name of
// the columns is the engine's. Dead letters: two journals may have one sequence. Elsewhere the
// first column (a key).
std::vector<std::size_t> keyColumnsOf(BrowseSubject subject,
                                      const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  if (subject == BrowseSubject::Queue) names = {"sequence", "table", "operation", "key"};
  if (subject == BrowseSubject::DeadLetters) names = {"sequence", "journal"};
  if (subject == BrowseSubject::Trace) names = {"sequence", "sink"};
  if (subject == BrowseSubject::Health) names = {"sink", "about", "finding"};
  std::vector<std::size_t> found;
  for (const std::string& name : names) {
    const auto at = std::find(columns.begin(), columns.end(), name);
    if (at != columns.end()) found.push_back(static_cast<std::size_t>(at - columns.begin()));
  }
  return found.empty() ? std::vector<std::size_t>{0} : found;
}

const QString kMillisecondsEnding = QStringLiteral("_ms");

// `change_set` → `Change set`, `age_ms` → `Age`: its values bring their unit.
QString titleOf(const std::string& column) {
  if (column == "at") return QStringLiteral("Refused at");
  QString title = displayText(column);
  if (title.endsWith(kMillisecondsEnding)) title.chop(kMillisecondsEnding.size());
  title.replace('_', ' ');
  return title.left(1).toUpper() + title.mid(1);
}

// `2026-11-21T14:01:11.250Z` in the zone of the window; what is no time stays as it is.
QString momentOf(const QString& utc, TimeStyle style) {
  const QDateTime moment = QDateTime::fromString(utc, Qt::ISODateWithMs);
  return moment.isValid() ? formatMoment(moment.toMSecsSinceEpoch() * 1'000, style)
                          : displayText(utc);
}

bool isNumber(const PageCell& cell) { return cell.kind == PageCell::Kind::Number; }

// 64-bit numbers stay exact; others are as good as a double.
QVariant sortValueOf(const PageCell& cell) {
  const QString text = QString::fromStdString(cell.text);
  if (!isNumber(cell)) return text;
  bool isWhole = false;
  const qlonglong whole = text.toLongLong(&isWhole);
  return isWhole ? QVariant(whole) : QVariant(text.toDouble());
}

QString toolTipOf(const PageCell& cell) {
  const bool isCut = cell.text.size() > 60 || cell.text.find('\n') != std::string::npos;
  return isCut ? toolTipText(cell.text) : QString();
}

}  // namespace

std::string PageModel::keyOf(const std::vector<PageCell>& cells) const {
  std::string key;
  for (const std::size_t column : keyColumnsOf(m_subject, m_columns)) {
    if (column >= cells.size()) continue;
    key += std::to_string(cells[column].text.size()) + ':' + cells[column].text;
  }
  return key;
}

std::vector<PageModel::Row> PageModel::rowsOf(const BrowsePage& page) const {
  std::vector<Row> rows;
  rows.reserve(page.rows.size());
  std::map<std::string, int> seen;
  for (const std::vector<PageCell>& cells : page.rows) {
    std::string key = keyOf(cells);
    if (const int again = seen[key]++; again > 0) key += '#' + std::to_string(again);
    rows.push_back({std::move(key), cells});
    rows.back().cells.resize(m_columns.size());
  }
  return rows;
}

void PageModel::show(const BrowsePage& page) {
  if (!page.status.isOk()) {
    m_failure = displayText(page.status.message());
    return;
  }
  m_failure.clear();
  m_note = displayText(page.note);
  m_total = page.total;
  m_offset = page.offset;
  const bool isOther = page.subject != m_subject || page.columns != m_columns;
  if (isOther) beginResetModel();
  m_subject = page.subject;
  m_columns = page.columns;
  std::vector<Row> wanted = rowsOf(page);
  if (isOther) {
    m_rows = std::move(wanted);
    endResetModel();
    return;
  }
  removeVanished(wanted);
  arrange(std::move(wanted));
}

void PageModel::clear() {
  beginResetModel();
  m_columns.clear();
  m_rows.clear();
  m_total = -1;
  m_offset = 0;
  m_note.clear();
  m_failure.clear();
  endResetModel();
}

// From the end, in runs, so that a queue that moved on is one removal.
void PageModel::removeVanished(const std::vector<Row>& wanted) {
  std::unordered_set<std::string_view> keys;
  for (const Row& row : wanted) keys.insert(row.key);
  int last = static_cast<int>(m_rows.size()) - 1;
  while (last >= 0) {
    const auto isGone = [&](int at) { return !keys.contains(m_rows[static_cast<size_t>(at)].key); };
    if (!isGone(last)) {
      --last;
      continue;
    }
    int first = last;
    while (first > 0 && isGone(first - 1)) --first;
    beginRemoveRows({}, first, last);
    m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
    endRemoveRows();
    last = first - 1;
  }
}

// Expects: every row here is among the wanted ones.
void PageModel::arrange(std::vector<Row> wanted) {
  std::unordered_set<std::string> here;
  for (const Row& row : m_rows) here.insert(row.key);
  int inserts = 0;
  for (int at = 0; at < static_cast<int>(wanted.size()); at += std::max(inserts, 1)) {
    inserts = 0;
    while (at + inserts < static_cast<int>(wanted.size()) &&
           !here.contains(wanted[static_cast<std::size_t>(at + inserts)].key)) {
      ++inserts;
    }
    if (inserts > 0) {
      insertRun(at, wanted, inserts);
      continue;
    }
    Row& row = wanted[static_cast<std::size_t>(at)];
    int from = at;
    while (m_rows[static_cast<std::size_t>(from)].key != row.key) ++from;
    if (from != at) moveHere(from, at);
    updateRow(at, row);
  }
}

void PageModel::insertRun(int at, std::vector<Row>& wanted, int count) {
  beginInsertRows({}, at, at + count - 1);
  const auto first = wanted.begin() + at;
  m_rows.insert(m_rows.begin() + at, std::make_move_iterator(first),
                std::make_move_iterator(first + count));
  endInsertRows();
}

void PageModel::moveHere(int from, int to) {
  beginMoveRows({}, from, from, {}, to);
  std::rotate(m_rows.begin() + to, m_rows.begin() + from, m_rows.begin() + from + 1);
  endMoveRows();
}

void PageModel::updateRow(int at, Row& wanted) {
  Row& row = m_rows[static_cast<std::size_t>(at)];
  int first = -1;
  int last = -1;
  for (std::size_t column = 0; column < row.cells.size(); ++column) {
    if (row.cells[column] == wanted.cells[column]) continue;
    if (first < 0) first = static_cast<int>(column);
    last = static_cast<int>(column);
  }
  if (first < 0) return;
  row.cells = std::move(wanted.cells);
  emit dataChanged(index(at, first), index(at, last));
}

void PageModel::setTimeStyle(TimeStyle style) {
  if (style == m_timeStyle) return;
  m_timeStyle = style;
  if (m_rows.empty() || m_columns.empty()) return;
  emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), {Qt::DisplayRole});
}

PageModel::Meaning PageModel::meaningOf(std::size_t column) const {
  const std::string& name = m_columns[column];
  if (m_subject == BrowseSubject::Queue && name == "age_ms") return Meaning::Milliseconds;
  if (m_subject == BrowseSubject::DeadLetters && name == "at") return Meaning::Moment;
  if (m_subject == BrowseSubject::Trace && name == "journaled_at") return Meaning::Moment;
  return Meaning::Plain;
}

QString PageModel::cellText(const PageCell& cell, std::size_t column) const {
  if (cell.kind == PageCell::Kind::Null) return QStringLiteral("NULL");
  const QString text = QString::fromStdString(cell.text);
  switch (meaningOf(column)) {
    case Meaning::Milliseconds:
      return formatQuantity(text.toDouble() / 1'000, Unit::Seconds);
    case Meaning::Moment:
      return momentOf(text, m_timeStyle);
    case Meaning::Plain:
      break;
  }
  return displayText(cell.text);
}

int PageModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PageModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant PageModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = m_rows[static_cast<std::size_t>(index.row())];
  const PageCell& cell = row.cells[static_cast<std::size_t>(index.column())];
  const bool isNull = cell.kind == PageCell::Kind::Null;
  switch (role) {
    case Qt::DisplayRole:
      return cellText(cell, static_cast<std::size_t>(index.column()));
    case Qt::ToolTipRole:
      return toolTipOf(cell);
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(
          Qt::Alignment(Qt::AlignVCenter | (isNumber(cell) ? Qt::AlignRight : Qt::AlignLeft)));
    case KeyRole:
      return QString::fromStdString(row.key);
    case RawRole:
      return QString::fromStdString(cell.text);
    case IsNullRole:
      return isNull;
    case SortRole:
      return sortValueOf(cell);
    default:
      return {};
  }
}

QVariant PageModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (role != Qt::DisplayRole || section < 0) return {};
  if (orientation == Qt::Vertical) {
    return QVariant::fromValue(m_offset + static_cast<std::uint64_t>(section) + 1);
  }
  if (section >= columnCount()) return {};
  const std::string& name = m_columns[static_cast<std::size_t>(section)];
  const bool isOfEngine = m_subject == BrowseSubject::Queue ||
                          m_subject == BrowseSubject::DeadLetters ||
                          m_subject == BrowseSubject::Trace || m_subject == BrowseSubject::Health;
  return isOfEngine ? titleOf(name) : displayText(name);
}

}  // namespace penstock::ui
