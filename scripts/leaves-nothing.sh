#!/usr/bin/env bash
# Runs a command with a temporary directory of its own, and fails if the command leaves anything there.
set -euo pipefail

folder=$(mktemp -d)
status=0
TMPDIR=$folder "$@" || status=$?
# SwiftPM's own are not ours, nor is what an mpirun of Open MPI leaves that was killed.
left=$(find "$folder" -mindepth 1 -maxdepth 1 ! -name 'TemporaryDirectory.*' ! -name '_*.lock' ! -name 'ompi.*' \
  -printf '%f\n')
rm -rf "$folder"
if [ -n "$left" ]; then
  printf 'error: left behind in the temporary directory:\n%s\n' "$left" >&2
  exit $((status == 0 ? 1 : status))
fi
exit "$status"
