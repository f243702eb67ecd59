// SPDX-License-Identifier: Apache-2.0
// A line `penstock-primary 1`, then one with the name of the sink.
#include "engine/roles/role_file.h"

namespace penstock {
namespace {

constexpr std::string_view kHeader = "penstock-primary ";
constexpr std::string_view kVersion = "1";

}  // namespace

Result<std::optional<std::string>> RoleFile::read() const {
  if (!m_files.exists(m_path)) return std::optional<std::string>();
  const Result<std::string> content = readWholeFile(m_files, m_path);
  if (!content) return content.status().withContext(m_path);
  std::string_view rest = *content;
  const std::size_t line = rest.find('\n');
  if (!rest.starts_with(kHeader) || line == std::string_view::npos || !rest.ends_with('\n')) {
    return Status(StatusCode::Corrupt,
                  m_path +
                      ": is damaged, it should name the primary (find out which "
                      "database was made the primary last, write it into the "
                      "configuration, then remove this file)");
  }
  const std::string_view version = rest.substr(kHeader.size(), line - kHeader.size());
  if (version != kVersion) {
    return Status(StatusCode::Unsupported, m_path +
                                               ": was written by another penstock, in format " +
                                               std::string(version) + " (start that one)");
  }
  rest.remove_prefix(line + 1);
  rest.remove_suffix(rest.empty() ? 0 : 1);
  return std::optional<std::string>(rest);
}

Status RoleFile::write(const std::string& primary) const {
  return replaceFile(m_files, m_path,
                     std::string(kHeader) + std::string(kVersion) + '\n' + primary + '\n');
}

}  // namespace penstock
