// SPDX-License-Identifier: Apache-2.0
// Entries of its snapshot (snapshot_frame.h), one per source: 8 bytes source, varint upTo, 8 bytes
// chain hash, varint refused, varint count of lines beyond, each varint line (as distance from the
// one before) and 8 bytes chain hash. Behind all of them, for each source with shed lines: 8 bytes
// source, varint shed.
#include "intake/source_positions.h"

#include <utility>

#include "base/check.h"
#include "intake/snapshot_frame.h"
#include "model/varint.h"

namespace penstock {
namespace {

constexpr SnapshotFrame kFrame("snapshot of source positions", 1);

}  // namespace

std::uint64_t* SourcePositions::Source::countOf(LineFate fate) {
  if (fate == LineFate::Journaled) return nullptr;
  return fate == LineFate::Refused ? &refused : &shed;
}

SourcePositions::Position SourcePositions::position(std::uint64_t source) const {
  const auto known = m_sources.find(source);
  if (known == m_sources.end()) return {};
  const Source& of = known->second;
  return {of.upTo, of.chainHash, of.refused, of.shed, of.beyond.size()};
}

bool SourcePositions::contains(std::uint64_t source, std::uint64_t line) const {
  const auto known = m_sources.find(source);
  if (known == m_sources.end()) return false;
  return line <= known->second.upTo || known->second.beyond.contains(line);
}

Status SourcePositions::canAdd(const SourceLine& line) const {
  const auto known = m_sources.find(line.source);
  if (known == m_sources.end() && m_sources.size() >= limits::kSourcesMax) {
    return {StatusCode::Overloaded, "more than " + std::to_string(limits::kSourcesMax) +
                                        " replayed sources (use fewer names)"};
  }
  const std::uint64_t upTo = known == m_sources.end() ? 0 : known->second.upTo;
  if (line.line > upTo && line.line - upTo > limits::kSourceLinesAheadMax) {
    return {StatusCode::Overloaded, "line " + std::to_string(line.line) + " is too far past line " +
                                        std::to_string(upTo + 1) +
                                        ", which is missing (send the earlier lines first)"};
  }
  return Status::ok();
}

Status SourcePositions::add(const SourceLine& line, LineFate fate) {
  CHECK(line.source != 0 && line.line != 0);
  RETURN_IF_ERROR(canAdd(line));
  if (contains(line.source, line.line)) return Status::ok();
  Source& of = m_sources[line.source];
  if (std::uint64_t* count = of.countOf(fate)) ++*count;
  if (line.line != of.upTo + 1) {
    of.beyond.emplace(line.line, line.chainHash);
    return Status::ok();
  }
  of.upTo = line.line;
  of.chainHash = line.chainHash;
  while (!of.beyond.empty() && of.beyond.begin()->first == of.upTo + 1) {
    of.upTo = of.beyond.begin()->first;
    of.chainHash = of.beyond.begin()->second;
    of.beyond.erase(of.beyond.begin());
  }
  return Status::ok();
}

bool SourcePositions::forget(const SourceLine& line, LineFate fate) {
  const auto known = m_sources.find(line.source);
  if (known == m_sources.end() || known->second.beyond.erase(line.line) == 0) return false;
  if (std::uint64_t* count = known->second.countOf(fate)) --*count;
  return true;
}

std::size_t SourcePositions::memoryBytes() const {
  constexpr std::size_t kNodeBytes = 32;  // of std::map, beside what it holds
  std::size_t bytes = m_sources.size() * (sizeof(Source) + 8 + kNodeBytes);
  for (const auto& [hash, source] : m_sources) bytes += source.beyond.size() * (16 + kNodeBytes);
  return bytes;
}

std::string SourcePositions::snapshot(Sequence position) const {
  std::string entries;
  for (const auto& [hash, source] : m_sources) {
    appendFixed64(entries, hash);
    appendVarint(entries, source.upTo);
    appendFixed64(entries, source.chainHash);
    appendVarint(entries, source.refused);
    appendVarint(entries, source.beyond.size());
    std::uint64_t before = source.upTo;
    for (const auto& [line, chainHash] : source.beyond) {
      appendVarint(entries, line - before);
      appendFixed64(entries, chainHash);
      before = line;
    }
  }
  for (const auto& [hash, source] : m_sources) {
    if (source.shed == 0) continue;
    appendFixed64(entries, hash);
    appendVarint(entries, source.shed);
  }
  return kFrame.seal(position, m_sources.size(), entries);
}

Result<Sequence> SourcePositions::restore(std::string_view bytes) {
  Result<SnapshotFrame::Opened> opened = kFrame.open(bytes);
  if (!opened) return opened.status();
  ByteReader& reader = opened->entries;
  std::map<std::uint64_t, Source> sources;
  std::uint64_t before = 0;  // in order, and no source is 0
  for (std::uint64_t i = 0; i < opened->count; ++i) {
    std::uint64_t hash = 0;
    std::uint64_t beyond = 0;
    Source source;
    if (!reader.take64(hash) || !reader.takeVarint(source.upTo)) return kFrame.corrupt();
    if (std::exchange(before, hash) >= hash) return kFrame.corrupt();
    if (!reader.take64(source.chainHash) || !reader.takeVarint(source.refused))
      return kFrame.corrupt();
    if (!reader.takeVarint(beyond)) return kFrame.corrupt();
    std::uint64_t line = source.upTo;
    for (std::uint64_t k = 0; k < beyond; ++k) {
      std::uint64_t distance = 0;
      std::uint64_t chainHash = 0;
      if (!reader.takeVarint(distance) || !reader.take64(chainHash)) return kFrame.corrupt();
      const std::uint64_t least = k == 0 ? 2 : 1;  // the line behind upTo is missing
      if (distance < least || distance > ~line) return kFrame.corrupt();
      line += distance;
      source.beyond.emplace(line, chainHash);
    }
    sources.emplace(hash, std::move(source));
  }
  before = 0;
  while (!reader.atEnd()) {
    std::uint64_t hash = 0;
    std::uint64_t shed = 0;
    if (!reader.take64(hash) || !reader.takeVarint(shed)) return kFrame.corrupt();
    const auto known = sources.find(hash);
    if (known == sources.end() || shed == 0 || hash <= before) return kFrame.corrupt();
    known->second.shed = shed;
    before = hash;
  }
  m_sources.swap(sources);
  return opened->position;
}

}  // namespace penstock
