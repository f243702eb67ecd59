// SPDX-License-Identifier: Apache-2.0
#include "intake/snapshot_frame.h"

#include <cstring>

#include "model/identity.h"

namespace penstock {

std::string SnapshotFrame::seal(Sequence position, std::uint64_t count,
                                std::string_view entries) const {
  std::string bytes;
  bytes.reserve(entries.size() + 32);
  bytes.push_back(static_cast<char>(m_format));
  appendVarint(bytes, toNumber(position));
  appendVarint(bytes, count);
  bytes.append(entries);
  appendFixed64(bytes, hashBytes(bytes));
  return bytes;
}

Result<SnapshotFrame::Opened> SnapshotFrame::open(std::string_view bytes) const {
  std::uint64_t checksum = 0;
  if (bytes.size() < sizeof checksum + 1) return corrupt();
  const std::string_view content = bytes.substr(0, bytes.size() - sizeof checksum);
  std::memcpy(&checksum, bytes.data() + content.size(), sizeof checksum);
  if (checksum != hashBytes(content)) return corrupt();
  ByteReader reader(content);
  std::uint8_t format = 0;
  if (!reader.take8(format)) return corrupt();
  if (format != m_format) {
    return Status(StatusCode::Unsupported,
                  std::string(m_what) + " of format " + std::to_string(format) +
                      ": written by a newer Penstock (it will be built anew)");
  }
  std::uint64_t position = 0;
  std::uint64_t count = 0;
  if (!reader.takeVarint(position) || !reader.takeVarint(count)) return corrupt();
  return Opened{Sequence{position}, count, reader};
}

Status SnapshotFrame::corrupt() const {
  return {StatusCode::Corrupt, std::string(m_what) + " is damaged (it will be built anew)"};
}

}  // namespace penstock
