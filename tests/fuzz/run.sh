#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the libFuzzer programs with Clang (installed from Debian when missing) and runs them, as
# many at once as there are cores, each for so many seconds (60 unless told):
#   tests/fuzz/run.sh [SECONDS [TARGET...]]
# What covers something new is kept in build/fuzz/corpus/TARGET, where the next run goes on from;
# what fails, in build/fuzz/found/TARGET; what each said, in build/fuzz/log/TARGET. The exit code
# tells whether anything failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
all_targets=(journal byte_form change_set config csv)
seconds=${1:-60}
[ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=("${all_targets[@]}")

usage() {
  echo "usage: tests/fuzz/run.sh [SECONDS [TARGET...]]; the targets are: ${all_targets[*]}" >&2
  exit 2
}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || usage
for target in "${targets[@]}"; do
  [[ " ${all_targets[*]} " == *" $target "* ]] || usage
done

has_libfuzzer() {
  command -v clang++ >/dev/null &&
    [ -n "$(find "$(clang++ -print-resource-dir)/lib" -name 'libclang_rt.fuzzer*' 2>/dev/null)" ]
}

installer/install_packages
if ! has_libfuzzer; then
  as_root=(env)
  [ "$(id -u)" = 0 ] || as_root=(sudo env)
  "${as_root[@]}" apt-get update
  "${as_root[@]}" DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends clang libclang-rt-dev
fi
mkdir -p build/fuzz/log
{ cmake --preset fuzz && cmake --build --preset fuzz; } >build/fuzz/log/build 2>&1 || {
  grep -aE -A 4 'error|FAILED|CMake Error' build/fuzz/log/build | head -n 40 >&2
  echo "the fuzzers could not be built: see build/fuzz/log/build" >&2
  exit 1
}

# What other programs of the machine need comes first; a fuzzer of its own takes 2 GiB at the most.
fuzz() { # fuzz TARGET
  local target=$1 kept=build/fuzz/corpus/$1 found=build/fuzz/found/$1 status=0
  mkdir -p "$kept" "$found"
  nice -n 15 "build/fuzz/bin/fuzz_$target" -max_total_time="$seconds" -max_len=8192 -timeout=60 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/" \
    "$kept" "tests/fuzz/corpus/$target" >"build/fuzz/log/$target" 2>&1 || status=1
  tell "$target" $status
  return $status
}

tell() { # tell TARGET STATUS
  local log=build/fuzz/log/$1 tried coverage
  tried=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  coverage=$(grep -aoE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$log" | tail -n 1)
  echo "$1: ${tried:-?} inputs in $seconds s, $coverage$([ "$2" = 0 ] || echo ', FAILED:')"
  [ "$2" = 0 ] || grep -aE 'WRONG:|ERROR:|SUMMARY:|CHECK failed|Test unit written' "$log" | head -n 8
}

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
failed=0
running=0
for target in "${targets[@]}"; do
  if [ $running -ge "$(nproc)" ]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while [ $running -gt 0 ]; do
  wait -n || failed=1
  running=$((running - 1))
done
[ $failed = 0 ] || echo "see build/fuzz/found and build/fuzz/log"
exit $failed
