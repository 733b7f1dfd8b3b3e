#!/usr/bin/env bash
# Times EncoderZoo and its peers in turn; writes docs/benchmarks.md (AVX-512) or docs/benchmarks-avx2.md,
# or with arguments (see --help) does what they say. Needs Python 3.11 or newer with venv, and PyPI;
# the whole takes some 40 minutes (added up from its parts; study and cases are nearly half). BENCH_ENVIRONMENT
# names another virtual environment than Benchmarks/.venv-speed.
set -euo pipefail
cd "$(dirname "$0")/.."
for argument; do
  case $argument in -h | --help) exec python3 Benchmarks/speed/bench.py --help ;; esac
done
environment=${BENCH_ENVIRONMENT:-Benchmarks/.venv-speed}
# The flags of the Makefile (see Package.swift).
export ENCODERZOO_DEVELOP=1
# No kept build plan: it would miss a plugin folder that is new.
build=(swift build --manifest-cache none --disable-build-manifest-caching -c release)
"${build[@]}" --product zoo-bench
"${build[@]}" --product zoo
requirements=Benchmarks/speed/requirements.txt
if ! cmp -s "$requirements" "$environment/speed-is-complete"; then
  # Never cleared: a folder somebody names may hold more; the pinned versions replace others.
  python3 -m venv "$environment"
  # The CPU builds, where PyPI's own would bring another processor's libraries.
  "$environment/bin/pip" install --quiet -r "$requirements" \
    --extra-index-url https://download.pytorch.org/whl/cpu
  # It asks for an older numpy, and does not need it.
  "$environment/bin/pip" install --quiet --no-deps captum==0.9.0
  cp "$requirements" "$environment/speed-is-complete"
fi
if [ $# -eq 0 ]; then
  # A page for each width of vectors: their figures do not compare.
  page=docs/benchmarks.md
  grep -qw avx512f /proc/cpuinfo || page=docs/benchmarks-avx2.md
  set -- --output "$page"
fi
exec "$environment/bin/python" Benchmarks/speed/bench.py "$("${build[@]}" --show-bin-path)/zoo-bench" "$@"
