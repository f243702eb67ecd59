// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/application/stream_source.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/file_system.h"

namespace penstock::app {
namespace {

/// Bytes as they come, of which nobody knows when.
class StreamBytes final : public ByteSource {
 public:
  /// `number` is closed at the end unless it is standard input.
  StreamBytes(int number, std::function<bool()> isStopped)
      : m_number(number), m_isStopped(std::move(isStopped)) {}
  ~StreamBytes() override {
    if (m_number != STDIN_FILENO) ::close(m_number);
  }

  Result<std::size_t> read(std::span<std::byte> into) override {
    for (;;) {
      if (m_isStopped && m_isStopped()) return Status(StatusCode::Cancelled, "stopped");
      pollfd wanted{m_number, POLLIN, 0};
      const int ready = ::poll(&wanted, 1, kStopLookedForMs);
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      const ssize_t count = ready < 0 ? -1 : ::read(m_number, into.data(), into.size());
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count < 0) {
        return Status(StatusCode::IoError,
                      "cannot be read: " + std::generic_category().message(errno));
      }
      m_consumed += static_cast<std::size_t>(count);
      return static_cast<std::size_t>(count);
    }
  }
  std::uint64_t consumed() const override { return m_consumed; }
  std::uint64_t total() const override { return 0; }

 private:
  static constexpr int kStopLookedForMs = 50;

  const int m_number;
  const std::function<bool()> m_isStopped;
  std::uint64_t m_consumed = 0;
};

/// Its descriptor. A pipe without a writer yet is opened all the same, and waited for in read().
Result<int> openStream(const std::string& path) {
  if (path == "-") return STDIN_FILENO;
  const int number = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (number >= 0) return number;
  return Status(errno == ENOENT ? StatusCode::NotFound : StatusCode::IoError,
                "open '" + path + "': " + std::generic_category().message(errno));
}

}  // namespace

bool isStream(const std::string& path) {
  if (path == "-") return true;
  std::error_code error;
  using std::filesystem::file_type;
  const file_type type = std::filesystem::status(path, error).type();
  return type == file_type::fifo || type == file_type::character || type == file_type::socket;
}

Result<std::unique_ptr<ByteSource>> openSource(const std::string& path,
                                               std::function<bool()> isStopped) {
  if (!isStream(path)) return openByteSource(posixFileSystem(), path);
  const Result<int> number = openStream(path);
  if (!number) return number.status();
  return decompressed(path, std::make_unique<StreamBytes>(*number, std::move(isStopped)));
}

}  // namespace penstock::app
