#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs the peers, builds the release preset and runs all cases (or those that are named),
# with what is worth knowing of the machine before and after:
#   tests/bench/run.sh [--pairs N] [CASE...]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${PENSTOCK_BENCH_BUILD:-$root/build/release}
results=$build/bench
install=apt-get
[ "$(id -u)" = 0 ] || install="sudo apt-get"

machine() {
  echo "$1: load $(cut -d' ' -f1-3 /proc/loadavg)," \
    "stolen jiffies $(awk '/^cpu /{print $9}' /proc/stat)," \
    "$(awk '/some/{print "waiting for " FILENAME ": " $2}' /proc/pressure/cpu /proc/pressure/io \
      2>/dev/null | tr '\n' ' ')"
}

"$root/installer/install_packages"
dpkg -s librocksdb-dev >/dev/null 2>&1 ||
  $install install -y --no-install-recommends librocksdb-dev
cmake -S "$root" -B "$build" --preset release >/dev/null
cmake --build "$build" --target penstock_bench penstock
mkdir -p "$results"
cd "$results"
uname -sr
grep -m1 'model name' /proc/cpuinfo || true
echo "$(nproc) cores, $(awk '/MemTotal/{print $2 " KiB"}' /proc/meminfo), $(df -T . | tail -1)"
dpkg-query -W librocksdb-dev libsqlite3-0 libpq5 "postgresql-1[0-9]"
machine before
status=0
display=
[ -n "${DISPLAY:-}" ] || display="xvfb-run -a"
$display "$build/bin/penstock_bench" --json "$results/bench.json" "$@" || status=$?
machine after
exit $status
