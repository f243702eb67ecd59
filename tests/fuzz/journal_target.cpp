// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "journal/file/reader.h"
#include "journal/file/segment_files.h"
#include "journal/file/verify.h"
#include "tests/fuzz/segment_chunks.h"
#include "tests/fuzz/target.h"
#include "tests/support/simulated_file_system.h"

namespace penstock::test {
namespace {

const std::string kDirectory = "/journal";

using Segments = std::map<std::uint32_t, std::string>;

bool write(SimulatedFileSystem& files, const std::string& name, std::string_view content) {
  const auto file = files.open(kDirectory + "/" + name, FileSystem::OpenMode::CreateNew);
  if (!file) return false;
  return (*file)->writeAt(0, std::as_bytes(std::span(content))).isOk();
}

bool writeAll(SimulatedFileSystem& files, const Segments& segments) {
  if (!files.createDirectories(kDirectory)) return false;
  const std::string identity = encodeIdentity(fuzzJournalId());
  if (!write(files, std::string(kJournalIdentityName), identity)) return false;
  return std::all_of(segments.begin(), segments.end(), [&](const auto& segment) {
    return write(files, segmentName(segment.first), segment.second);
  });
}

Complaint lookAtFailure(const Status& failure) {
  if (failure.code() == StatusCode::IoError) return "a good disk fails: " + failure.message();
  return isOneLine(failure.message()) ? "" : "the failure is not one line: " + failure.message();
}

/// Whether the files hold the record, with the checksum that belongs to it.
bool isInFiles(const JournalRecord& record, const Segments& segments) {
  const std::uint32_t number = segmentOf(record.sequence);
  const auto segment = segments.find(number);
  if (segment == segments.end()) return false;
  std::string expected(kRecordFrameBytes + record.payload.size(), '\0');
  encodeRecord({record.type, record.payload, hashPayload(record.payload)}, record.sequence,
               segmentSeed(fuzzJournalId(), number), reinterpret_cast<std::byte*>(expected.data()));
  // The three bytes behind the type are covered by the checksum, so they are zero or it is wrong.
  return segment->second.find(expected) != std::string::npos;
}

/// Reads a journal to its end, over all damage.
class WholeReading {
 public:
  WholeReading(const StoppedJournal& journal, const Segments& segments)
      : m_journal(journal), m_segments(segments) {
    // A damage is at least a block, or a segment that is missing.
    for (const auto& [number, content] : segments) {
      m_stepsMax += 2 + content.size() / kRecordFrameBytes + content.size() / 512;
    }
  }

  std::size_t records() const { return m_sequences.size(); }
  std::size_t damages() const { return m_damages; }

  Complaint run() {
    auto reader = m_journal.openReader(m_journal.oldestKept);
    if (!reader) return lookAtFailure(reader.status());
    for (std::size_t steps = 0; steps < m_stepsMax; ++steps) {
      const auto record = (*reader)->next();
      if (record && !record->has_value()) return readFromPlaces();
      if (record) {
        if (Complaint wrong = look(**record); !wrong.empty()) return wrong;
        continue;
      }
      if (Complaint wrong = lookAtFailure(record.status()); !wrong.empty()) return wrong;
      if (record.status().code() != StatusCode::Corrupt) return readFromPlaces();
      ++m_damages;
      if (const Status passed = (*reader)->passDamage(); !passed) return lookAtFailure(passed);
    }
    return "reading does not come to an end";
  }

 private:
  Complaint look(const JournalRecord& record) {
    if (!m_sequences.empty() && record.sequence <= m_sequences.back()) return "a sequence twice";
    if (record.catalog == nullptr) return "a record without a catalog";
    if (!isInFiles(record, m_segments)) return "a record that the files do not hold";
    m_sequences.push_back(record.sequence);
    return {};
  }

  /// A cursor set behind a record finds the one that was read after it, or damage.
  Complaint readFromPlaces() const {
    constexpr std::size_t kPlaces = 6;
    for (std::size_t i = 0; i < std::min(kPlaces, m_sequences.size()); ++i) {
      auto reader = m_journal.openReader(m_sequences[i]);
      if (!reader) return "a cursor cannot be set behind a record: " + reader.status().message();
      const auto next = (*reader)->next();
      if (!next) {
        if (m_damages == 0 && next.status().code() == StatusCode::Corrupt) return "new damage";
        continue;
      }
      const bool isEnd = i + 1 == m_sequences.size();
      if (next->has_value() == isEnd) return "a cursor finds another end";
      if (!isEnd && (*next)->sequence != m_sequences[i + 1]) return "a cursor finds another record";
    }
    return {};
  }

  const StoppedJournal& m_journal;
  const Segments& m_segments;
  std::size_t m_stepsMax = 16;
  std::vector<Sequence> m_sequences;
  std::size_t m_damages = 0;
};

}  // namespace

Complaint tryJournal(std::string_view input) {
  const Segments segments = segmentsOf(input);
  SimulatedFileSystem files;
  if (!writeAll(files, segments)) return "the files cannot be written";
  const auto report = verifyJournal(files, kDirectory);
  const auto journal = openForReading(files, kDirectory);
  if (report.isOk() && !journal) return "verified, and not opened: " + journal.status().message();
  if (!journal) return lookAtFailure(journal.status());
  WholeReading reading(*journal, segments);
  if (Complaint wrong = reading.run(); !wrong.empty()) return wrong;
  if (!report) return lookAtFailure(report.status());
  if (report->damages.empty() && reading.damages() > 0) return "damage that verify does not name";
  return reading.records() > report->records ? "records that verify does not count" : "";
}

}  // namespace penstock::test
