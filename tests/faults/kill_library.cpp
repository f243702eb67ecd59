// SPDX-License-Identifier: Apache-2.0
// Preloaded (LD_PRELOAD) into a program that is to die at a certain moment: counts its calls of the
// system that change files of a certain name, and ends it by SIGKILL at the n-th of a certain kind.
// So the programs under test hold nothing for tests. What PENSTOCK_KILL says is in kill_point.h.
#include <dlfcn.h>
#include <fnmatch.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

enum class Moment { Before, Half, After };

/// `CALL MOMENT N PATTERN`
struct Order {
  std::array<char, 16> call{};
  std::array<char, 16> moment{};
  long number = 0;
  std::array<char, 256> pattern{};
  bool isGiven = false;

  Order() {
    const char* text = std::getenv("PENSTOCK_KILL");
    isGiven = text != nullptr && std::sscanf(text, "%15s %15s %ld %255s", call.data(),
                                             moment.data(), &number, pattern.data()) == 4;
  }
  bool is(std::string_view wanted, const char* path) const {
    return isGiven && wanted == call.data() && fnmatch(pattern.data(), path, 0) == 0;
  }
  Moment when() const {
    const std::string_view name(moment.data());
    if (name == "half") return Moment::Half;
    return name == "after" ? Moment::After : Moment::Before;
  }
};

const Order& order() {
  static const Order kOrder;
  return kOrder;
}

std::atomic<long> calls{0};
/// Since the last sync of a file that fits.
std::atomic<bool> isWritten{false};

[[noreturn]] void die() {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/// Whether this call of that kind is the one.
bool isDue(std::string_view call, const char* path) {
  return order().is(call, path) && calls.fetch_add(1) + 1 == order().number;
}

struct PathOf {
  std::array<char, PATH_MAX> text{};
  explicit PathOf(int descriptor) {
    std::array<char, 64> link{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
    const ssize_t count = readlink(link.data(), text.data(), text.size() - 1);
    text[count < 0 ? 0 : static_cast<std::size_t>(count)] = '\0';
  }
};

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// `perform(n)` writes the first n bytes.
template <typename Perform>
ssize_t countWrite(int descriptor, std::size_t bytes, const Perform& perform) {
  const PathOf path(descriptor);
  bool isDueNow = isDue("write", path.text.data());
  if (order().is("first", path.text.data()) && !isWritten.exchange(true)) {
    isDueNow = isDue("first", path.text.data());
  }
  if (!isDueNow) return perform(bytes);
  if (order().when() == Moment::Half) perform(bytes / 2);
  if (order().when() == Moment::After) perform(bytes);
  die();
}

template <typename Perform>
int countChange(bool isDueNow, const Perform& perform) {
  if (isDueNow && order().when() == Moment::Before) die();
  const int result = perform();
  if (isDueNow) die();
  return result;
}

int countSync(int descriptor, const char* name) {
  const PathOf path(descriptor);
  if (order().is("first", path.text.data())) isWritten = false;
  return countChange(isDue("sync", path.text.data()),
                     [&] { return next<int (*)(int)>(name)(descriptor); });
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* from, std::size_t bytes) {
  static const auto kNext = next<ssize_t (*)(int, const void*, std::size_t)>("write");
  return countWrite(descriptor, bytes, [&](std::size_t n) { return kNext(descriptor, from, n); });
}

ssize_t pwrite(int descriptor, const void* from, std::size_t bytes, off_t at) {
  static const auto kNext = next<ssize_t (*)(int, const void*, std::size_t, off_t)>("pwrite");
  return countWrite(descriptor, bytes,
                    [&](std::size_t n) { return kNext(descriptor, from, n, at); });
}

ssize_t pwrite64(int descriptor, const void* from, std::size_t bytes, off64_t at) {
  static const auto kNext = next<ssize_t (*)(int, const void*, std::size_t, off64_t)>("pwrite64");
  return countWrite(descriptor, bytes,
                    [&](std::size_t n) { return kNext(descriptor, from, n, at); });
}

int fsync(int descriptor) { return countSync(descriptor, "fsync"); }

int fdatasync(int descriptor) { return countSync(descriptor, "fdatasync"); }

int rename(const char* from, const char* to) noexcept {
  static const auto kNext = next<int (*)(const char*, const char*)>("rename");
  const bool isDueNow = isDue("leave", from) || isDue("appear", to);
  return countChange(isDueNow, [&] { return kNext(from, to); });
}

int unlink(const char* path) noexcept {
  static const auto kNext = next<int (*)(const char*)>("unlink");
  return countChange(isDue("leave", path), [&] { return kNext(path); });
}
}
