// SPDX-License-Identifier: Apache-2.0
#include "tests/support/simulated_file_system.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace penstock::test {
namespace {

constexpr std::size_t kSectorBytes = 512;

std::string directoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedFileSystem& files, SimulatedFileSystem::NodePointer node, std::string path)
      : m_files(files), m_node(std::move(node)), m_path(std::move(path)) {}

  Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> into) override {
    const MutexLock lock(m_files.m_mutex);
    RETURN_IF_ERROR(m_files.fail(SimulatedFileSystem::Call::Read, m_path));
    const auto& seen = m_node->seen;
    if (offset >= seen.size()) return std::size_t{0};
    const std::size_t count = std::min<std::uint64_t>(into.size(), seen.size() - offset);
    std::copy_n(seen.data() + offset, count, into.data());
    return count;
  }

  Status writeAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return m_files.write(*m_node, offset, bytes, m_path);
  }

  Status syncData() override {
    const MutexLock lock(m_files.m_mutex);
    if (Status failed = m_files.fail(SimulatedFileSystem::Call::Sync, m_path); !failed.isOk()) {
      for (auto& write : m_node->unsynced) write.doomed = true;
      return failed;
    }
    std::vector<SimulatedFileSystem::Write> doomed;
    for (auto& write : m_node->unsynced) {
      if (write.doomed) {
        doomed.push_back(std::move(write));
        continue;
      }
      SimulatedFileSystem::overwrite(m_node->durable, write.offset, write.bytes);
      SimulatedFileSystem::supersede(doomed, write);
    }
    m_node->unsynced = std::move(doomed);
    return Status::ok();
  }

  Status truncate(std::uint64_t size) override {
    const MutexLock lock(m_files.m_mutex);
    RETURN_IF_ERROR(m_files.fail(SimulatedFileSystem::Call::Truncate, m_path));
    // Sizes are metadata, ordered by the file system's own journal: durable at once here.
    m_node->seen.resize(size);
    m_node->durable.resize(std::min<std::uint64_t>(size, m_node->durable.size()));
    std::erase_if(m_node->unsynced, [&](const auto& write) { return write.offset >= size; });
    return Status::ok();
  }

  Result<std::uint64_t> size() const override {
    const MutexLock lock(m_files.m_mutex);
    return std::uint64_t{m_node->seen.size()};
  }

 private:
  SimulatedFileSystem& m_files;
  const SimulatedFileSystem::NodePointer m_node;
  const std::string m_path;
};

class SimulatedLock final : public FileLock {
 public:
  SimulatedLock(SimulatedFileSystem& files, std::string path)
      : m_files(files), m_path(std::move(path)) {}
  ~SimulatedLock() override {
    const MutexLock lock(m_files.m_mutex);
    m_files.m_locks.erase(m_path);
  }

 private:
  SimulatedFileSystem& m_files;
  const std::string m_path;
};

// --- faults --------------------------------------------------------------------------------------

void SimulatedFileSystem::plan(const FaultPlan& plan) {
  const MutexLock lock(m_mutex);
  m_plans.push_back(plan);
}

void SimulatedFileSystem::clearFaults() {
  const MutexLock lock(m_mutex);
  m_plans.clear();
}

std::uint64_t SimulatedFileSystem::calls(Call call) const {
  const MutexLock lock(m_mutex);
  return m_calls[static_cast<std::size_t>(call)];
}

void SimulatedFileSystem::setCapacity(std::uint64_t bytes) {
  const MutexLock lock(m_mutex);
  m_capacity = bytes;
}

Status SimulatedFileSystem::fail(Call call, const std::string& path) {
  ++m_calls[static_cast<std::size_t>(call)];
  for (FaultPlan& plan : m_plans) {
    if (plan.call != call || plan.times == 0) continue;
    if (plan.after > 0) {
      --plan.after;
      continue;
    }
    --plan.times;
    const char* why = plan.fault == Fault::NoSpace ? "no space left" : "input/output error";
    return {StatusCode::IoError, "'" + path + "': " + why + " (simulated)"};
  }
  return Status::ok();
}

Status SimulatedFileSystem::write(Node& node, std::uint64_t offset,
                                  std::span<const std::byte> bytes, const std::string& path) {
  const MutexLock lock(m_mutex);
  const auto plan = std::find_if(m_plans.begin(), m_plans.end(), [](const FaultPlan& candidate) {
    return candidate.call == Call::Write && candidate.times > 0;
  });
  const bool isShort = plan != m_plans.end() && plan->fault == Fault::ShortWrite;
  Status failed = fail(Call::Write, path);
  const std::uint64_t end = offset + bytes.size();
  const std::uint64_t grows = end - std::min<std::uint64_t>(end, node.seen.size());
  if (failed.isOk() && grows > 0 && usedBytes() + grows > m_capacity) {
    failed = Status(StatusCode::IoError, "'" + path + "': no space left (simulated)");
  }
  if (!failed.isOk() && isShort) bytes = bytes.first(bytes.size() / 2);
  if (!failed.isOk() && !isShort) return failed;
  overwrite(node.seen, offset, bytes);
  node.unsynced.push_back({offset, Bytes(bytes.begin(), bytes.end()), false});
  return failed;
}

