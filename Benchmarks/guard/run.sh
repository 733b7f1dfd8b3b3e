#!/usr/bin/env bash
# Runs every primitive of oneDNN that the program may use between guard bytes and against plain sums, with each
# set of instructions that this processor has; arguments as of guard.c, such as --thin 20. The whole grid takes a
# quarter of an hour for each set on two idle cores; --thin 100 takes seconds. Fails where a primitive is faulty.
# --known also runs the one that the program leaves, which is: it may destroy the process or never end.
set -euo pipefail
cd "$(dirname "$0")"
out=../../.build/guard
mkdir -p "$out"
cc -O2 -march=native -Wall -Werror -o "$out/guard" guard.c primitive.c reference.c -ldnnl
status=0
for set in ${INSTRUCTIONS:-DEFAULT AVX2 SSE41}; do
  echo "== $set, ${OMP_NUM_THREADS:-all} threads"
  ONEDNN_MAX_CPU_ISA=$set OMP_WAIT_POLICY=passive "$out/guard" "$@" || status=1
done
exit $status
