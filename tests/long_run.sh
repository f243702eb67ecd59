#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The long form of what ./test runs in short: a million simulated histories, a thousand kills at
# named moments, a replay of 3 GB with kills in its midst, five minutes of overload under each
# policy, half an hour of each fuzzer. Writes a report to build/long_run/report.md; the exit code
# tells whether all is well.
#   tests/long_run.sh [--scale PERCENT] [PART ...]   parts: simulation kills long_file overload fuzz
# --scale 1 does a hundredth of all that, to try it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

all_parts=(simulation kills long_file overload fuzz)
usage() {
  echo "usage: tests/long_run.sh [--scale PERCENT] [PART ...]; the parts are: ${all_parts[*]}" >&2
  exit 2
}
scale=100
parts=()
while [ $# -gt 0 ]; do
  case $1 in
    --scale)
      [[ ${2:-} =~ ^[1-9][0-9]{0,3}$ ]] || usage
      scale=$2
      shift
      ;;
    *)
      [[ " ${all_parts[*]} " == *" $1 "* ]] || usage
      parts+=("$1")
      ;;
  esac
  shift
done
[ ${#parts[@]} -gt 0 ] || parts=("${all_parts[@]}")

scaled() { # scaled FULL LEAST: that share of it
  local share=$(($1 * scale / 100))
  echo $((share > $2 ? share : $2))
}

out=build/long_run
report=$out/report.md
mkdir -p "$out"
export LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen
export QTEST_FUNCTION_TIMEOUT=86400000  # ms; five minutes unless told otherwise
bin=build/release/bin

# Each part says what it is going to do, on one line, and then does it.
part_simulation() { # as many processes as cores, each with seeds of its own
  local histories jobs each job failed=0 running=()
  histories=$(scaled 1000000 1000)
  jobs=$(nproc)
  each=$((histories / jobs))
  echo "$((each * jobs)) histories from seed $first_seed on"
  for ((job = 0; job < jobs; ++job)); do
    PENSTOCK_HISTORIES=$each PENSTOCK_FIRST_SEED=$((first_seed + job * each)) \
      $bin/tst_simulation TestSimulation everyHistoryEndsAsTheLedgerSays &
    running+=($!)
  done
  for job in "${running[@]}"; do wait "$job" || failed=1; done
  return $failed
}

part_kills() {
  local kills
  kills=$(scaled 1000 13)
  echo "$kills kills"
  PENSTOCK_KILLS=$kills $bin/tst_faults TestKillPoints
}

part_long_file() {
  local megabytes
  megabytes=$(scaled 3000 20)
  echo "$megabytes MB"
  PENSTOCK_LONG_FILE_MB=$megabytes $bin/tst_integration TestLongFile
}

part_overload() {
  local seconds
  seconds=$(scaled 300 5)
  echo "$seconds s under each policy"
  PENSTOCK_OVERLOAD_SECONDS=$seconds $bin/tst_integration TestFairClients
}

part_fuzz() {
  local seconds
  seconds=$(scaled 1800 10)
  echo "$seconds s of each target"
  tests/fuzz/run.sh "$seconds"
}

# Lines that tell a reader what was done, and with which seed it can be done again.
figures() { # figures LOG
  local signs='seed [0-9]+|[0-9]+ histories:|[0-9]+ kills|peak memory|Jain|taken, |inputs in [0-9]+ s'
  grep -aE "$signs|^FAIL|WRONG:|ERROR:|Test unit written" "$1" |
    sed -E 's/^QINFO *: [^ ]+\(\) //' | cut -c1-160 | head -n 60
}

write_head() {
  echo "# Long run of $(git rev-parse --short HEAD)$(git diff --quiet HEAD || echo ', changed')"
  echo
  echo "$(date -u +%Y-%m-%dT%H:%MZ), scale $scale %, $(nproc) cores," \
    "$(grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'), $(uname -sr)"
  echo
  echo '| part | what | result | seconds |'
  echo '| --- | --- | --- | --- |'
}

installer/install_packages || exit 1
{
  cmake --preset release &&
    cmake --build --preset release --target tst_simulation tst_faults tst_integration
} >"$out/build.log" 2>&1 || {
  tail -n 20 "$out/build.log" >&2
  exit 1
}

# Other histories each time, and never those of ./test.
first_seed=$(($(date +%s) * 1000))
write_head >"$report"
failed=0
for part in "${parts[@]}"; do
  log=$out/$part.log
  SECONDS=0
  result=passed
  "part_$part" >"$log" 2>&1 || result=FAILED
  [ $result = passed ] || failed=$((failed + 1))
  echo "$part: $(head -n 1 "$log"): $result ($SECONDS s)"
  echo "| $part | $(head -n 1 "$log") | $result | $SECONDS |" >>"$report"
done
for part in "${parts[@]}"; do
  {
    printf '\n## %s\n\n' "$part"
    figures "$out/$part.log" | sed 's/^/    /'
    printf '\nAll of it: %s\n' "$out/$part.log"
  } >>"$report"
done
printf '\n%s\n' "$([ $failed = 0 ] && echo 'All is well.' || echo "$failed parts FAILED.")" >>"$report"
echo "the report is in $report"
[ $failed = 0 ]