std::uint64_t SimulatedFileSystem::usedBytes() const {
  std::uint64_t sum = 0;
  for (const auto& [path, node] : m_names) sum += node->seen.size();
  return sum;
}

/// What failed to be written is of no account where newer bytes are on the disk.
void SimulatedFileSystem::supersede(std::vector<Write>& doomed, const Write& newer) {
  const std::uint64_t newerEnd = newer.offset + newer.bytes.size();
  std::vector<Write> left;
  for (const Write& old : doomed) {
    const std::uint64_t end = old.offset + old.bytes.size();
    const auto keep = [&](std::uint64_t from, std::uint64_t to) {
      if (from >= to) return;
      const auto begin = old.bytes.begin() + static_cast<std::ptrdiff_t>(from - old.offset);
      left.push_back({from, Bytes(begin, begin + static_cast<std::ptrdiff_t>(to - from)), true});
    };
    keep(old.offset, std::min(end, newer.offset));
    keep(std::max(old.offset, newerEnd), end);
  }
  doomed = std::move(left);
}

void SimulatedFileSystem::overwrite(Bytes& content, std::uint64_t offset,
                                    std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::memcpy(content.data() + offset, bytes.data(), bytes.size());
}

std::unique_ptr<SimulatedFileSystem> SimulatedFileSystem::afterPowerLoss(std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  auto copy = std::make_unique<SimulatedFileSystem>();
  const MutexLock lock(m_mutex);
  const MutexLock copyLock(copy->m_mutex);
  std::map<std::string, NodePointer> names = m_durableNames;
  for (const auto& [directory, moves] : m_moves) {
    const std::size_t kept = random() % (moves.size() + 1);
    for (std::size_t i = 0; i < kept; ++i) apply(names, moves[i]);
  }
  // Now and then everything or nothing of the unsynced is there; mostly a mixture.
  const std::uint64_t keepPercent = std::array<std::uint64_t, 6>{0, 100, 50, 50, 90, 10}[seed % 6];
  for (const auto& [path, node] : names) {
    auto after = std::make_shared<Node>();
    after->durable = node->durable;
    std::vector<Write> writes = node->unsynced;
    std::shuffle(writes.begin(), writes.end(), random);
    for (const Write& write : writes) {
      for (std::size_t at = 0; at < write.bytes.size(); at += kSectorBytes) {
        if (random() % 100 >= keepPercent) continue;
        const std::size_t count = std::min(kSectorBytes, write.bytes.size() - at);
        overwrite(after->durable, write.offset + at, std::span(write.bytes).subspan(at, count));
      }
    }
    after->seen = after->durable;
    copy->m_names.emplace(path, after);
  }
  copy->m_durableNames = copy->m_names;
  copy->m_directories = m_directories;
  return copy;
}

std::unique_ptr<SimulatedFileSystem> SimulatedFileSystem::afterKill() const {
  auto copy = std::make_unique<SimulatedFileSystem>();
  const MutexLock lock(m_mutex);
  const MutexLock copyLock(copy->m_mutex);
  std::map<const Node*, NodePointer> copies;
  const auto copyOf = [&copies](const NodePointer& node) {
    if (node == nullptr) return NodePointer();
    NodePointer& made = copies[node.get()];
    if (made == nullptr) made = std::make_shared<Node>(*node);
    return made;
  };
  for (const auto& [path, node] : m_names) copy->m_names[path] = copyOf(node);
  for (const auto& [path, node] : m_durableNames) copy->m_durableNames[path] = copyOf(node);
  for (const auto& [directory, moves] : m_moves) {
    for (const Move& move : moves) {
      copy->m_moves[directory].push_back({move.from, move.to, copyOf(move.node)});
    }
  }
  copy->m_directories = m_directories;
  copy->m_capacity = m_capacity;
  return copy;
}

void SimulatedFileSystem::flipBit(const std::string& path, std::uint64_t bit) {
  const MutexLock lock(m_mutex);
  Node& node = *m_names.at(path);
  for (Bytes* content : {&node.seen, &node.durable}) {
    if (bit / 8 < content->size()) (*content)[bit / 8] ^= std::byte{1} << (bit % 8);
  }
}

