// SPDX-License-Identifier: Apache-2.0
// A disk in memory that behaves as badly as real ones may: it keeps what was not synced apart, and
// can lose, reorder and tear it by sectors; it refuses calls as planned; it flips bits. After a
// failed sync the written bytes can still be read and are never made durable by a later sync, as on
// Linux. Everything follows from the seeds given, so that a failure can be replayed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/mutex.h"

namespace penstock::test {

/// Threads: any. Owns: all content; open files must not outlive it.
class SimulatedFileSystem final : public FileSystem {
 public:
  enum class Call { Open, Read, Write, Sync, Truncate, Rename, Remove, SyncDirectory };
  enum class Fault {
    IoError,
    NoSpace,
    ShortWrite,  ///< a part of the bytes is written, then it fails
  };
  struct FaultPlan {
    Call call{};
    Fault fault = Fault::IoError;
    std::uint64_t after = 0;  ///< so many calls succeed first
    std::uint64_t times = 1;  ///< so many fail then
  };

  SimulatedFileSystem() = default;

  void plan(const FaultPlan& plan);
  void clearFaults();
  /// How often it was called since the start.
  std::uint64_t calls(Call call) const;
  /// Writes beyond it fail with ENOSPC. Default: no limit.
  void setCapacity(std::uint64_t bytes);

  /// A copy as a power loss would leave it: of what was not synced, any sectors may be there and
  /// any may be missing; of creations, renames and removals in a directory, the first few.
  std::unique_ptr<SimulatedFileSystem> afterPowerLoss(std::uint64_t seed) const;
  /// A copy as the end of the process leaves it: everything written is there, nothing more synced.
  std::unique_ptr<SimulatedFileSystem> afterKill() const;

  /// The bytes rot, in memory and on the disk. Expects: the file has that bit.
  void flipBit(const std::string& path, std::uint64_t bit);
  /// Cuts the file, in memory and on the disk.
  void cut(const std::string& path, std::uint64_t size);
  std::uint64_t sizeOf(const std::string& path) const;

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status createDirectories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  bool exists(const std::string& path) override;
  Status syncDirectory(const std::string& directory) override;
  Result<DiskSpace> space(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         std::string_view holderNote) override;

 private:
  friend class SimulatedFile;
  friend class SimulatedLock;

  using Bytes = std::vector<std::byte>;
  /// A write that is not synced. Doomed: a sync has failed over it.
  struct Write {
    std::uint64_t offset = 0;
    Bytes bytes;
    bool doomed = false;
  };
  struct Node {
    Bytes seen;     // what a read returns
    Bytes durable;  // what is surely on the disk
    std::vector<Write> unsynced;
  };
  using NodePointer = std::shared_ptr<Node>;
  /// A change of a directory that is not synced: `from` vanishes, `to` names the node.
  struct Move {
    std::string from;
    std::string to;
    NodePointer node;
  };

  Status fail(Call call, const std::string& path) REQUIRES(m_mutex);
  Status write(Node& node, std::uint64_t offset, std::span<const std::byte> bytes,
               const std::string& path);
  std::uint64_t usedBytes() const REQUIRES(m_mutex);
  void record(const std::string& directory, Move move) REQUIRES(m_mutex);
  static void apply(std::map<std::string, NodePointer>& names, const Move& move);
  static void supersede(std::vector<Write>& doomed, const Write& newer);
  static void overwrite(Bytes& content, std::uint64_t offset, std::span<const std::byte> bytes);

  mutable Mutex m_mutex;
  std::map<std::string, NodePointer> m_names GUARDED_BY(m_mutex);
  std::map<std::string, NodePointer> m_durableNames GUARDED_BY(m_mutex);
  std::map<std::string, std::vector<Move>> m_moves GUARDED_BY(m_mutex);  // by directory
  std::set<std::string> m_directories GUARDED_BY(m_mutex);
  std::map<std::string, std::string> m_locks GUARDED_BY(m_mutex);  // path to the holder's note
  std::vector<FaultPlan> m_plans GUARDED_BY(m_mutex);
  std::array<std::uint64_t, 8> m_calls GUARDED_BY(m_mutex){};
  std::uint64_t m_capacity GUARDED_BY(m_mutex) = ~std::uint64_t{0};
};

}  // namespace penstock::test
