#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the libFuzzer programs with Clang (installed from Debian when missing) and runs them one
# after another, each for so many seconds (60 unless told):
#   tests/fuzz/run.sh [SECONDS [TARGET...]]
# What covers something new is kept in build/fuzz/corpus/TARGET, where the next run goes on from;
# what fails, in build/fuzz/found/TARGET. The exit code tells whether anything did.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(change_set journal byte_form config csv)

has_libfuzzer() {
  command -v clang++ >/dev/null &&
    [ -n "$(find "$(clang++ -print-resource-dir)/lib" -name 'libclang_rt.fuzzer*' 2>/dev/null)" ]
}

installer/install_packages
if ! has_libfuzzer; then
  as_root=(env)
  [ "$(id -u)" = 0 ] || as_root=(sudo env)
  "${as_root[@]}" DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends clang libclang-rt-dev
fi
cmake --preset fuzz
cmake --build --preset fuzz

failed=()
for target in "${targets[@]}"; do
  kept=build/fuzz/corpus/$target
  found=build/fuzz/found/$target
  mkdir -p "$kept" "$found"
  echo "== $target, $seconds s"
  nice -n 15 "build/fuzz/bin/fuzz_$target" -max_total_time="$seconds" -max_len=8192 -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/" \
    "$kept" "tests/fuzz/corpus/$target" 2>&1 | tail -n 40 || failed+=("$target")
done
[ ${#failed[@]} -eq 0 ] || echo "failed: ${failed[*]} (see build/fuzz/found)"
[ ${#failed[@]} -eq 0 ]