void SimulatedFileSystem::cut(const std::string& path, std::uint64_t size) {
  const MutexLock lock(m_mutex);
  Node& node = *m_names.at(path);
  for (Bytes* content : {&node.seen, &node.durable}) {
    content->resize(std::min<std::uint64_t>(size, content->size()));
  }
}

std::uint64_t SimulatedFileSystem::sizeOf(const std::string& path) const {
  const MutexLock lock(m_mutex);
  return m_names.at(path)->seen.size();
}

// --- the interface -------------------------------------------------------------------------------

Result<std::unique_ptr<File>> SimulatedFileSystem::open(const std::string& path, OpenMode mode) {
  const MutexLock lock(m_mutex);
  RETURN_IF_ERROR(fail(Call::Open, path));
  auto found = m_names.find(path);
  const bool isThere = found != m_names.end();
  if (isThere && mode == OpenMode::CreateNew) {
    return Status(StatusCode::Conflict, "'" + path + "' exists");
  }
  if (!isThere) {
    const bool mayCreate = mode == OpenMode::CreateNew || mode == OpenMode::CreateOrOpen;
    if (!mayCreate || !m_directories.contains(directoryOf(path))) {
      return Status(StatusCode::NotFound, "'" + path + "' does not exist");
    }
    record(directoryOf(path), {"", path, std::make_shared<Node>()});
    found = m_names.find(path);
  }
  return std::unique_ptr<File>(std::make_unique<SimulatedFile>(*this, found->second, path));
}

void SimulatedFileSystem::record(const std::string& directory, Move move) {
  apply(m_names, move);
  m_moves[directory].push_back(std::move(move));
}

void SimulatedFileSystem::apply(std::map<std::string, NodePointer>& names, const Move& move) {
  if (!move.from.empty()) names.erase(move.from);
  if (!move.to.empty()) names[move.to] = move.node;
}

Status SimulatedFileSystem::createDirectories(const std::string& path) {
  const MutexLock lock(m_mutex);
  for (std::string part = path; !part.empty(); part = directoryOf(part)) {
    m_directories.insert(part);
    if (part.find('/') == std::string::npos) break;
  }
  return Status::ok();
}

Result<std::vector<std::string>> SimulatedFileSystem::list(const std::string& directory) {
  const MutexLock lock(m_mutex);
  if (!m_directories.contains(directory)) {
    return Status(StatusCode::NotFound, "'" + directory + "' does not exist");
  }
  std::vector<std::string> names;
  for (const auto& [path, node] : m_names) {
    if (directoryOf(path) == directory) names.push_back(path.substr(directory.size() + 1));
  }
  return names;
}

Status SimulatedFileSystem::rename(const std::string& from, const std::string& to) {
  const MutexLock lock(m_mutex);
  RETURN_IF_ERROR(fail(Call::Rename, from));
  const auto found = m_names.find(from);
  if (found == m_names.end()) return {StatusCode::NotFound, "'" + from + "' does not exist"};
  const NodePointer node = found->second;
  record(directoryOf(to), {from, to, node});
  return Status::ok();
}

Status SimulatedFileSystem::remove(const std::string& path) {
  const MutexLock lock(m_mutex);
  RETURN_IF_ERROR(fail(Call::Remove, path));
  if (!m_names.contains(path)) return {StatusCode::NotFound, "'" + path + "' does not exist"};
  record(directoryOf(path), {path, "", nullptr});
  return Status::ok();
}

bool SimulatedFileSystem::exists(const std::string& path) {
  const MutexLock lock(m_mutex);
  return m_names.contains(path) || m_directories.contains(path);
}

Status SimulatedFileSystem::syncDirectory(const std::string& directory) {
  const MutexLock lock(m_mutex);
  RETURN_IF_ERROR(fail(Call::SyncDirectory, directory));
  for (const Move& move : m_moves[directory]) apply(m_durableNames, move);
  m_moves.erase(directory);
  return Status::ok();
}

Result<DiskSpace> SimulatedFileSystem::space(const std::string&) {
  const MutexLock lock(m_mutex);
  const std::uint64_t total = std::min(m_capacity, std::uint64_t{1} << 40);
  return DiskSpace{total - std::min(total, usedBytes()), total};
}

Result<std::unique_ptr<FileLock>> SimulatedFileSystem::lock(const std::string& path,
                                                            std::string_view holderNote) {
  const MutexLock lock(m_mutex);
  const auto [holder, isNew] = m_locks.emplace(path, holderNote);
  if (!isNew) {
    return Status(StatusCode::Conflict, "'" + path + "' is in use by " + holder->second);
  }
  return std::unique_ptr<FileLock>(std::make_unique<SimulatedLock>(*this, path));
}

}  // namespace penstock::test
