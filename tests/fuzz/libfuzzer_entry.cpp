// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls; compiled once for each target.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const penstock::test::Complaint wrong = penstock::test::PENSTOCK_FUZZ_TARGET(input);
  if (!wrong.empty()) {
    std::fprintf(stderr, "WRONG: %s\n", wrong.c_str());
    std::abort();
  }
  return 0;
}
