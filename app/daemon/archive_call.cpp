// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/daemon/calls.h"
#include "base/file_system.h"
#include "base/log.h"
#include "base/number_text.h"
#include "store/archive/directory.h"
#include "store/archive/file_reader.h"
#include "store/archive/verify.h"
#include "workload/byte_source.h"

namespace penstock::app {
namespace {

ExitCode verify(const std::string& directory) {
  const Result<ArchiveReport> report = verifyArchive(posixFileSystem(), directory);
  if (!report) return fail(report.status());
  std::printf("archive %s: %s change sets in %s files, %s\n", escapeForLog(directory).c_str(),
              groupedNumber(report->changeSets).c_str(), groupedNumber(report->files).c_str(),
              byteText(report->bytes).c_str());
  if (report->tornTail) {
    std::printf(
        "ends in a torn commit (%s, offset %llu: %s): the next start cuts it off and has "
        "it sent again\n",
        escapeForLog(report->tornTail->file).c_str(),
        static_cast<unsigned long long>(report->tornTail->offset),
        escapeForLog(report->tornTail->what).c_str());
  }
  for (const ArchiveDamage& damage : report->damages) {
    std::printf("damaged: %s\n", escapeForLog(describe(damage)).c_str());
  }
  if (!report->damages.empty()) return ExitCode::Differences;
  std::puts("clean");
  return ExitCode::Good;
}

/// A frame of an archive as if it were a file.
class FrameBytes final : public ByteSource {
 public:
  explicit FrameBytes(std::span<const std::byte> frame) : m_frame(frame) {}

  Result<std::size_t> read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), m_frame.size() - m_at);
    std::memcpy(into.data(), m_frame.data() + m_at, count);
    m_at += count;
    return count;
  }
  std::uint64_t consumed() const override { return m_at; }
  std::uint64_t total() const override { return m_frame.size(); }

 private:
  const std::span<const std::byte> m_frame;
  std::size_t m_at = 0;
};

/// Puts the change sets of an archive into one new file, compressed as they are or as plain lines.
class ArchiveExport {
 public:
  enum class Form : std::uint8_t { Lines, Frames };

  static Result<ArchiveExport> make(const std::string& path) {
    auto file = posixFileSystem().open(path, FileSystem::OpenMode::CreateNew);
    if (!file && file.status().code() == StatusCode::Conflict) {
      return Status(StatusCode::Invalid,
                    path + ": is there already (nothing is overwritten: name another)");
    }
    if (!file) return file.status().withContext("export");
    return ArchiveExport(std::move(*file), path.ends_with(".zst") ? Form::Frames : Form::Lines);
  }

  /// Goes on behind damage, which verify names.
  Status add(const std::string& path) {
    const auto reader = archive::FileReader::open(posixFileSystem(), path);
    if (reader.status().code() == StatusCode::NotFound) return Status::ok();  // nothing is in it
    if (!reader) return reader.status().withContext(path);
    for (;;) {
      const auto commit = (*reader)->next();
      if (commit.status().code() == StatusCode::Corrupt) {
        const auto next = (*reader)->passDamage();
        if (!next) return next.status().withContext(path);
        if (!next->has_value()) return Status::ok();
        continue;
      }
      if (!commit) return commit.status().withContext(path);
      if (!commit->has_value()) return Status::ok();
      RETURN_IF_ERROR(addFrame((*commit)->frame));
      m_changeSets += (*commit)->record.changeSets;
    }
  }
  Status finish() { return m_file->syncData(); }
  std::uint64_t changeSets() const { return m_changeSets; }

 private:
  ArchiveExport(std::unique_ptr<File> file, Form form) : m_file(std::move(file)), m_form(form) {}

  Status addFrame(std::span<const std::byte> frame) {
    if (frame.empty()) return Status::ok();
    if (m_form == Form::Frames) return write(frame);
    const auto lines = decompressed("frame.zst", std::make_unique<FrameBytes>(frame));
    if (!lines) return lines.status();
    for (;;) {
      const Result<std::size_t> count = (*lines)->read(m_block);
      if (!count) return count.status();
      if (*count == 0) return Status::ok();
      RETURN_IF_ERROR(write(std::span(m_block).first(*count)));
    }
  }
  Status write(std::span<const std::byte> bytes) {
    RETURN_IF_ERROR(m_file->writeAt(m_at, bytes));
    m_at += bytes.size();
    return Status::ok();
  }

  std::unique_ptr<File> m_file;
  Form m_form;
  std::uint64_t m_at = 0;
  std::uint64_t m_changeSets = 0;
  std::vector<std::byte> m_block = std::vector<std::byte>(256 * 1024);
};

Result<std::uint64_t> writeAll(const std::string& directory, const std::string& path) {
  const auto listed = archive::listFiles(posixFileSystem(), directory);
  if (!listed) return listed.status();
  Result<ArchiveExport> out = ArchiveExport::make(path);
  if (!out) return out.status();
  Status status;
  for (const archive::ListedFile& file : *listed) {
    if (!file.hasData || !status.isOk()) continue;
    status = out->add(archive::pathIn(directory, file.name.data()));
  }
  if (status.isOk()) status = out->finish();
  if (status.isOk()) return out->changeSets();
  (void)posixFileSystem().remove(path);  // what is not complete must not look as if it were
  return status;
}

ExitCode exportFrom(const std::string& directory, const std::string& path) {
  const Result<ArchiveReport> report = verifyArchive(posixFileSystem(), directory);
  if (!report) return fail(report.status());
  for (const ArchiveDamage& damage : report->damages) {
    (void)fail({StatusCode::Corrupt, describe(damage)});
  }
  const Result<std::uint64_t> changeSets = writeAll(directory, path);
  if (!changeSets) return fail(changeSets.status());
  std::printf("%s change sets in %s%s\n", groupedNumber(*changeSets).c_str(),
              escapeForLog(path).c_str(), report->damages.empty() ? "" : ", without the damaged");
  return report->damages.empty() ? ExitCode::Good : ExitCode::Differences;
}

/// That of the configuration, or where it is without one.
std::string archiveOf(const EngineOptions& options) {
  for (const SinkOptions& sink : options.sinks) {
    if (sink.driver == "archive") return sink.directory;
  }
  return options.dataDirectory + "/archive";
}

}  // namespace

ExitCode archiveCall(const Words& words) {
  const Result<CallArguments> arguments = CallArguments::parse(words, {}, {});
  if (!arguments) return fail(arguments.status());
  const std::vector<std::string>& what = arguments->positional();
  if (what.size() != 2 || what.front() != "verify") {
    return fail({StatusCode::Invalid, "archive: write archive verify DIR"});
  }
  return verify(what[1]);
}

ExitCode exportArchive(const CallArguments& arguments, const std::string& path) {
  if (const auto named = arguments.value("--archive")) return exportFrom(*named, path);
  const Result<EngineOptions> options = optionsFrom(arguments);
  if (!options) return fail(options.status());
  return exportFrom(archiveOf(*options), path);
}

}  // namespace penstock::app
