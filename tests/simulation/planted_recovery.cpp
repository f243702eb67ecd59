// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/planted_recovery.h"

#include <span>
#include <vector>

#include "journal/file/format.h"
#include "journal/file/recovery.h"
#include "journal/file/segment_files.h"

namespace penstock::test {
namespace {

/// A whole group at the end, that nothing proves as synced, loses its header.
void cutGoodTail(SimulatedDisk& disk, const RecoveredJournal& found, const std::string& path) {
  if (found.provenEnd < found.end.offset) disk.files().flipBit(path, found.provenEnd * 8);
}

/// Whatever stands in the records of a torn group gets the checksum that belongs to it.
void signTornTail(SimulatedDisk& disk, const RecoveredJournal& found, const std::string& path) {
  if (!found.tornTail) return;
  const JournalPosition at = found.tornTail->at;
  auto file = disk.files().open(path, FileSystem::OpenMode::ReadWrite);
  if (!file) return;
  std::vector<std::byte> head(kGroupHeaderBytes);
  if (!(*file)->readAt(at.offset, head).isOk()) return;
  const auto header = decodeGroupHeader(head, found.id, at);
  if (!header) return;
  std::vector<std::byte> bytes(header->bytes);
  if (!(*file)->readAt(at.offset + kGroupHeaderBytes, bytes).isOk()) return;
  const std::uint64_t seed = segmentSeed(found.id, at.segment);
  std::size_t offset = 0;
  for (std::uint32_t i = 0; i < header->records; ++i) {
    if (offset + kRecordFrameBytes > bytes.size()) return;
    const std::size_t left = bytes.size() - offset - kRecordFrameBytes;
    std::size_t length = payloadBytesOf(std::span(bytes).subspan(offset));
    if (length == 0 || length > left || i + 1 == header->records) length = left;
    const std::string payload(
        reinterpret_cast<const char*>(bytes.data()) + offset + kRecordFrameBytes, length);
    encodeRecord({RecordType::ChangeSet, payload, hashPayload(payload)},
                 makeSequence(at.segment, header->firstIndex + i), seed, bytes.data() + offset);
    offset += kRecordFrameBytes + length;
  }
  (void)(*file)->writeAt(at.offset + kGroupHeaderBytes, bytes);
  (void)(*file)->syncData();
}

}  // namespace

void plantBeforeRecovery(PlantedBug bug, SimulatedDisk& disk, const std::string& directory) {
  if (bug != PlantedBug::GoodTailCutOff && bug != PlantedBug::TornTailTakenAsGood) return;
  const auto found = recoverJournal(disk.files(), directory);
  if (!found) return;
  const bool isTorn = found->tornTail.has_value();
  const std::uint32_t segment = isTorn ? found->tornTail->at.segment : found->end.segment;
  if (segment == 0) return;
  const std::string path = directory + "/" + segmentName(segment);
  if (bug == PlantedBug::GoodTailCutOff) {
    cutGoodTail(disk, *found, path);
  } else {
    signTornTail(disk, *found, path);
  }
}

}  // namespace penstock::test
