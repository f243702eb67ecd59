// SPDX-License-Identifier: Apache-2.0
#include "engine/browse/trace_browser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/clock.h"
#include "base/number_text.h"
#include "engine/operate/letter_desk.h"
#include "model/codec_json.h"
#include "model/limits.h"

namespace penstock {
namespace {

constexpr std::size_t kPageLetters = 500;

PageCell text(std::string value) { return {std::move(value), PageCell::Kind::Text}; }
PageCell number(std::uint64_t value) { return {std::to_string(value), PageCell::Kind::Number}; }

std::string timeText(std::int64_t micros) {
  return micros == 0 ? std::string() : formatUtc(WallTime{std::chrono::microseconds(micros)});
}

/// `waiting`, `persisted`, `held`, `dead letter` …
std::string stateOf(const SinkTrace& trace, const SinkView& view) {
  const bool isLetter = trace.fate == SinkFate::DeadLetter && view.letter;
  if (isLetter && view.letter->kind != kLetterRefused) return view.letter->kind;
  std::string state(sinkFateName(trace.fate));
  std::ranges::replace(state, '_', ' ');
  return state;
}

/// People write a key as it stands in the queue, with a space behind each comma, too.
std::string keyWithoutSpaces(const std::string& typed) {
  std::string key;
  for (const char c : typed) {
    if (c != ' ' || key.empty() || key.back() != ',') key.push_back(c);
  }
  return key;
}

std::optional<Sequence> sequenceIn(const std::string& typed) {
  std::uint64_t sequence = 0;
  const auto read = std::from_chars(typed.data(), typed.data() + typed.size(), sequence);
  const bool isWhole = read.ec == std::errc() && read.ptr == typed.data() + typed.size();
  return isWhole ? std::optional(Sequence{sequence}) : std::nullopt;
}

}  // namespace

BrowsePage TraceBrowser::page(const BrowseRequest& request) const {
  TraceQuery query;
  if (request.filter.empty()) return trace(query, request);
  if (!request.table.empty()) {
    query.table = request.table;
    query.key = keyWithoutSpaces(request.filter);
    return trace(query, request);
  }
  query.sequence = sequenceIn(request.filter);
  if (query.sequence) {
    BrowsePage found = trace(query, request);
    if (found.status.code() != StatusCode::NotFound) return found;
    query.sequence.reset();  // an id may be a number, too
    query.id = request.filter;
    BrowsePage byId = trace(query, request);
    return byId.status.code() == StatusCode::NotFound ? found : byId;
  }
  query.id = request.filter;
  return trace(query, request);
}

BrowsePage TraceBrowser::trace(const TraceQuery& query, const BrowseRequest& request) const {
  BrowsePage page;
  page.subject = BrowseSubject::Trace;
  page.columns = {"sequence", "journaled_at", "sink",  "state",     "what_became_of_it",
                  "changes",  "id",           "group", "change_set"};
  if (request.filter.empty()) return page;
  if (!query.table.empty() && m_parts.journal.catalog()->find(query.table) == nullptr) {
    page.status = Status(StatusCode::NotFound, "there is no table '" + query.table + "'");
    return page;
  }
  const std::size_t setsMax = std::min<std::size_t>(request.rowsMax, limits::kBrowseRowsMax);
  Tracer tracer(query, m_parts.journal.id(), setsMax);
  page.note = scan(query, tracer);
  const std::vector<AskedSink> sinks = m_parts.sinks();
  for (const AskedSink& sink : sinks) {
    const Status read = scanLetters(sink, query, tracer);
    if (!read.isOk()) page.note = "dead letters of sink " + sink.name + ": " + read.message();
  }
  std::vector<TracedChangeSet> found = tracer.found();
  std::ranges::reverse(found);
  for (const TracedChangeSet& set : found) {
    for (const AskedSink& sink : sinks) {
      const SinkView view = viewOf(sink, set.sequence);
      const SinkTrace told = judge(set, view);
      page.rows.push_back({number(toNumber(set.sequence)), text(timeText(set.journaledMicros)),
                           text(sink.name), text(stateOf(told, view)), text(told.text),
                           text(set.summary), text(set.id), text(set.group), text(set.changeSet)});
    }
  }
  page.total = static_cast<std::int64_t>(page.rows.size());
  if (tracer.matches() > found.size()) {
    page.total = -1;
    page.note = "the newest of " + groupedNumber(tracer.matches()) + " change sets";
  }
  if (!found.empty()) return page;
  std::string why = query.describe() + ": ";
  why += tracer.otherRecord().empty() ? "no such change set" : "is " + tracer.otherRecord();
  if (!page.note.empty()) why += "; " + page.note;
  page.status = Status(StatusCode::NotFound, why + "; " + tracer.reachText() +
                                                 " (older ones were persisted and are gone)");
  return page;
}

/// The newest segments of which all records may be looked at; of one sequence, its segment.
Sequence TraceBrowser::startFor(const TraceQuery& query) const {
  const Journal& journal = m_parts.journal;
  const Sequence kept = journal.oldestKept();
  if (query.sequence) {
    return std::max(kept,
                    makeSequence(segmentOf(std::min(*query.sequence, journal.syncedHead())), 0));
  }
  std::uint32_t segment = segmentOf(journal.syncedHead());
  while (segment > segmentOf(kept) &&
         journal.distanceFrom(makeSequence(segment - 1, 0)).records <= m_recordsMax) {
    --segment;
  }
  return std::max(kept, makeSequence(segment, 0));
}

std::string TraceBrowser::scan(const TraceQuery& query, Tracer& tracer) const {
  const Sequence start = startFor(query);
  const Sequence head = m_parts.journal.syncedHead();
  std::string note;
  const auto reader = m_parts.journal.openReader(start);
  if (!reader) return reader.status().message();
  if (start > m_parts.journal.oldestKept()) {
    note = "looked at what was journaled behind sequence " + std::to_string(toNumber(start));
  }
  for (std::uint64_t seen = 0;; ++seen) {
    const auto record = (*reader)->next();
    if (!record) return "the journal cannot be read further: " + record.status().message();
    if (!record->has_value() || (*record)->sequence > head) return note;
    if (const Status taken = tracer.take(**record); !taken.isOk()) return taken.message();
    // Of the one that was asked for, only later decisions can still come.
    const bool isPast = query.sequence && (*record)->sequence > *query.sequence;
    if (isPast && seen >= m_recordsMax) {
      return "later decisions were looked for up to sequence " +
             std::to_string(toNumber((*record)->sequence));
    }
  }
}

/// Letters outlive the segments of what became them.
Status TraceBrowser::scanLetters(const AskedSink& sink, const TraceQuery& query,
                                 Tracer& tracer) const {
  if (query.sequence) {
    const auto letter = findLetter(*sink.store, {*query.sequence, toText(m_parts.journal.id())});
    if (!letter) return letter.status();
    if (letter->has_value()) tracer.takeLetter(**letter);
    return Status::ok();
  }
  std::string bytes;
  LetterQuery page{{}, false, kPageLetters};
  for (std::size_t seen = 0; seen < limits::kLetterScanMax; seen += kPageLetters) {
    const auto letters = sink.store->listDeadLetters(page);
    if (!letters) return letters.status();
    for (const DeadLetter& letter : *letters) {
      if (isMeantBy(query, letter, bytes)) tracer.takeLetter(letter);
    }
    if (letters->size() < kPageLetters) break;
    page.beyond = LetterKey{letters->back().sequence, letters->back().journal};
  }
  return Status::ok();
}

bool TraceBrowser::isMeantBy(const TraceQuery& query, const DeadLetter& letter,
                             std::string& bytes) const {
  if (query.table.empty()) return isMeant(query, letter);
  std::string named = "\"table\":";
  appendJsonString(named, query.table);
  if (letter.changeSet.find(named) == std::string::npos) return false;
  if (!m_parts.encodeLetter(letter, bytes).isOk()) return false;  // it no longer fits the tables
  const auto set = ChangeSetView::parse(bytes);
  return set && touchesRow(*set, *m_parts.journal.catalog(), query);
}

SinkView TraceBrowser::viewOf(const AskedSink& sink, Sequence sequence) const {
  SinkView view;
  view.sink = sink.name;
  view.settled = sink.settled;
  auto letter = findLetter(*sink.store, {sequence, toText(m_parts.journal.id())});
  if (letter) {
    view.letter = std::move(*letter);
  } else {
    view.status = letter.status();
  }
  return view;
}

}  // namespace penstock
