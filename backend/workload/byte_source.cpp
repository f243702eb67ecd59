// SPDX-License-Identifier: Apache-2.0
#include "workload/byte_source.h"

#include <zlib.h>
#include <zstd.h>

#include <utility>
#include <vector>

namespace penstock {
namespace {

constexpr std::size_t kCompressedBlock = 256 * 1024;

class FileBytes final : public ByteSource {
 public:
  FileBytes(std::unique_ptr<File> file, std::uint64_t total)
      : m_file(std::move(file)), m_total(total) {}

  Result<std::size_t> read(std::span<std::byte> into) override {
    Result<std::size_t> count = m_file->readAt(m_offset, into);
    if (count) m_offset += *count;
    return count;
  }
  std::uint64_t consumed() const override { return m_offset; }
  std::uint64_t total() const override { return m_total; }

 private:
  std::unique_ptr<File> m_file;
  const std::uint64_t m_total;
  std::uint64_t m_offset = 0;
};

class ZstdBytes final : public ByteSource {
 public:
  explicit ZstdBytes(std::unique_ptr<ByteSource> compressed)
      : m_compressed(std::move(compressed)), m_block(kCompressedBlock) {}

  Result<std::size_t> read(std::span<std::byte> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos == 0) {
      if (m_in.pos == m_in.size && !m_holdsOutput) {
        const Result<std::size_t> count = m_compressed->read(m_block);
        if (!count) return count.status();
        if (*count == 0 && (m_frameOpen || consumed() == 0))
          return Status(StatusCode::Corrupt, "ends within a zstd frame");
        if (*count == 0) return std::size_t{0};
        m_in = {m_block.data(), *count, 0};
      }
      const std::size_t hint = ZSTD_decompressStream(m_stream.get(), &out, &m_in);
      if (ZSTD_isError(hint) != 0) {
        return Status(StatusCode::Corrupt, std::string("zstd: ") + ZSTD_getErrorName(hint));
      }
      m_frameOpen = hint != 0;
      // It takes in the end of a frame before all of it fits into `into`.
      m_holdsOutput = m_frameOpen && out.pos == out.size;
    }
    return out.pos;
  }
  std::uint64_t consumed() const override { return m_compressed->consumed(); }
  std::uint64_t total() const override { return m_compressed->total(); }

 private:
  struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ByteSource> m_compressed;
  std::vector<std::byte> m_block;
  std::unique_ptr<ZSTD_DStream, FreeStream> m_stream{ZSTD_createDStream()};
  ZSTD_inBuffer m_in{nullptr, 0, 0};
  bool m_frameOpen = false;
  bool m_holdsOutput = false;
};

class GzipBytes final : public ByteSource {
 public:
  static Result<std::unique_ptr<ByteSource>> make(std::unique_ptr<ByteSource> compressed) {
    auto source = std::unique_ptr<GzipBytes>(new GzipBytes(std::move(compressed)));
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&source->m_stream, kGzipOnly) != Z_OK) {
      return Status(StatusCode::IoError, "zlib could not be started");
    }
    return std::unique_ptr<ByteSource>(std::move(source));
  }
  ~GzipBytes() override { inflateEnd(&m_stream); }

  Result<std::size_t> read(std::span<std::byte> into) override {
    m_stream.next_out = reinterpret_cast<Bytef*>(into.data());
    m_stream.avail_out = static_cast<uInt>(into.size());
    while (m_stream.avail_out == into.size()) {
      if (m_stream.avail_in == 0) {
        const Result<std::size_t> count = m_compressed->read(m_block);
        if (!count) return count.status();
        if (*count == 0 && (m_memberOpen || consumed() == 0))
          return Status(StatusCode::Corrupt, "ends within gzip data");
        if (*count == 0) return std::size_t{0};
        m_stream.next_in = reinterpret_cast<Bytef*>(m_block.data());
        m_stream.avail_in = static_cast<uInt>(*count);
      }
      m_memberOpen = true;
      const int result = inflate(&m_stream, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        m_memberOpen = false;
        inflateReset(&m_stream);  // several members may follow one another
      } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return Status(StatusCode::Corrupt,
                      std::string("gzip: ") + (m_stream.msg != nullptr ? m_stream.msg : "damaged"));
      }
    }
    return into.size() - m_stream.avail_out;
  }
  std::uint64_t consumed() const override { return m_compressed->consumed(); }
  std::uint64_t total() const override { return m_compressed->total(); }

 private:
  explicit GzipBytes(std::unique_ptr<ByteSource> compressed)
      : m_compressed(std::move(compressed)), m_block(kCompressedBlock) {}

  std::unique_ptr<ByteSource> m_compressed;
  std::vector<std::byte> m_block;
  z_stream m_stream{};
  bool m_memberOpen = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> decompressed(const std::string& path,
                                                 std::unique_ptr<ByteSource> source) {
  if (path.ends_with(".zst")) {
    return std::unique_ptr<ByteSource>(std::make_unique<ZstdBytes>(std::move(source)));
  }
  if (path.ends_with(".gz")) return GzipBytes::make(std::move(source));
  return source;
}

Result<std::unique_ptr<ByteSource>> openByteSource(FileSystem& files, const std::string& path) {
  Result<std::unique_ptr<File>> file = files.open(path, FileSystem::OpenMode::Read);
  if (!file) return file.status();
  const Result<std::uint64_t> size = (*file)->size();
  if (!size) return size.status();
  return decompressed(path, std::make_unique<FileBytes>(std::move(*file), *size));
}

}  // namespace penstock
