// SPDX-License-Identifier: Apache-2.0
#include "metrics/process_usage.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace penstock {

std::optional<std::uint64_t> memoryFieldIn(std::string_view status, std::string_view field) {
  const std::string label = "\n" + std::string(field) + ":";
  const std::size_t at = status.find(label);
  if (at == status.npos) return {};
  status.remove_prefix(at + label.size());
  const std::size_t digits = status.find_first_not_of(" \t");
  if (digits == status.npos) return {};
  status.remove_prefix(digits);
  std::uint64_t kibibytes = 0;
  const auto [end, error] =
      std::from_chars(status.data(), status.data() + status.size(), kibibytes);
  const auto length = static_cast<std::size_t>(end - status.data());
  if (error != std::errc() || !status.substr(length).starts_with(" kB")) return {};
  return kibibytes * 1024;
}

ProcessUsage::ProcessUsage(FileSystem& files) {
  auto file = files.open("/proc/self/status", FileSystem::OpenMode::Read);
  if (file.isOk()) m_file = std::move(file).value();
}

std::uint64_t ProcessUsage::residentBytes() { return memoryField("VmRSS"); }

std::uint64_t ProcessUsage::peakResidentBytes() { return memoryField("VmHWM"); }

std::uint64_t ProcessUsage::memoryField(std::string_view field) {
  if (m_file == nullptr) return 0;
  std::array<char, 4096> text{};
  const auto size = m_file->readAt(0, std::as_writable_bytes(std::span(text)));
  if (!size.isOk()) return 0;
  return memoryFieldIn({text.data(), size.value()}, field).value_or(0);
}

}  // namespace penstock
