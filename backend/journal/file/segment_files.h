// SPDX-License-Identifier: Apache-2.0
// The files of a journal's directory: their names, and the stock of prepared segments. Writing into
// a file whose blocks are already written is several times as fast as growing one, therefore spare
// segments are filled with zeros ahead of time, or made of segments that nobody needs any more.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"
#include "base/status.h"

namespace penstock {

inline constexpr std::string_view kJournalIdentityName = "identity";
inline constexpr std::string_view kJournalLockName = "lock";

/// `segment-000000042`
std::string segmentName(std::uint32_t number);
/// The number in a segment's name; nothing when it is no such name.
std::optional<std::uint32_t> parseSegmentName(std::string_view name);

/// `segment-000000042.unreadable`, of a file that was set aside; with an attempt above 1 a number
/// more. No segment's name.
std::string setAsideName(std::uint32_t number, std::uint32_t attempt);
/// The segment's number in such a name.
std::optional<std::uint32_t> parseSetAsideName(std::string_view name);

/// Threads: any; one at a time prepares.
/// Owns: the spare files of the directory.
class SegmentFiles {
 public:
  struct Options {
    std::string directory;
    std::uint64_t segmentBytes = 0;
    std::size_t spares = 1;                 ///< how many to hold ready
    std::uint64_t freeSpaceFloorBytes = 0;  ///< no spare is made that leaves less free
  };
  SegmentFiles(FileSystem& files, Options options);

  const std::string& directory() const { return m_options.directory; }
  std::uint64_t segmentBytes() const { return m_options.segmentBytes; }
  std::string pathOf(std::uint32_t number) const;

  /// Takes stock: keeps spares of the right size, removes all other leftovers.
  Status takeStock();
  /// Makes spares until enough are ready, or the disk has no room to spare. Slow (writes a whole
  /// segment of zeros each).
  /// Cancelled after stopPreparing().
  Status prepareSpares();
  /// No spare is made any more; one that is being made is given up: its making takes as long as the
  /// disk is slow, and nobody waits for it who stops.
  void stopPreparing() { m_isStopped.store(true, std::memory_order_relaxed); }
  std::size_t readySpares() const;

  struct Opened {
    std::unique_ptr<File> file;
    std::uint64_t preparedBytes = 0;  ///< written before; what is behind grows the file
  };
  /// Gives a spare the name of segment `number`, or makes an empty file if none is ready. The name
  /// is durable when this returns.
  Result<Opened> create(std::uint32_t number);
  /// An old segment becomes a spare if one is wanted, else it is deleted. The removal is durable
  /// when this returns, so that segments vanish in order.
  Status recycle(std::uint32_t number);
  Status remove(std::uint32_t number);
  /// Takes a file out of the journal and keeps it: gives it a name that nobody reads, recycles or
  /// overwrites. Returns its new path; durable when this returns.
  Result<std::string> setAside(std::uint32_t number);

 private:
  std::string spareName();
  Status prepareOne();
  Status writeZeros(const std::string& path) const;

  FileSystem& m_files;
  const Options m_options;
  std::atomic<bool> m_isStopped{false};
  mutable Mutex m_mutex;
  std::vector<std::string> m_ready GUARDED_BY(m_mutex);  // names
  std::uint64_t m_spareNumber GUARDED_BY(m_mutex) = 0;
};

}  // namespace penstock
