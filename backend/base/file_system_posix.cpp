// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/file_system.h"

namespace penstock {
namespace {

/// `write '/data/x': No space left on device`, with the code that tells what can be done.
Status systemError(std::string_view action, const std::string& path, int error) {
  StatusCode code = StatusCode::IoError;
  if (error == ENOENT) code = StatusCode::NotFound;
  if (error == EEXIST) code = StatusCode::Conflict;
  if (error == EACCES || error == EPERM) code = StatusCode::Forbidden;
  return {code, std::string(action) + " '" + path + "': " + std::generic_category().message(error)};
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : m_number(number) {}
  Descriptor(Descriptor&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(m_number, other.m_number);
    return *this;
  }
  ~Descriptor() {
    if (m_number >= 0) ::close(m_number);
  }
  int number() const { return m_number; }
  bool isOpen() const { return m_number >= 0; }

 private:
  int m_number;
};

Descriptor openDescriptor(const std::string& path, int flags) {
  int number = -1;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
  } while (number < 0 && errno == EINTR);
  return Descriptor(number);
}

Result<std::size_t> readFully(const Descriptor& descriptor, std::uint64_t offset,
                              std::span<std::byte> into, const std::string& path) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(descriptor.number(), into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError("read", path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Status writeFully(const Descriptor& descriptor, std::uint64_t offset,
                  std::span<const std::byte> bytes, const std::string& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pwrite(descriptor.number(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemError("write", path, errno);
    if (count == 0) return systemError("write", path, ENOSPC);
    done += static_cast<std::size_t>(count);
  }
  return Status::ok();
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : m_descriptor(std::move(descriptor)), m_path(std::move(path)) {}

  Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> into) override {
    return readFully(m_descriptor, offset, into, m_path);
  }
  Status writeAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return writeFully(m_descriptor, offset, bytes, m_path);
  }
  Status syncData() override {
    // EINTR is a failure like any other: what became of the pages is not known.
    if (::fdatasync(m_descriptor.number()) != 0) return systemError("sync", m_path, errno);
    return Status::ok();
  }
  Status truncate(std::uint64_t size) override {
    int result = 0;
    do {
      result = ::ftruncate(m_descriptor.number(), static_cast<off_t>(size));
    } while (result != 0 && errno == EINTR);
    return result == 0 ? Status::ok() : systemError("truncate", m_path, errno);
  }
  Result<std::uint64_t> size() const override {
    struct stat info {};
    if (::fstat(m_descriptor.number(), &info) != 0) return systemError("stat", m_path, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  const Descriptor m_descriptor;
  const std::string m_path;
};

/// The lock belongs to the open file description: it also holds against the same process, and ends
/// with the descriptor, however the process ends.
class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : m_descriptor(std::move(descriptor)) {}

 private:
  const Descriptor m_descriptor;
};

std::string describeHolder(const Descriptor& descriptor, const std::string& path) {
  std::array<char, 512> text{};
  const auto count = readFully(descriptor, 0, std::as_writable_bytes(std::span(text)), path);
  std::string holder(text.data(), count ? *count : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "another process" : holder;
}

Status makeOneDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0750) == 0) return Status::ok();
  const int error = errno;
  struct stat info {};
  if (error == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return {StatusCode::Conflict, "exists"};
  }
  return systemError("make directory", path, error == EEXIST ? ENOTDIR : error);
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    int flags = O_RDWR;
    if (mode == OpenMode::Read) flags = O_RDONLY;
    if (mode == OpenMode::CreateNew) flags |= O_CREAT | O_EXCL;
    if (mode == OpenMode::CreateOrOpen) flags |= O_CREAT;
    Descriptor descriptor = openDescriptor(path, flags);
    if (!descriptor.isOpen()) return systemError("open", path, errno);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(descriptor), path));
  }

  Status createDirectories(const std::string& path) override {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      const std::string part = path.substr(0, slash);
      Status made = makeOneDirectory(part);
      if (!made.isOk() && made.code() != StatusCode::Conflict) return made;
      if (made.isOk()) {
        const auto parentEnd = part.find_last_of('/');
        const std::string parent = parentEnd == std::string::npos ? "." : part.substr(0, parentEnd);
        RETURN_IF_ERROR(syncDirectory(parent.empty() ? "/" : parent));
      }
      if (slash == std::string::npos) return Status::ok();
    }
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return systemError("list", directory, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    const int error = errno;
    ::closedir(stream);
    if (error != 0) return systemError("list", directory, error);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (std::rename(from.c_str(), to.c_str()) != 0) return systemError("rename", from, errno);
    return Status::ok();
  }
  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return systemError("remove", path, errno);
    return Status::ok();
  }
  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Status syncDirectory(const std::string& directory) override {
    const Descriptor descriptor = openDescriptor(directory, O_RDONLY | O_DIRECTORY);
    if (!descriptor.isOpen()) return systemError("open", directory, errno);
    if (::fsync(descriptor.number()) != 0) return systemError("sync", directory, errno);
    return Status::ok();
  }

  Result<DiskSpace> space(const std::string& path) override {
    struct statvfs info {};
    if (::statvfs(path.c_str(), &info) != 0) return systemError("statvfs", path, errno);
    return DiskSpace{std::uint64_t{info.f_bavail} * info.f_frsize,
                     std::uint64_t{info.f_blocks} * info.f_frsize};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         std::string_view holderNote) override {
    Descriptor descriptor = openDescriptor(path, O_RDWR | O_CREAT);
    if (!descriptor.isOpen()) return systemError("open", path, errno);
    struct flock request {};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    if (::fcntl(descriptor.number(), F_OFD_SETLK, &request) != 0) {
      if (errno != EAGAIN && errno != EACCES) return systemError("lock", path, errno);
      return Status(StatusCode::Conflict,
                    "'" + path + "' is in use by " + describeHolder(descriptor, path));
    }
    std::string note = "process " + std::to_string(::getpid());
    if (!holderNote.empty()) note.append(" (").append(holderNote).append(")");
    note += '\n';
    if (::ftruncate(descriptor.number(), 0) != 0) return systemError("truncate", path, errno);
    RETURN_IF_ERROR(writeFully(descriptor, 0, std::as_bytes(std::span(note)), path));
    return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(std::move(descriptor)));
  }
};

}  // namespace

FileSystem& posixFileSystem() {
  static PosixFileSystem files;
  return files;
}

}  // namespace penstock
