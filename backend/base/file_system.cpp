// SPDX-License-Identifier: Apache-2.0
#include "base/file_system.h"

#include <span>
#include <utility>

namespace penstock {
namespace {

std::string directoryOf(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status writeTemporary(FileSystem& files, const std::string& path, std::string_view content) {
  auto file = files.open(path, FileSystem::OpenMode::CreateOrOpen);
  if (!file) return file.status();
  RETURN_IF_ERROR((*file)->truncate(0));  // a leftover of an attempt that was cut off
  RETURN_IF_ERROR((*file)->writeAt(0, std::as_bytes(std::span(content))));
  return (*file)->syncData();
}

}  // namespace

Result<std::string> readWholeFile(FileSystem& files, const std::string& path) {
  auto file = files.open(path, FileSystem::OpenMode::Read);
  if (!file) return file.status();
  const auto size = (*file)->size();
  if (!size) return size.status();
  std::string content(*size, '\0');
  const auto count = (*file)->readAt(0, std::as_writable_bytes(std::span(content)));
  if (!count) return count.status();
  content.resize(*count);
  return content;
}

Status replaceFile(FileSystem& files, const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  if (Status written = writeTemporary(files, temporary, content); !written.isOk()) {
    static_cast<void>(files.remove(temporary));  // best effort: the failure itself is reported
    return written;
  }
  RETURN_IF_ERROR(files.rename(temporary, path));
  return files.syncDirectory(directoryOf(path));
}

}  // namespace penstock
