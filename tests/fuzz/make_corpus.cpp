// SPDX-License-Identifier: Apache-2.0
// Writes those inputs of the corpus that no person can type: segments of a real journal and the
// encoded byte forms, whole and made hostile. Not run by ./test; for when a format has changed.
#include <cstdio>
#include <cstring>
#include <string>

#include "base/file_system.h"
#include "intake/known_ids.h"
#include "intake/source_positions.h"
#include "journal/accepted_loss.h"
#include "journal/file/file_journal.h"
#include "model/dead_letter.h"
#include "tests/backend/model/model_samples.h"
#include "tests/fuzz/segment_chunks.h"
#include "tests/fuzz/target.h"
#include "tests/support/simulated_file_system.h"

namespace penstock::test {
namespace {

const std::string kJournal = "/journal";
constexpr std::uint64_t kBlock = limits::kJournalBlockBytes;

class FixedClock final : public Clock {
 public:
  SteadyTime steadyNow() const override { return SteadyTime(std::chrono::hours(1)); }
  WallTime wallNow() const override { return WallTime(std::chrono::hours(24) * 20'000); }
};

class Corpus {
 public:
  explicit Corpus(std::string directory) : m_directory(std::move(directory)) {}

  void add(const std::string& target, const std::string& name, std::string_view content) {
    const std::string directory = m_directory + "/" + target;
    CHECK(posixFileSystem().createDirectories(directory).isOk());
    CHECK(replaceFile(posixFileSystem(), directory + "/" + name, content).isOk());
  }
  void add(ByteForm form, const std::string& name, std::string_view content, unsigned sealed = 0) {
    const auto choice = static_cast<char>(static_cast<unsigned>(form) | sealed);
    add("byte_form", name, choice + std::string(content));
  }

 private:
  const std::string m_directory;
};

template <typename T>
std::string with(std::string bytes, std::size_t at, T value) {
  CHECK(at + sizeof value <= bytes.size());
  std::memcpy(bytes.data() + at, &value, sizeof value);
  return bytes;
}

// --- the journal ---------------------------------------------------------------------------------

using Segments = std::map<std::uint32_t, std::string>;

Segments writtenSegments(const SimulatedFileSystem& files) {
  Segments segments;
  const auto copy = files.afterKill();
  for (std::uint32_t number = 1; number <= 4; ++number) {
    const auto content = readWholeFile(*copy, kJournal + "/" + segmentName(number));
    if (content) segments[number] = *content;
  }
  for (auto& [number, content] : segments) {  // what is prepared and not used yet
    content.resize(roundUpToBlock(content.find_last_not_of('\0') + 1));
  }
  return segments;
}

/// Two segments and a bit, of four blocks each, with groups of one and of two records.
Segments realSegments(bool isClosed) {
  SimulatedFileSystem files;
  const FixedClock clock;
  FileJournalOptions options;
  options.directory = kJournal;
  options.segmentBytes = 4 * kBlock;
  options.stagingBytes = 8 * kBlock;
  options.spares = 0;
  options.drive = FileJournalOptions::Drive::Steps;
  options.initialCatalog = std::make_shared<const Catalog>(sampleCatalog());
  CHECK(files.createDirectories(kJournal).isOk());
  CHECK(replaceFile(files, kJournal + "/" + std::string(kJournalIdentityName),
                    encodeIdentity(fuzzJournalId()))
            .isOk());
  auto journal = FileJournal::open(files, clock, options);
  CHECK(journal.isOk());
  for (int i = 0; i < 9; ++i) {
    for (int k = 0; k <= i % 2; ++k) {
      CHECK((*journal)->append(RecordType::ChangeSet, sampleChangeSet(), clock.steadyNow()).isOk());
    }
    static_cast<void>((*journal)->step());
  }
  if (isClosed) CHECK((*journal)->close().isOk());
  return writtenSegments(files);
}

std::string sparse(const Segments& segments) {
  std::string input;
  for (const auto& [number, content] : segments) appendSegment(input, number, content);
  return input;
}

/// Segments, in the second of which a group is signed after a number in it was replaced.
template <typename T>
std::string forged(const Segments& segments, std::size_t group, std::size_t at, T value) {
  std::string input;
  for (const auto& [number, content] : segments) {
    for (std::size_t begin = 0; begin < content.size(); begin += kBlock) {
      const bool isForged = number == 2 && begin == group * kBlock;
      std::string block = content.substr(begin, kBlock);
      block.resize(block.find_last_not_of('\0') + 1);
      if (isForged) block = with(block, at, value);
      const unsigned flags = number - 1 + (isForged ? SegmentChunk::kSigned : 0u);
      appendChunk(input, {flags, block});
    }
  }
  return input;
}

void addJournals(Corpus& corpus) {
  const Segments running = realSegments(false);
  const Segments closed = realSegments(true);
  CHECK(running.size() >= 3);
  const auto add = [&](const std::string& name, const std::string& input) {
    corpus.add("journal", name, input);
  };
  add("running", sparse(running));
  add("closed", sparse(closed));
  Segments changed = closed;
  changed.erase(2);
  add("segment_missing", sparse(changed));
  changed = running;
  changed.rbegin()->second.resize(changed.rbegin()->second.size() - kBlock + 200);
  add("tail_cut_off", sparse(changed));
  changed = closed;
  changed[2][kBlock + kGroupHeaderBytes + 40] ^= 1;
  add("record_bit", sparse(changed));
  changed = closed;
  changed[1][2] ^= 1;
  add("first_header_bit", sparse(changed));
  changed = closed;
  std::swap(changed[1], changed[2]);
  add("renamed", sparse(changed));
  changed = closed;
  changed[2] = with(with(changed[2], 4, std::uint16_t{2}), 6, std::uint16_t{0xfffd});
  add("newer_format", sparse(changed));
  // Whole by their checksums, and still nothing that a writer makes. See journal/file/format.h.
  add("forged_names_itself", forged(closed, 0, 64, std::uint32_t{2}));
  add("forged_names_later", forged(closed, 0, 64, std::uint32_t{3}));
  add("forged_far_end", forged(closed, 0, 72, std::uint64_t{1} << 62));
  add("forged_head", forged(closed, 0, 80, ~std::uint64_t{0}));
  add("forged_bytes", forged(closed, 1, 48, ~std::uint64_t{0} - 4096));
  add("forged_records", forged(closed, 1, 32, ~std::uint32_t{0}));
  add("forged_index", forged(closed, 1, 28, ~std::uint32_t{0}));
  add("unknown_type", forged(closed, 1, kGroupHeaderBytes + 4, std::uint8_t{9}));
  add("ignorable_type", forged(closed, 1, kGroupHeaderBytes + 4, std::uint8_t{0x89}));
}

// --- byte forms ----------------------------------------------------------------------------------

void addChangeSets(Corpus& corpus) {
  const std::string good = sampleChangeSet();
  const auto form = ByteForm::ChangeSet;
  corpus.add(form, "change_set", good);
  corpus.add(form, "change_set_cut_off", good.substr(0, good.size() - 3));
  corpus.add(form, "change_set_newer", with(good, 0, '\2'));
  corpus.add(form, "change_set_all_flags", with(good, 1, '\xff'));
  std::string header("\1\0", 2);
  header.append(8, 'h');
  corpus.add(form, "change_set_without_end", header + "\xff\xff\xff\xff\x0f");
  corpus.add(form, "change_set_long_varint", header + std::string("\x81\0\1\0\0\0\0", 7));
  corpus.add(form, "change_set_nan",
             header + std::string("\1\1\0\0\1\0\4\0\0\0\0\0\0\xf8\x7f\0", 16));
}

void addLetterOrders(Corpus& corpus) {
  const std::string changeSet = sampleChangeSet();
  LetterOrder order;
  order.sink = "primary";
  order.journal = "0102030405060708090a0b0c0d0e0f10";
  order.sequence = makeSequence(3, 7);
  order.who = "an operator";
  order.changeSet = changeSet;
  std::string bytes;
  order.encodeTo(bytes);
  corpus.add(ByteForm::LetterOrder, "letter_retry", bytes);
  order.action = LetterAction::Discard;
  order.encodeTo(bytes);
  corpus.add(ByteForm::LetterOrder, "letter_discard_with_set", bytes);
  order.changeSet = {};
  order.encodeTo(bytes);
  corpus.add(ByteForm::LetterOrder, "letter_discard", bytes);
}

void addAcceptedLosses(Corpus& corpus) {
  const AcceptedLoss loss{makeSequence(3, 7), makeSequence(3, 9), "an operator", "a reason", 0};
  corpus.add(ByteForm::AcceptedLoss, "accepted_loss", loss.encode());
  const AcceptedLoss backwards{makeSequence(3, 9), makeSequence(3, 7), "", "", 0};
  corpus.add(ByteForm::AcceptedLoss, "accepted_loss_backwards", backwards.encode());
}

void addCatalogs(Corpus& corpus) {
  const auto form = ByteForm::Catalog;
  const std::string good = sampleCatalog().encode();
  corpus.add(form, "catalog", good);
  corpus.add(form, "catalog_cut_off", good.substr(0, good.size() / 2));
  corpus.add(form, "catalog_many_tables", std::string("\2\xff\xff\xff\xff\x0f\1a", 8));
  corpus.add(form, "catalog_key_beyond", std::string("\2\1\1a\0\0\1\5\0\0", 10));
  corpus.add(form, "catalog_same_name", std::string("\2\2\1a\0\0\0\0\0\1a\0\0\0\0\0", 16));
  corpus.add(form, "catalog_same_column",
             std::string("\2\1\3log\2\2\2id\1\0\0\2id\1\0\0\2\0\0\0\0", 25));
}

void addSnapshots(Corpus& corpus) {
  KnownIds ids(16);
  for (std::uint64_t i = 1; i <= 12; ++i) ids.remember({i << 32, i}, i, Sequence{i});
  const std::string good = ids.snapshot(Sequence{12});
  corpus.add(ByteForm::KnownIds, "known_ids", good);
  corpus.add(ByteForm::KnownIds, "known_ids_bit", with(good, 9, '\x55'));
  corpus.add(ByteForm::KnownIds, "known_ids_count", std::string("\1\1\xff\xff\xff\xff\x0f", 7),
             kSealed);
  corpus.add(ByteForm::KnownIds, "known_ids_sealed", good.substr(0, good.size() - 8), kSealed);
  SourcePositions positions;
  for (const std::uint64_t line : {1, 2, 3, 7, 8, 300}) {
    CHECK(positions.add({5, line, line}, SourcePositions::LineFate::Journaled).isOk());
    CHECK(positions.add({6, line + 1, line}, SourcePositions::LineFate::Refused).isOk());
  }
  const std::string known = positions.snapshot(Sequence{9});
  corpus.add(ByteForm::SourcePositions, "positions", known);
  corpus.add(ByteForm::SourcePositions, "positions_sealed", known.substr(0, known.size() - 8),
             kSealed);
  std::string none("\1\1\1", 3);
  none += with(std::string(8, '\0'), 0, std::uint64_t{5}) + "\3" + std::string(8, 'c');
  corpus.add(ByteForm::SourcePositions, "positions_line_again",
             none + std::string("\0\1\0", 3) + std::string(8, 'c'), kSealed);
  corpus.add(
      ByteForm::SourcePositions, "positions_beyond_all",
      none + std::string("\0\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 12) + std::string(8, 'c'),
      kSealed);
}

}  // namespace
}  // namespace penstock::test

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: penstock_fuzz_corpus tests/fuzz/corpus\n");
    return 2;
  }
  penstock::test::Corpus corpus(argv[1]);
  penstock::test::addJournals(corpus);
  penstock::test::addChangeSets(corpus);
  penstock::test::addLetterOrders(corpus);
  penstock::test::addAcceptedLosses(corpus);
  penstock::test::addCatalogs(corpus);
  penstock::test::addSnapshots(corpus);
  return 0;
}
