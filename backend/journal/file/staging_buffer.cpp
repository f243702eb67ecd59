// SPDX-License-Identifier: Apache-2.0
#include "journal/file/staging_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace penstock {
namespace {

constexpr std::align_val_t kAlignment{limits::kJournalBlockBytes};

}  // namespace

void StagingBuffer::Release::operator()(std::byte* memory) const {
  ::operator delete[](memory, kAlignment);
}

StagingBuffer::StagingBuffer(const JournalId& journal, std::size_t capacity)
    : m_journal(journal),
      m_capacity(roundUpToBlock(capacity)),
      m_memory(static_cast<std::byte*>(::operator new[](m_capacity, kAlignment))) {}

void StagingBuffer::begin(Place place) {
  CHECK(place.offset % limits::kJournalBlockBytes == 0);
  m_place = std::move(place);
  m_seed = segmentSeed(m_journal, m_place.segment);
  m_used = kGroupHeaderBytes;
  m_records = 0;
  m_changeSets = 0;
  const std::uint64_t left = m_place.segmentBytes - std::min(m_place.segmentBytes, m_place.offset);
  m_room = static_cast<std::size_t>(std::min<std::uint64_t>(m_capacity, left));
}

bool StagingBuffer::fits(std::size_t payloadBytes) const {
  return m_used + kRecordFrameBytes + payloadBytes <= m_room &&
         nextIndex() < limits::kRecordsPerSegmentMax;
}

Sequence StagingBuffer::add(const RecordToWrite& record) {
  const Sequence sequence = makeSequence(m_place.segment, nextIndex());
  encodeRecord(record, sequence, m_seed, m_memory.get() + m_used);
  m_used += kRecordFrameBytes + record.payload.size();
  ++m_records;
  if (record.type == RecordType::ChangeSet) ++m_changeSets;
  return sequence;
}

std::span<const std::byte> StagingBuffer::finish(GroupHeader header) {
  header.journal = m_journal;
  header.segment = m_place.segment;
  header.firstIndex = m_place.firstIndex;
  header.records = m_records;
  header.offset = m_place.offset;
  header.bytes = bytes();
  header.catalogHash = m_place.catalogHash;
  encodeGroupHeader(header, {m_memory.get(), kGroupHeaderBytes});
  const std::size_t padded = roundUpToBlock(m_used);
  std::memset(m_memory.get() + m_used, 0, padded - m_used);
  return {m_memory.get(), padded};
}

}  // namespace penstock
